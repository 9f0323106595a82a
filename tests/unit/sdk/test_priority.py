"""Priorities by a strategy of the user's own: asked at parse time, for each try."""

from __future__ import annotations

from typing import Any

import pytest

from tradewind import DAG, task
from tradewind.providers.standard.operators.empty import EmptyOperator
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.plugins import PLUGINS, AirflowPlugin
from tradewind.sdk.priority import PriorityWeightStrategy
from tradewind.sdk.serialize import serialize_dag
from tradewind.spec import TaskSpec


class Decreasing(PriorityWeightStrategy):
    def get_weight(self, ti: Any) -> int:
        return max(3 - ti._try_number + 1, 1)


class Fixed(PriorityWeightStrategy):
    def __init__(self, weight: Any = 7) -> None:
        self.weight = weight

    def get_weight(self, ti: Any) -> Any:
        return self.weight


def only_task(**arguments: Any) -> TaskSpec:
    with DAG("d", schedule=None) as dag:
        EmptyOperator(task_id="a", **arguments)
    return serialize_dag(dag).tasks[0]


def test_a_strategy_weighs_each_try() -> None:
    spec = only_task(weight_rule=Decreasing(), retries=4)
    assert spec.priority_weight == 3
    assert spec.weights == (3, 2, 1)  # the last holds for all that follow
    assert spec.weight_rule.endswith("Decreasing")


@pytest.mark.parametrize("rule", [Fixed(7), Fixed, f"{__name__}.Fixed"], ids=["object", "class", "name"])
def test_a_strategy_is_named_as_it_pleases(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = type("P", (AirflowPlugin,), {"name": "p", "priority_weight_strategies": [Fixed]})
    monkeypatch.setitem(PLUGINS.found, "p", plugin)
    spec = only_task(weight_rule=rule, retries=2)
    assert (spec.priority_weight, spec.weights) == (7, ())


def test_a_mapped_task_has_a_strategy_too() -> None:
    with DAG("d", schedule=None) as dag:

        @task(weight_rule=Fixed(5), retries=1)
        def double(x: int) -> int:
            return 2 * x

        double.expand(x=[1, 2])
    assert serialize_dag(dag).tasks[0].priority_weight == 5


@pytest.mark.parametrize("rule", ["sideways", "no.such.Strategy", 3, EmptyOperator])
def test_what_is_no_rule_is_refused(rule: object) -> None:
    with pytest.raises(InvalidArgument, match="weight_rule must be one of"):
        only_task(weight_rule=rule)


@pytest.mark.parametrize("weight", [1.5, "2", True])
def test_a_weight_is_a_whole_number(weight: object) -> None:
    with pytest.raises(InvalidArgument, match="whole number"):
        only_task(weight_rule=Fixed(weight))
