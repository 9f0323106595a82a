"""Priorities by a rule of the user's own: a strategy says how much each try of a task weighs.

A strategy is asked when the DAG file is parsed, for each try that the task may have, so that the scheduler needs no user
code to put tasks in order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.trigger_rule import WeightRule

__all__ = ["PriorityWeightStrategy", "TryToWeigh", "weight_rule_of", "weights_of"]

MOST_TRIES = 100
"""Tries that a strategy is asked about; those that follow weigh as much as the last of them."""


class TryToWeigh:
    """What a strategy sees of a task instance: which task it is of, and which try it is about to have."""

    __slots__ = ("_try_number", "dag_id", "map_index", "max_tries", "operator", "pool", "pool_slots", "priority_weight",
                 "queue", "task", "task_id", "try_number")  # fmt: skip

    def __init__(self, task: Any, operator: Any, try_number: int) -> None:
        self.task = task
        self.task_id: str = task.task_id
        self.dag_id: str = task.dag.dag_id if task.dag is not None else ""
        self.try_number = self._try_number = try_number
        self.max_tries: int = operator.retries
        self.map_index = -1
        self.operator: str = task.task_type
        self.priority_weight: int = operator.priority_weight
        self.pool: str = operator.pool
        self.pool_slots: int = operator.pool_slots
        self.queue: str = operator.queue


class PriorityWeightStrategy(ABC):
    """A rule for priorities; a task names it as its `weight_rule`, by class, object, or the class's full name."""

    @abstractmethod
    def get_weight(self, ti: Any) -> int:
        """How much a try of a task weighs: the more, the sooner it goes.

        Args:
            ti: the task and its try, as `TryToWeigh`.
        """

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> PriorityWeightStrategy:
        """The strategy with the arguments that `serialize` gave."""
        return cls(**data)

    def serialize(self) -> dict[str, Any]:
        """Its arguments."""
        return {}


def weight_rule_of(value: object, where: str) -> WeightRule | PriorityWeightStrategy:
    """The rule that a task names.

    Raises:
        InvalidArgument: it is neither one of the three rules nor a strategy.
    """
    if isinstance(value, WeightRule | PriorityWeightStrategy):
        return value
    if isinstance(value, type) and issubclass(value, PriorityWeightStrategy):
        return value()
    if isinstance(value, str):
        if value in set(WeightRule):
            return WeightRule(value)
        found = _named(value)
        if found is not None:
            return found()
    rules = ", ".join(repr(str(rule)) for rule in WeightRule)
    raise InvalidArgument(
        f"{where}: the weight_rule must be one of {rules}, or a PriorityWeightStrategy (a plugin lists it in "
        f"priority_weight_strategies); received {value!r}"
    )


def _named(name: str) -> type[PriorityWeightStrategy] | None:
    """The strategy of this full name: one that a plugin lists, else what can be imported."""
    from tradewind.sdk.plugins import PLUGINS  # noqa: PLC0415 - heavy; only where a strategy is named

    for plugin in PLUGINS.found.values():
        for strategy in plugin.priority_weight_strategies:
            if name in (f"{strategy.__module__}.{strategy.__qualname__}", strategy.__qualname__):
                return strategy
    module, _, attribute = name.rpartition(".")
    try:
        found: object = getattr(import_module(module), attribute, None) if module else None
    except ImportError:
        return None
    return found if isinstance(found, type) and issubclass(found, PriorityWeightStrategy) else None


def weights_of(task: Any, operator: Any) -> tuple[int, ...]:
    """The weights of a task's tries, as its strategy says; empty: a rule of the three decides.

    Raises:
        InvalidArgument: the strategy gives something else than whole numbers.
    """
    strategy = operator.weight_rule
    if not isinstance(strategy, PriorityWeightStrategy):
        return ()
    weights: list[int] = []
    for number in range(1, min(operator.retries + 1, MOST_TRIES) + 1):
        weight = strategy.get_weight(TryToWeigh(task, operator, number))
        if isinstance(weight, bool) or not isinstance(weight, int):
            raise InvalidArgument(
                f"{task.task_id}: {type(strategy).__name__}.get_weight must return a whole number, not {weight!r}"
            )
        weights.append(weight)
    while len(weights) > 1 and weights[-1] == weights[-2]:
        weights.pop()
    return tuple(weights)
