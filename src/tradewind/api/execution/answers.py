"""One function a request: the table from message to answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

import msgspec

from tradewind.api.execution.assets import asset_reply, events_reply
from tradewind.api.execution.imports import READS, refusal
from tradewind.api.execution.places import Places
from tradewind.api.execution.states import STATE_ANSWERS
from tradewind.api.requests import RunWish, plan_run
from tradewind.base.clock import Clock
from tradewind.base.errors import Conflict, NotFound, TradewindError
from tradewind.base.ids import IdSource
from tradewind.core.events import Cleared, RunRequested, TaskRef
from tradewind.db import connections, dags, event_logs, inbox, runs, task_api, variables, versions
from tradewind.db.cipher import Cipher
from tradewind.db.engine import Database, Tx
from tradewind.executors.base import RequestHandler
from tradewind.protocol import messages as m
from tradewind.protocol.triggers import Watch
from tradewind.spec import DagKey

__all__ = ["ANSWERS", "Answers", "Asker", "request_handler", "trigger_handler"]

log = logging.getLogger("tradewind.api.execution")

DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: an attempt, or a callback of a run or task, which has none."""

    dag: DagKey
    run_uid: str
    task_id: str
    map_index: int
    attempt: str | None


def asker_of(work: m.Workload | m.CallbackWork | m.FileImport) -> Asker:
    """Who asks, by what it was given to do."""
    match work:
        case m.Workload():
            attempt = work.attempt
        case m.CallbackWork():
            attempt = None
        case m.FileImport():
            return Asker(dag=DagKey(work.workspace, ""), run_uid="", task_id="", map_index=-1, attempt=None)
        case _:
            assert_never(work)
    dag = DagKey(work.dag.workspace, work.dag.dag_id)
    return Asker(dag=dag, run_uid=work.run.uid, task_id=work.task_id, map_index=work.map_index, attempt=attempt)


def request_handler(
    database: Database, cipher: Cipher, clock: Clock, ids: IdSource, bell: Callable[[], None], *,
    retention_days: int = 30,
) -> RequestHandler:  # fmt: skip
    """Answers for an executor whose workers are children of this process.

    Args:
        bell: wakes the scheduler after something was put into its inbox.
        retention_days: how long what tasks store is kept, where they don't say; 0: for good.
    """
    answers = Answers(database, cipher, clock, ids, bell, retention_days=retention_days)

    def answer(work: m.Workload | m.CallbackWork | m.FileImport, request: m.Request) -> m.Reply:
        if isinstance(work, m.FileImport) and not isinstance(request, READS):
            return refusal(work, request)
        return answers.give(asker_of(work), request)

    return answer


def trigger_handler(
    database: Database, cipher: Cipher, clock: Clock, ids: IdSource, bell: Callable[[], None], *,
    retention_days: int = 30,
) -> Callable[[Watch, m.Request], m.Reply]:  # fmt: skip
    """Answers for triggers that run in children of this process; arguments as of `request_handler`."""
    answers = Answers(database, cipher, clock, ids, bell, retention_days=retention_days)

    def answer(watch: Watch, request: m.Request) -> m.Reply:
        dag, waiter = watch.dag, watch.waiter
        asker = Asker(
            dag=DagKey(dag.workspace if dag else DEFAULT_WORKSPACE, dag.dag_id if dag else ""),
            run_uid=waiter.run_uid if waiter else "",
            task_id=waiter.task_id if waiter else "",
            map_index=waiter.map_index if waiter else -1,
            attempt=None,
        )
        return answers.give(asker, request)

    return answer


class Answers:
    """Answers requests, from whichever thread asks."""

    def __init__(
        self, database: Database, cipher: Cipher, clock: Clock, ids: IdSource, bell: Callable[[], None], *,
        retention_days: int = 30,
    ) -> None:  # fmt: skip
        self.database = database
        self.cipher = cipher
        self.clock = clock
        self.ids = ids
        self.bell = bell
        self.retention_days = retention_days
        """How long what tasks store is kept, where they don't say; 0: for good."""
        self.specs = versions.Specs()
        self.places = Places()

    def give(self, asker: Asker, request: m.Request) -> m.Reply:
        """The answer; what can't be done is an `ErrorReply`. Never raises."""
        try:
            return ANSWERS[type(request)](self, asker, request)
        except TradewindError as error:
            return m.ErrorReply(code=error.code, message=error.message)
        except Exception as error:  # the edge of one request: whatever is wrong with it must not end the executor
            log.exception("request.failed kind=%s dag_id=%s", type(request).__name__, asker.dag.dag_id)
            return m.ErrorReply(code="error", message=f"the server failed: {type(error).__name__}: {error}")


