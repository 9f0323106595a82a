"""Deadlines: by when a run, a task, or a run that the schedule asks for must have succeeded, and what to call if not.

    DAG("daily", deadline=DeadlineAlert(DeadlineReference.DAGRUN_LOGICAL_DATE, timedelta(hours=2), SyncCallback(page)))

The server's clock watches them, so a run that hangs, never starts or is never made is missed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.callback import AsyncCallback, Callback, SyncCallback
from tradewind.spec import DeadlineSpec

__all__ = [
    "AsyncCallback",
    "AverageRuntimeDeadline",
    "BaseDeadlineReference",
    "Callback",
    "DagRunLogicalDateDeadline",
    "DagRunQueuedAtDeadline",
    "DeadlineAlert",
    "DeadlineReference",
    "ExpectedRunDeadline",
    "FixedDatetimeDeadline",
    "SyncCallback",
    "VariableInterval",
    "deadline_reference",
    "deadline_specs",
    "deadlines_of",
]


# -- what it is counted from ---------------------------------------------------------------------------------------------


class BaseDeadlineReference:
    """The moment that a deadline is counted from. Subclasses of your own give `_evaluate_with`; a worker asks them once,
    when the run is made."""

    required_kwargs: ClassVar[set[str]] = set()
    """What `_evaluate_with` wants: ``dag_id``, ``run_id``, ``logical_date``, ..."""

    @property
    def reference_name(self) -> str:
        """Its name."""
        return type(self).__name__

    def serialize_reference(self) -> dict[str, Any]:
        """The reference in plain values."""
        return {"reference_type": self.reference_name}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> BaseDeadlineReference:  # noqa: ARG003 - Airflow's shape
        """The reference that `serialize_reference` wrote."""
        return cls()

    def _evaluate_with(self, **kwargs: Any) -> datetime | None:
        """The moment, for a run; None: no deadline."""
        raise NotImplementedError(f"{self.reference_name} does not say when: define _evaluate_with(self, **kwargs)")

    def evaluate(self, facts: Mapping[str, Any]) -> datetime | None:
        """The moment for a run of which these facts are known.

        Raises:
            ValueError: it wants to know something else.
        """
        missing = self.required_kwargs - facts.keys()
        if missing:
            raise ValueError(f"{self.reference_name} is missing required parameters: {', '.join(sorted(missing))}")
        return self._evaluate_with(session=None, **{name: facts[name] for name in self.required_kwargs})

    def spec(self) -> DeadlineSpec:
        """The reference as it is stored."""
        return DeadlineSpec(reference="asked", reference_name=self.reference_name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BaseDeadlineReference):
            return NotImplemented
        return self.serialize_reference() == other.serialize_reference()

    def __hash__(self) -> int:
        return hash(frozenset(self.serialize_reference().items()))


class _BuiltIn(BaseDeadlineReference):
    """A reference that the server itself understands."""

    kind: ClassVar[str]

    def spec(self) -> DeadlineSpec:
        return DeadlineSpec(reference=self.kind, reference_name=self.reference_name)


class DagRunLogicalDateDeadline(_BuiltIn):
    """The logical date of the run."""

    kind = "logical_date"


class DagRunQueuedAtDeadline(_BuiltIn):
    """When the run was queued; a clear queues it anew."""

    kind = "queued_at"


class ExpectedRunDeadline(_BuiltIn):
    """When the schedule asks for the run, whether or not it comes."""

    kind = "expected"


@dataclass(eq=False)
class FixedDatetimeDeadline(BaseDeadlineReference):
    """A moment, the same for all runs."""

    _datetime: datetime

    def serialize_reference(self) -> dict[str, Any]:
        return {"reference_type": self.reference_name, "datetime": self._datetime.timestamp()}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> FixedDatetimeDeadline:
        return cls(datetime.fromtimestamp(reference_data["datetime"], UTC))

    def _evaluate_with(self, **kwargs: Any) -> datetime:  # noqa: ARG002 - the shape of all references
        return self._datetime if self._datetime.tzinfo else self._datetime.replace(tzinfo=UTC)

    def spec(self) -> DeadlineSpec:
        return DeadlineSpec(reference="fixed", at=self._evaluate_with(), reference_name=self.reference_name)


@dataclass(eq=False)
class AverageRuntimeDeadline(BaseDeadlineReference):
    """When the run would end if it took as long as the last successful ones; none until enough are known."""

    DEFAULT_LIMIT: ClassVar[int] = 10
    max_runs: int = DEFAULT_LIMIT
    min_runs: int | None = None

    def __post_init__(self) -> None:
        if self.min_runs is None:
            self.min_runs = self.max_runs
        if self.min_runs < 1 or self.max_runs < 1:
            raise InvalidArgument("min_runs must be at least 1")

    def serialize_reference(self) -> dict[str, Any]:
        return {"reference_type": self.reference_name, "max_runs": self.max_runs, "min_runs": self.min_runs}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> AverageRuntimeDeadline:
        return cls(reference_data.get("max_runs", cls.DEFAULT_LIMIT), reference_data.get("min_runs"))

    def spec(self) -> DeadlineSpec:
        return DeadlineSpec(
            reference="average_runtime",
            max_runs=self.max_runs,
            min_runs=self.min_runs or self.max_runs,
            reference_name=self.reference_name,
        )


References = tuple[type[BaseDeadlineReference], ...]


class DeadlineReference:
    """What deadlines can be counted from."""

    class TYPES:
        """References by when they are looked at."""

        DAGRUN_CREATED: References = (DagRunLogicalDateDeadline, FixedDatetimeDeadline, AverageRuntimeDeadline)
        DAGRUN_QUEUED: References = (DagRunQueuedAtDeadline,)
        DAGRUN: References = DAGRUN_CREATED + DAGRUN_QUEUED

    DAGRUN_LOGICAL_DATE: BaseDeadlineReference = DagRunLogicalDateDeadline()
    DAGRUN_QUEUED_AT: BaseDeadlineReference = DagRunQueuedAtDeadline()
    EXPECTED: BaseDeadlineReference = ExpectedRunDeadline()
    """Not in Airflow: when the schedule asks for a run, so that one that never comes is missed too."""

    @classmethod
    def AVERAGE_RUNTIME(cls, max_runs: int = 0, min_runs: int | None = None) -> BaseDeadlineReference:  # noqa: N802 - Airflow's name
        """How long the last `max_runs` successful runs (10) took on average, once there are `min_runs` (as many)."""
        return AverageRuntimeDeadline(max_runs or AverageRuntimeDeadline.DEFAULT_LIMIT, min_runs)

    @classmethod
    def FIXED_DATETIME(cls, dt: datetime) -> BaseDeadlineReference:  # noqa: N802 - Airflow's name
        """A moment."""
        return FixedDatetimeDeadline(dt)

    @classmethod
    def register_custom_reference(
        cls, reference_class: type[BaseDeadlineReference], deadline_reference_type: References | None = None
    ) -> type[BaseDeadlineReference]:
        """Make a reference of your own known by the name of its class.

        Raises:
            ValueError: it is no reference.
            TypeError: it can't be made without arguments.
        """
        if not (isinstance(reference_class, type) and issubclass(reference_class, BaseDeadlineReference)):
            name = getattr(reference_class, "__name__", reference_class)
            raise ValueError(f"{name} must inherit from BaseDeadlineReference")  # noqa: TRY004 - Airflow's
        types = cls.TYPES
        if deadline_reference_type not in (None, types.DAGRUN_CREATED, types.DAGRUN_QUEUED):
            raise ValueError(f"{deadline_reference_type} is none of DeadlineReference.TYPES")
        setattr(cls, reference_class.__name__, reference_class())
        if deadline_reference_type is types.DAGRUN_QUEUED:
            types.DAGRUN_QUEUED = (*types.DAGRUN_QUEUED, reference_class)
        else:
            types.DAGRUN_CREATED = (*types.DAGRUN_CREATED, reference_class)
        types.DAGRUN = types.DAGRUN_CREATED + types.DAGRUN_QUEUED
        return reference_class


def deadline_reference(deadline_reference_type: Any = None) -> Any:
    """A class decorator that makes a reference of your own known; with or without parentheses."""
    if isinstance(deadline_reference_type, type):
        return DeadlineReference.register_custom_reference(deadline_reference_type)
    return lambda kind: DeadlineReference.register_custom_reference(kind, deadline_reference_type)


# -- the alert -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VariableInterval:
    """An interval whose seconds are in a Variable, looked up when the run is made."""

    key: str

    def resolve(self) -> timedelta:
        """The interval.

        Raises:
            ValueError: there is no such Variable, or it is no whole number.
        """
        from tradewind.sdk.variable import Variable  # noqa: PLC0415 - where it is resolved

        value = Variable.get(self.key, default=None)
        if value is None:
            raise ValueError(f"VariableInterval '{self.key}' not found")
        try:
            return timedelta(seconds=int(value))
        except (TypeError, ValueError) as error:
            raise ValueError(f"VariableInterval '{self.key}' must be an integer (seconds), got: {value!r}") from error


class DeadlineAlert:
    """Call back unless it has succeeded by `reference` + `interval`.

    Args:
        reference: what the deadline is counted from.
        interval: how much later it is.
        callback: what is called on a miss.
        name: for people.

    Raises:
        ValueError: the callback is neither an `AsyncCallback` nor a `SyncCallback`.
        InvalidArgumentType: the reference or the interval is of another type.
    """

    def __init__(
        self,
        reference: BaseDeadlineReference,
        interval: timedelta | VariableInterval,
        callback: Callback,
        name: str | None = None,
    ) -> None:
        if not isinstance(callback, AsyncCallback | SyncCallback):
            raise ValueError(f"Callbacks of type {type(callback).__name__} are not currently supported")  # noqa: TRY004 - Airflow's
        if not isinstance(reference, BaseDeadlineReference):
            raise InvalidArgumentType(f"a DeadlineReference is wanted, not {reference!r}")
        if not isinstance(interval, timedelta | VariableInterval):
            raise InvalidArgumentType(
                f"the interval of a deadline is a timedelta or VariableInterval, not {interval!r}"
            )
        self.reference, self.interval, self.callback, self.name = reference, interval, callback, name

    def moment(self, facts: Mapping[str, Any]) -> datetime | None:
        """When it is, where only the code knows: asked in a worker, when the run is made.

        Raises:
            ValueError: the interval's Variable or the reference does not say.
        """
        reference = self.reference
        start = facts.get(reference.kind) if isinstance(reference, _BuiltIn) else reference.evaluate(facts)
        if start is None:
            return None
        interval = self.interval if isinstance(self.interval, timedelta) else self.interval.resolve()
        return (start if start.tzinfo else start.replace(tzinfo=UTC)) + interval

    def spec(self) -> DeadlineSpec:
        """The alert as it is stored.

        Raises:
            InvalidArgument: an interval in a Variable with a reference that knows of no run.
        """
        found = self.reference.spec()
        if isinstance(self.interval, VariableInterval):
            if found.reference in ("expected", "average_runtime"):
                raise InvalidArgument(f"a VariableInterval can't be counted from {self.reference.reference_name}")
            found = DeadlineSpec(reference="asked", reference_name=found.reference_name)
        seconds = self.interval.total_seconds() if isinstance(self.interval, timedelta) else 0.0
        return DeadlineSpec(
            reference=found.reference,
            interval_s=seconds,
            at=found.at,
            max_runs=found.max_runs,
            min_runs=found.min_runs,
            name=self.name,
            reference_name=found.reference_name,
            callback=self.callback.path,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DeadlineAlert):
            return NotImplemented
        mine = (type(self.reference), self.interval, self.callback)
        return mine == (type(other.reference), other.interval, other.callback)

    def __hash__(self) -> int:
        return hash((type(self.reference).__name__, self.interval, self.callback))


def deadlines_of(value: Any, where: str) -> list[DeadlineAlert]:
    """One alert or several, as a list.

    Raises:
        InvalidArgumentType: something else.
    """
    found = [] if value is None else list(value) if isinstance(value, list | tuple | set) else [value]
    for one in found:
        if not isinstance(one, DeadlineAlert):
            raise InvalidArgumentType(f"{where}: deadline must be a DeadlineAlert or a list of them, not {one!r}")
    return found


def deadline_specs(value: Any, where: str, *, is_task: bool = False) -> tuple[DeadlineSpec, ...]:
    """One alert or several, as they are stored.

    Raises:
        InvalidArgumentType: something else.
        InvalidArgument: a task with a deadline that is about whole runs.
    """
    found = tuple(one.spec() for one in deadlines_of(value, where))
    for one in found if is_task else ():
        if one.reference in ("expected", "average_runtime"):
            raise InvalidArgument(f"{where}: {one.reference_name} is about runs; give it to the DAG")
    return found
