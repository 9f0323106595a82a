"""A DAG whose graph takes thought: some of its lines cross, whatever one does."""

from __future__ import annotations

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