# -- XComs -----------------------------------------------------------------------------------------------------------


def _run_of(tx: Tx, asker: Asker, dag_id: str, run_id: str) -> str:
    """The run a request is about: its own, unless it names another."""
    if not run_id:
        if dag_id and dag_id != asker.dag.dag_id:
            raise NotFound(f"a value of another DAG ({dag_id}) needs the id of a run", dag_id=dag_id)
        return asker.run_uid
    return task_api.run_uid(tx, DagKey(asker.dag.workspace, dag_id or asker.dag.dag_id), run_id)


def _get_xcom(on: Answers, asker: Asker, ask: m.GetXCom) -> m.Reply:
    task_id = ask.task_id or asker.task_id
    with on.database.read() as tx:
        try:
            run = _run_of(tx, asker, ask.dag_id, ask.run_id)
        except NotFound:
            if not ask.include_prior_dates or not ask.dag_id:
                return m.XComReply(value=None)
            run = asker.run_uid  # the other DAG has no such run: those of it before the asker's are meant
        if not ask.include_prior_dates:
            return m.XComReply(value=task_api.xcom_value(tx, run, task_id, ask.map_index, ask.key))
        found = task_api.prior_xcom(tx, run, task_id, ask.map_index, ask.key, dag_id=ask.dag_id or None)
        return m.XComReply(value=found)


def _get_xcom_sequence(on: Answers, asker: Asker, ask: m.GetXComSequence) -> m.Reply:
    with on.database.read() as tx:
        try:
            run = _run_of(tx, asker, ask.dag_id, ask.run_id)
        except NotFound:
            return m.XComSequenceReply(values=[], map_indexes=[])
        task_id = ask.task_id or asker.task_id
        if ask.start is not None and ask.stop == ask.start + 1 and ask.start >= 0:
            return _one_of_sequence(on, tx, (run, task_id, ask.key), ask.start, ask.path)
        if ask.path:
            found = _under_path(tx, (run, task_id, ask.key), ask.path, slice(ask.start, ask.stop))
        else:
            found = task_api.xcom_sequence(tx, run, task_id, ask.key, start=ask.start, stop=ask.stop)
    return m.XComSequenceReply(
        values=[value for _, value in found], map_indexes=[index for index, _ in found], total=len(found)
    )


def _under_path(tx: Tx, whose: tuple[str, str, str], path: str, part: slice) -> list[tuple[int, m.XComValue]]:
    run, task_id, key = whose
    indexes = task_api.xcom_indexes_under(tx, run, task_id, key, path)[part]
    values = [(index, task_api.xcom_value(tx, run, task_id, index, key)) for index in indexes]
    return [(index, value) for index, value in values if value is not None]


def _one_of_sequence(on: Answers, tx: Tx, whose: tuple[str, str, str], place: int, path: str = "") -> m.Reply:
    """One of many, for an instance that is mapped over them: its cost does not depend on how many there are."""
    run, task_id, key = whose
    name = (run, task_api.clear_number(tx, run), task_id, f"{key} {path}")

    def look() -> list[int]:
        if path:
            return task_api.xcom_indexes_under(tx, run, task_id, key, path)
        return task_api.xcom_indexes(tx, run, task_id, key)

    indexes = on.places.of(name, look)
    value = task_api.xcom_value(tx, run, task_id, indexes[place], key) if place < len(indexes) else None
    if value is None:
        return m.XComSequenceReply(values=[], map_indexes=[], total=len(indexes))
    return m.XComSequenceReply(values=[value], map_indexes=[indexes[place]], total=len(indexes))


def _set_xcom(on: Answers, asker: Asker, ask: m.SetXCom) -> m.Reply:
    index = asker.map_index if ask.map_index is None else ask.map_index
    with on.database.write() as tx:
        _check_live(tx, asker)
        run = _run_of(tx, asker, ask.dag_id, ask.run_id)
        task = (ask.task_id or asker.task_id, index)
        task_api.put_xcom(tx, run, task, ask.value, attempt=asker.attempt, now=on.clock.now())
    return m.Done()


def _delete_xcom(on: Answers, asker: Asker, ask: m.DeleteXCom) -> m.Reply:
    with on.database.write() as tx:
        _check_live(tx, asker)
        task_api.delete_xcom(tx, asker.run_uid, (asker.task_id, asker.map_index), ask.key)
    return m.Done()


# -- variables and connections: only for attempts under way ----------------------------------------------------------


def _check_live(tx: Tx, asker: Asker) -> None:
    if asker.attempt is not None:
        task_api.require_live(tx, asker.attempt)


