"""A DAG whose graph takes thought: some of its lines cross, whatever one does."""

from __future__ import annotations

from itertools import pairwise

from tradewind import DAG
from tradewind.providers.standard.operators.empty import EmptyOperator

with DAG("crossing", schedule=None, is_paused_upon_creation=False) as crossing:
    pick, small, medium, large, config = (
        EmptyOperator(task_id=name) for name in ("pick", "small", "medium", "large", "config")
    )
    shape, cut, fold, join, end = (EmptyOperator(task_id=name) for name in ("shape", "cut", "fold", "join", "end"))
    pick >> [small, medium, large, end]
    small >> join
    medium >> shape >> join
    large >> cut >> fold >> join >> end
    config >> [cut, shape]

with DAG("crossing_long", schedule=None, is_paused_upon_creation=False) as crossing_long:
    first, one, two, three, beside = (
        EmptyOperator(task_id=name) for name in ("first", "one", "two", "three", "beside")
    )
    left, right, fourth, join = (EmptyOperator(task_id=name) for name in ("left", "right", "fourth", "join"))
    steps = [EmptyOperator(task_id=f"step_{number}") for number in range(30)]
    first >> [one, two, three, steps[0]]
    one >> join
    two >> left >> join
    three >> right >> fourth >> join >> steps[0]
    beside >> [right, left]
    for step, following in pairwise(steps):
        step >> following
