"""Retry policies: what a failure means is decided by the exception itself, in the worker that saw it."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tradewind.sdk.authoring_errors import InvalidArgument

if TYPE_CHECKING:
    from tradewind.sdk.context import Context

__all__ = ["ExceptionRetryPolicy", "RetryAction", "RetryDecision", "RetryPolicy", "RetryRule"]

log = logging.getLogger("tradewind.task")


class RetryAction(Enum):
    """What follows a failure."""

    RETRY = "retry"
    """Try again, as long as the task has tries left."""
    FAIL = "fail"
    """Fail now, whatever tries are left."""
    DEFAULT = "default"
    """As if there were no policy."""


@dataclass(frozen=True)
class RetryDecision:
    """What a policy says of one failure."""

    action: RetryAction = RetryAction.DEFAULT
    retry_delay: timedelta | None = None
    """How long to wait before the next try; None: as the task says."""
    reason: str | None = None
    """For people: kept with the attempt."""

    @classmethod
    def fail(cls, reason: str | None = None) -> RetryDecision:
        """Fail now."""
        return cls(RetryAction.FAIL, reason=reason)

    @classmethod
    def retry(cls, delay: timedelta | None = None, reason: str | None = None) -> RetryDecision:
        """Try again, after this delay where one is given."""
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def default(cls) -> RetryDecision:
        """Do what the task says."""
        return cls()


class RetryPolicy(ABC):
    """Decides on each failure of a task; subclasses give `evaluate`.

    It runs in the task's process, so it sees the exception itself. Tasks that fail on purpose (`AirflowFailException`),
    sensors that ran out of time, and tasks that were told to stop are not asked about.
    """

    @abstractmethod
    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """What follows this failure.

        Args:
            exception: what the task raised.
            try_number: of the try that failed, from 1.
            max_tries: retries that the task allows, as in ``ti.max_tries``.
            context: the task's.
        """

    def serialize(self) -> dict[str, Any]:
        """The policy as JSON, for display."""
        raise NotImplementedError(f"{type(self).__name__} has no serialize()")

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> RetryPolicy:
        """The policy that `serialize` wrote."""
        raise NotImplementedError(f"{cls.__name__} has no deserialize()")


Exceptions = type[BaseException] | str


@dataclass
class RetryRule:
    """What to do about some exceptions.

    Args:
        exception: a class, its dotted path (for what may not be installed where the file is parsed), or a list of them.
        match_subclasses: False: only these very classes.

    Raises:
        InvalidArgument: a text that can't be the path of a class.
    """

    exception: Exceptions | Sequence[Exceptions]
    action: RetryAction = RetryAction.RETRY
    retry_delay: timedelta | None = None
    reason: str | None = None
    match_subclasses: bool = True
    _found: tuple[type[BaseException], ...] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for one in self._wanted():
            if isinstance(one, str) and not (one.count(".") and all(map(str.isidentifier, one.split(".")))):
                raise InvalidArgument(
                    f"RetryRule: {one!r} is not the whole path of an exception, such as 'builtins.ValueError'"
                )

    @property
    def exception_path(self) -> str:
        """The dotted paths of the classes, with commas between."""
        return ",".join(_path(one) for one in self._wanted())

    @property
    def names(self) -> str:
        """The names of the classes, for people."""
        return ", ".join(_path(one).rpartition(".")[2] for one in self._wanted())

    def matches(self, exc: BaseException) -> bool:
        """Whether the rule is about this exception."""
        kinds = self._classes()
        return isinstance(exc, kinds) if self.match_subclasses else type(exc) in kinds

    def serialize(self) -> dict[str, Any]:
        """The rule as JSON."""
        paths = [_path(one) for one in self._wanted()]
        found: dict[str, Any] = {
            "exception": paths[0] if len(paths) == 1 else paths,
            "action": self.action.value,
            "match_subclasses": self.match_subclasses,
        }
        if self.retry_delay is not None:
            found["retry_delay"] = self.retry_delay.total_seconds()
        if self.reason is not None:
            found["reason"] = self.reason
        return found

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> RetryRule:
        """The rule that `serialize` wrote."""
        delay = data.get("retry_delay")
        return cls(
            exception=data["exception"],
            action=RetryAction(data["action"]),
            retry_delay=None if delay is None else timedelta(seconds=delay),
            reason=data.get("reason"),
            match_subclasses=data.get("match_subclasses", True),
        )

    def _wanted(self) -> Sequence[Exceptions]:
        return [self.exception] if isinstance(self.exception, type | str) else list(self.exception)

    def _classes(self) -> tuple[type[BaseException], ...]:
        """The classes; a path that leads nowhere here matches nothing."""
        if self._found is None:
            found: list[type[BaseException]] = []
            for one in self._wanted():
                if isinstance(one, type):
                    found.append(one)
                elif (kind := _import(one)) is not None:
                    found.append(kind)
            self._found = tuple(found)
        return self._found


def _path(one: Exceptions) -> str:
    return one if isinstance(one, str) else f"{one.__module__}.{one.__qualname__}"


def _import(path: str) -> type[BaseException] | None:
    module, _, name = path.rpartition(".")
    try:
        found: object = getattr(import_module(module), name)
    except (ImportError, AttributeError):
        log.warning("the retry policy names %s, which can't be imported here: no exception is one of it", path)
        return None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


class ExceptionRetryPolicy(RetryPolicy):
    """The first rule that matches the exception decides.

    Args:
        rules: in order.
        default: what follows where none matches.
    """

    def __init__(self, rules: Sequence[RetryRule], default: RetryAction = RetryAction.DEFAULT) -> None:
        self.rules = list(rules)
        self.default = default

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - for policies that count
        max_tries: int,  # noqa: ARG002 - the same
        context: Context | None = None,  # noqa: ARG002 - the same
    ) -> RetryDecision:
        for rule in self.rules:
            if rule.matches(exception):
                reason = rule.reason or f"Matched rule for {rule.names}"
                return RetryDecision(rule.action, rule.retry_delay, reason)
        return RetryDecision(self.default)

    def serialize(self) -> dict[str, Any]:
        return {
            "__type": type(self).__name__,
            "rules": [rule.serialize() for rule in self.rules],
            "default": self.default.value,
        }

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> ExceptionRetryPolicy:
        return cls([RetryRule.deserialize(rule) for rule in data["rules"]], RetryAction(data.get("default", "default")))