def _get_variable(on: Answers, asker: Asker, ask: m.GetVariable) -> m.Reply:
    with on.database.read() as tx:
        _check_live(tx, asker)
        found = variables.find_variable(tx, on.cipher, asker.dag.workspace, ask.key)
    return m.ValueReply(value=None if found is None else found.value)


def _set_variable(on: Answers, asker: Asker, ask: m.SetVariable) -> m.Reply:
    new = variables.VariableRecord(key=ask.key, value=ask.value, description=ask.description)
    with on.database.write() as tx:
        _check_live(tx, asker)
        variables.put_variable(tx, on.cipher, asker.dag.workspace, new)
        _note(on, tx, asker, "set_variable", ask.key)
    return m.Done()


def _delete_variable(on: Answers, asker: Asker, ask: m.DeleteVariable) -> m.Reply:
    with on.database.write() as tx:
        _check_live(tx, asker)
        variables.delete_variable(tx, asker.dag.workspace, ask.key)
        _note(on, tx, asker, "delete_variable", ask.key)
    return m.Done()


def _note(on: Answers, tx: Tx, asker: Asker, event: str, key: str) -> None:
    """A task changed a variable: nobody else is told."""
    event_logs.record(
        tx,
        event_logs.NewEvent(
            workspace=asker.dag.workspace, timestamp=on.clock.now(), event=event, owner="task", dag_id=asker.dag.dag_id or None,
            task_id=asker.task_id or None, map_index=asker.map_index,
            via="task", resource="variable", name=key, after='{"value":"***"}' if event == "set_variable" else None,
        ),
    )  # fmt: skip


def _list_variables(on: Answers, asker: Asker, ask: m.ListVariables) -> m.Reply:
    with on.database.read() as tx:
        _check_live(tx, asker)
        keys = variables.list_keys(tx, asker.dag.workspace, ask.prefix)
    return m.ValueReply(value=msgspec.json.encode(keys).decode())


def _get_connection(on: Answers, asker: Asker, ask: m.GetConnection) -> m.Reply:
    with on.database.read() as tx:
        _check_live(tx, asker)
        found = connections.find_connection(tx, on.cipher, asker.dag.workspace, ask.conn_id)
    if found is None:
        return m.ConnectionReply(found=False)
    return m.ConnectionReply(
        found=True,
        conn_id=found.conn_id,
        conn_type=found.conn_type,
        host=found.host,
        login=found.login,
        password=found.password,
        schema=found.schema,
        port=found.port,
        extra=found.extra,
        description=found.description,
    )


# -- runs ------------------------------------------------------------------------------------------------------------


def _get_task_count(on: Answers, asker: Asker, ask: m.GetTaskCount) -> m.Reply:
    dag = DagKey(asker.dag.workspace, ask.dag_id)
    wanted = task_api.RunsOf(dag=dag, run_ids=ask.run_ids, logical_dates=ask.logical_dates)
    with on.database.read() as tx:
        if ask.task_ids or ask.group_id:
            task_ids = [*ask.task_ids, *_members(tx, on, dag, ask.group_id)]
            counts = task_api.task_counts(tx, wanted, task_ids)
        else:
            counts = task_api.run_counts(tx, wanted)
    return m.ValueReply(value=msgspec.json.encode(counts).decode())


def _get_task_states(on: Answers, asker: Asker, ask: m.GetTaskStates) -> m.Reply:
    dag = DagKey(asker.dag.workspace, ask.dag_id)
    wanted = task_api.RunsOf(dag=dag, run_ids=ask.run_ids, logical_dates=ask.logical_dates)
    with on.database.read() as tx:
        task_ids = [*ask.task_ids, *_members(tx, on, dag, ask.group_id)]
        states = task_api.task_states(tx, wanted, task_ids)
    return m.ValueReply(value=msgspec.json.encode(states).decode())


def _members(tx: Tx, on: Answers, dag: DagKey, group_id: str) -> list[str]:
    """The tasks of a group and of the groups in it."""
    if not group_id:
        return []
    specs = dags.newest_specs(tx, on.specs, [dag])
    if not specs:
        raise NotFound(f"there is no DAG {dag.dag_id!r}", dag_id=dag.dag_id)
    parents = {group.group_id: group.parent_id for group in specs[0].groups}
    if group_id not in parents:
        raise NotFound(f"DAG {dag.dag_id!r} has no task group {group_id!r}", dag_id=dag.dag_id, group_id=group_id)

    def is_inside(group: str | None) -> bool:
        while group is not None and group != group_id:
            group = parents.get(group)
        return group is not None

    return [task.task_id for task in specs[0].tasks if is_inside(task.group_id)]


