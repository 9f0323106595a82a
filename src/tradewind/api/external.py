"""A clear that goes on in other DAGs: where an `ExternalTaskMarker` is cleared, so is the task that waits for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tradewind.api.deps import Call
from tradewind.api.runs import Clearing, clearing
from tradewind.api.selection import Relatives, instances_of, spec_of_run
from tradewind.base.errors import InvalidInput
from tradewind.db import runs
from tradewind.db.engine import Tx
from tradewind.db.tasks import TaskRecord

__all__ = ["instances_in", "with_dependents"]

InstanceKey = tuple[str, str, int]


def with_dependents(tx: Tx, call: Call, first: Clearing) -> list[Clearing]:
    """A clear, and those of other DAGs that follow from it: of each task that a cleared marker stands for, in the run of
    the marker's logical date, with all that comes after it.

    A marker that has not run yet stands for nothing: what waits for it has not run either.

    Raises:
        InvalidInput: the markers lead further than their `recursion_depth` allows.
        Forbidden: they lead to a DAG that is none of the caller's.
    """
    found, seen = [first], {_key(one) for one in first.instances}
    level: list[tuple[TaskRecord, int]] = list(_markers(tx, call, first.instances, None))
    while level:
        following: list[tuple[TaskRecord, int]] = []
        for marker, depth in level:
            if depth <= 0:
                raise InvalidInput(
                    f"the markers lead from DAG to DAG further than recursion_depth of {marker.dag_id}.{marker.task_id} "
                    "allows; there may be a cycle",
                    dag_id=marker.dag_id,
                    task_id=marker.task_id,
                )
            what = _dependents(tx, call, marker, seen)
            if what is not None:
                found.append(what)
                following += _markers(tx, call, what.instances, depth - 1)
        level = following
    return found


def instances_in(found: Sequence[Clearing]) -> list[TaskRecord]:
    """All instances that are to be cleared."""
    return [instance for one in found for instance in one.instances]


def _key(one: TaskRecord) -> InstanceKey:
    return (one.run_uid, one.task_id, one.map_index)


def _markers(
    tx: Tx, call: Call, instances: Sequence[TaskRecord], depth: int | None
) -> Iterable[tuple[TaskRecord, int]]:
    """The markers among these instances that have run, with how much further each may lead."""
    hashes = {one.version.spec_hash for one in instances if one.version is not None}
    depths = {
        (spec_hash, task.task_id): task.marks_depth
        for spec_hash, spec in call.services.specs.of(tx, hashes).items()
        for task in spec.tasks
        if task.marks_depth
    }
    for one in instances:
        own = depths.get((one.version.spec_hash, one.task_id)) if one.version is not None else None
        if own is not None and one.rendered is not None:
            yield one, own if depth is None else depth


def _dependents(tx: Tx, call: Call, marker: TaskRecord, seen: set[InstanceKey]) -> Clearing | None:
    """What a marker stands for, of what is not cleared already."""
    fields = marker.rendered or {}
    dag_id, task_id, date = (fields.get(name) for name in ("external_dag_id", "external_task_id", "logical_date"))
    moment = _moment(date)
    if not isinstance(dag_id, str) or not isinstance(task_id, str) or moment is None:
        return None
    call.check("edit", "task_instance", dag_id)
    tx = tx.whole  # a caller who may change the DAG is told of it even where they read no others
    for run in runs.runs_between(tx, call.workspace, dag_id, moment, moment):
        spec = spec_of_run(tx, call, run)
        if all(task.task_id != task_id for task in spec.tasks):
            continue
        meant = instances_of(tx, [run], spec, [(task_id, None)], Relatives(downstream=True), to_run=True)
        taken = [one for one in meant if _key(one) not in seen]
        seen |= {_key(one) for one in taken}
        return clearing([run], meant, taken, (), None) if taken else None
    return None


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
