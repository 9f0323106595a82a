"""Which instances a request about tasks means: ids with or without map index, relatives in the graph, other runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tradewind.api.deps import Call
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.core.graph import Graph
from tradewind.core.selection import closure, keep_to_lines, with_relatives
from tradewind.db import runs, versions
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord
from tradewind.db.tasks import TaskRecord, tasks_of
from tradewind.spec import DagSpec

__all__ = ["Relatives", "check_tasks", "instances_of", "runs_around", "spec_of_run"]


@dataclass(frozen=True, slots=True)
class Relatives:
    """What else is meant beside what is named."""

    upstream: bool = False
    downstream: bool = False
    past: bool = False
    """The same in all runs of earlier logical dates."""
    future: bool = False


def spec_of_run(tx: Tx, call: Call, run: RunRecord) -> DagSpec:
    """The spec of the version that a run is bound to.

    Raises:
        NotFound: the DAG has no version any more.
    """
    if run.version is None:
        raise NotFound(f"DAG {run.dag_id!r} has no version that the run {run.run_id!r} could be bound to")
    return versions.spec_of_version(tx, call.services.specs, run.version.id)


def runs_around(tx: Tx, call: Call, run: RunRecord, relatives: Relatives) -> list[RunRecord]:
    """The run, and those before and after it, where asked for.

    Raises:
        InvalidInput: past or future of a run without a logical date.
    """
    if not relatives.past and not relatives.future:
        return [run]
    if run.logical_date is None:
        raise InvalidInput(
            "Cannot use include_past or include_future with no logical_date(e.g. manually or asset-triggered).",
            run_id=run.run_id,
        )
    start = None if relatives.past else run.logical_date
    end = None if relatives.future else run.logical_date
    return runs.runs_between(tx, call.workspace, run.dag_id, start, end)


def check_tasks(spec: DagSpec, task_ids: Iterable[str]) -> None:
    """Raises:
    NotFound: the DAG has no such task.
    """
    known = {task.task_id for task in spec.tasks}
    for task_id in task_ids:
        if task_id not in known:
            raise NotFound(
                f"Task with ID {task_id} not found in DAG {spec.dag_id}", dag_id=spec.dag_id, task_id=task_id
            )


def instances_of(
    tx: Tx,
    found: Sequence[RunRecord],
    spec: DagSpec,
    wanted: Sequence[tuple[str, int | None]],
    relatives: Relatives,
    *,
    to_run: bool = False,
) -> list[TaskRecord]:
    """The instances of the tasks wanted (map index None: all of them) and of their relatives, in these runs.

    Args:
        to_run: they are to run again, so the setups and teardowns that they need come along.
    """
    named = {task_id for task_id, _ in wanted}
    check_tasks(spec, named)
    whole = {task_id for task_id, index in wanted if index is None}
    single = {(task_id, index) for task_id, index in wanted if index is not None and task_id not in whole}
    if to_run or relatives.upstream or relatives.downstream:
        reach = with_relatives if to_run else closure
        graph = Graph(spec)
        names = reach(graph, named, upstream=relatives.upstream, downstream=relatives.downstream)
        chosen: dict[str, set[int]] = {task_id: {-1} for task_id in whole}
        for task_id, index in single:
            chosen.setdefault(task_id, set()).add(index)
        keep_to_lines(graph, names, chosen)
        single |= {(task_id, index) for task_id in names - named for index in chosen.get(task_id, ())}
        whole |= names - chosen.keys()
    rows = tasks_of(tx, [run.uid for run in found], sorted(whole | {task_id for task_id, _ in single}))
    return [row for row in rows if row.task_id in whole or (row.task_id, row.map_index) in single]