def _get_dag(on: Answers, asker: Asker, ask: m.GetDag) -> m.Reply:
    dag = DagKey(asker.dag.workspace, ask.dag_id)
    with on.database.read() as tx:
        try:
            known = dags.get_dag(tx, dag)
        except NotFound:
            return m.ValueReply(value=None)
        specs = dags.newest_specs(tx, on.specs, [dag])
    facts: dict[str, object] = {
        "dag_id": known.dag_id,
        "is_paused": known.is_paused,
        "is_stale": known.is_stale,
        "bundle_name": known.bundle_name,
        "bundle_version": known.bundle_version,
        "relative_fileloc": known.relative_fileloc,
        "owners": ", ".join(known.owners),
        "tags": list(known.tags),
        "next_dagrun": known.next_logical_date,
        "task_ids": [task.task_id for spec in specs for task in spec.tasks],
        "group_ids": [group.group_id for spec in specs for group in spec.groups],
        "results": [task.task_id for spec in specs for task in spec.tasks if task.returns_dag_result],
    }
    return m.ValueReply(value=msgspec.json.encode(facts).decode())


def _get_run_state(on: Answers, asker: Asker, ask: m.GetRunState) -> m.Reply:
    with on.database.read() as tx:
        state = task_api.run_state(tx, DagKey(asker.dag.workspace, ask.dag_id), ask.run_id)
    return m.StateReply(state=state, run_id=ask.run_id)


def _get_previous(on: Answers, asker: Asker, ask: m.GetPrevious) -> m.Reply:
    with on.database.read() as tx:
        found = task_api.previous_run(tx, asker.run_uid, ask.state)
    if found is None:
        return m.PreviousReply(run=None)
    return m.PreviousReply(run=found.info, end_date=found.end_date, state=found.state)


def _trigger_run(on: Answers, asker: Asker, ask: m.TriggerRun) -> m.Reply:
    now = on.clock.now()
    dag = DagKey(asker.dag.workspace, ask.dag_id)
    wish = RunWish(
        run_id=ask.run_id or None,
        logical_date=ask.logical_date,
        run_after=ask.run_after,
        conf=ask.conf,
        note=ask.note,
        run_type="operator_triggered",
        triggered_by="operator",
    )
    with on.database.write() as tx:
        _check_live(tx, asker)
        known = dags.get_dag(tx, dag)
        if known.is_stale or known.version_id is None:
            raise NotFound(f"there is no DAG {dag.dag_id!r}: its file no longer holds it", dag_id=dag.dag_id)
        spec = versions.spec_of_version(tx, on.specs, known.version_id)
        facts = plan_run(dag, spec, wish, on.ids.new(), now)
        run_id = facts.run_id
        there = task_api.same_run(tx, facts)
        if there is None:
            runs.insert_requested(tx, facts, now)
            inbox.post(tx, RunRequested(facts), now)
        elif ask.reset:
            uid, run_id = there
            refs = tuple(TaskRef(task_id) for task_id in task_api.task_ids_of_run(tx, uid))
            inbox.post(tx, Cleared(uid, refs), now)
        else:
            raise Conflict(f"DAG {dag.dag_id!r} has the run {there[1]!r} already", dag_id=dag.dag_id, run_id=there[1])
    on.bell()
    return m.StateReply(state="queued", run_id=run_id)


Answer = Callable[[Answers, Asker, Any], m.Reply]
# -- assets ----------------------------------------------------------------------------------------------------------


def _get_asset(on: Answers, asker: Asker, ask: m.GetAsset) -> m.Reply:
    with on.database.read() as tx:
        return asset_reply(tx, asker.dag.workspace, ask)


def _get_asset_events(on: Answers, asker: Asker, ask: m.GetAssetEvents) -> m.Reply:
    with on.database.read() as tx:
        return events_reply(tx, asker.dag.workspace, asker.run_uid, ask)


ANSWERS: Mapping[type, Answer] = {
    m.GetXCom: _get_xcom,
    m.GetXComSequence: _get_xcom_sequence,
    m.SetXCom: _set_xcom,
    m.DeleteXCom: _delete_xcom,
    m.GetVariable: _get_variable,
    m.SetVariable: _set_variable,
    m.DeleteVariable: _delete_variable,
    m.ListVariables: _list_variables,
    m.GetConnection: _get_connection,
    **STATE_ANSWERS,
    m.GetAsset: _get_asset,
    m.GetAssetEvents: _get_asset_events,
    m.GetTaskCount: _get_task_count,
    m.GetTaskStates: _get_task_states,
    m.GetDag: _get_dag,
    m.GetRunState: _get_run_state,
    m.GetPrevious: _get_previous,
    m.TriggerRun: _trigger_run,
}
"""What answers each request."""
