"""What a batch of the core's commands does to the rows: the only code that changes the state of runs and tasks.

A batch is written in few statements whatever its size, in an order that lets later rows lean on earlier ones: runs,
instances, attempts, what attempts leave behind. The last save of a row wins. All values are absolute and all inserts
pass over what is there, so that a batch may be written twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime

import msgspec
from sqlalchemy import select

from tradewind.core.commands import (
    Command,
    ConsumeAssetEvents,
    CreateRun,
    CreateTasks,
    DeleteDag,
    DeleteRun,
    Dispatch,
    DropAssetEvents,
    EndAttempt,
    ForgetCallback,
    ForgetTasks,
    KeepOutput,
    QueueAssetEvent,
    RecordAssetEvent,
    RefuseAssetEvent,
    RepeatRun,
    RunCallback,
    SaveBackfill,
    SaveDag,
    SaveDeadline,
    SaveRun,
    SaveTask,
    SaveWarning,
    StartAttempt,
    StartTrigger,
    StopTrigger,
)
from tradewind.core.events import RunFacts
from tradewind.core.states import RunState
from tradewind.db import backfills, callbacks, deadlines, inputs
from tradewind.db import tables as t
from tradewind.db.asset_transitions import AssetCommand, write_assets
from tradewind.db.bulk import Bulk, Row, insert, moments, printable, update
from tradewind.db.change_recorder import Recorder
from tradewind.db.engine import Tx
from tradewind.db.leases import shard_of
from tradewind.db.waits import Seal, keep_fired, write_waits
from tradewind.db.warnings import save_schedule_warning
from tradewind.protocol import messages
from tradewind.protocol.triggers import Fired
from tradewind.spec import DagKey

__all__ = ["write"]

_TaskKey = tuple[str, str, int]
_NO_OUTPUTS: Mapping[str, messages.Ended] = {}
_NO_FIRED: Mapping[str, Fired] = {}
_MAX_XCOM_KEY = 512


def write(
    tx: Tx,
    commands: Sequence[Command],
    outputs: Mapping[str, messages.Ended] = _NO_OUTPUTS,
    *,
    now: datetime,
    fired: Mapping[str, Fired] = _NO_FIRED,
    seal: Seal = str,
    recorder: Recorder | None = None,
) -> list[str]:
    """Write a batch.

    Args:
        commands: in the order the core gave them; those that touch no row (`Kill`, `RunCallback`) are passed over.
        outputs: attempt -> its report; stored for the attempts that a `KeepOutput` names.
        fired: trigger -> what it said, where that led to some of these commands.
        seal: encrypts what triggers are given and say.
        recorder: writes the log of changes; None: nobody is told.

    Returns:
        uids of `CreateRun`s whose run id or logical date is taken: nothing was written for them.
    """
    if recorder is not None:
        recorder.look(tx, commands)
    lost = _insert_runs(tx, [c.run for c in commands if isinstance(c, CreateRun)], now)
    owners = _owners_of_outputs(tx, commands)
    gone_on = [command.resume for command in commands if isinstance(command, Dispatch) and command.resume]
    if gone_on:
        inputs.take_defaults(tx, gone_on, now)
    changes = [] if recorder is None else recorder.changes(tx, commands, lost)
    # One round trip for the whole batch instead of one a statement; errors surface where the block ends.
    with tx.raw.pipeline() if tx.dialect == "postgresql" else nullcontext():
        batch = _Batch(tx, outputs, owners, lost, now)
        batch.hear(fired, seal)
        if any(isinstance(command, ForgetTasks) for command in commands):
            # these write at once what came before them: instances made there are of the version that a later save names
            for command in commands:
                if isinstance(command, SaveRun):
                    batch.take(command)
        for command in commands:
            batch.take(command)
        batch.flush()
        if recorder is not None:
            recorder.write(tx, changes, now)
    return sorted(lost)


class _Batch:
    """Commands gathered by the statement that will write them."""

    def __init__(
        self,
        tx: Tx,
        outputs: Mapping[str, messages.Ended],
        owners: Mapping[str, _TaskKey],
        lost: frozenset[str],
        now: datetime,
    ) -> None:
        self._tx = tx
        self._outputs = outputs
        self._owners = owners
        self._lost = lost
        self._moment = moments(tx)
        self._at = now
        self._now = self._moment(now)
        self._clear()

    def _clear(self) -> None:
        self._runs: dict[str, SaveRun] = {}
        self._created: list[CreateTasks] = []
        self._tasks: dict[_TaskKey, SaveTask] = {}
        self._dispatched: list[Dispatch] = []
        self._started: list[StartAttempt] = []
        self._ended: list[EndAttempt] = []
        self._kept: list[str] = []
        self._dags: dict[DagKey, SaveDag] = {}
        self._paused: dict[DagKey, bool] = {}
        self._waits: list[StartTrigger | StopTrigger] = []
        self._assets: list[AssetCommand] = []
        self._backfills: list[Command] = []
        self._deadlines: list[SaveDeadline] = []
        self._callbacks: list[RunCallback] = []
        self._called: list[str] = []

    def hear(self, fired: Mapping[str, Fired], seal: Seal) -> None:
        """What triggers said, and how their arguments are encrypted."""
        self._fired, self._seal = fired, seal

    def take(self, command: Command) -> None:
        match command:
            case SaveTask(run_uid=run, task_id=task, map_index=index):
                self._tasks[run, task, index] = command
            case Dispatch() if command.run_uid not in self._lost:
                self._dispatched.append(command)
            case StartAttempt():
                self._started.append(command)
            case EndAttempt():
                self._ended.append(command)
            case KeepOutput(attempt=attempt):
                self._kept.append(attempt)
            case SaveRun(uid=uid):
                self._runs[uid] = command
            case CreateTasks():
                self._created.append(command)
            case SaveDag(dag=dag):
                self._dags[dag] = command
                if command.is_paused is not None:
                    self._paused[dag] = command.is_paused
            case SaveBackfill() | RepeatRun():
                self._backfills.append(command)
            case StartTrigger() | StopTrigger():
                self._waits.append(command)
            case SaveDeadline() if command.run_uid not in self._lost:
                self._deadlines.append(command)
            case RunCallback():
                self._callbacks.append(command)
            case ForgetCallback(id=name):
                self._called.append(name)
            case SaveWarning():
                save_schedule_warning(self._tx, command, self._now)
            case ForgetTasks():
                self.flush()
                _forget(self._tx, command)
            case DeleteRun(uid=uid):
                self.flush()
                _DELETE_RUN.run(self._tx, [(uid,)])
            case DeleteDag(dag=dag):
                self.flush()
                _DELETE_DAG.run(self._tx, [tuple(dag)])
            case RecordAssetEvent() | QueueAssetEvent() | DropAssetEvents() | ConsumeAssetEvents() | RefuseAssetEvent():
                self._assets.append(command)
            case _:
                pass  # CreateRun came first; Kill and RunCallback are the shell's; what a lost run asked for is void

    def flush(self) -> None:
        """Write what was gathered, in the order in which rows lean on each other."""
        tx = self._tx
        if self._runs:
            self._save_runs()
        if self._created:
            _create_tasks(tx, self._created, self._now)
        if self._tasks:
            _SAVE_TASK.run(tx, [self._task_row(save) for save in self._tasks.values()])
        if self._dispatched:
            self._append_attempts()
        if self._started:
            _START_ATTEMPT.run(tx, [self._start_row(start) for start in self._started])
        if self._ended:
            _END_ATTEMPT.run(tx, [self._end_row(end) for end in self._ended])
        if self._kept:
            self._keep_outputs()
        if self._backfills:
            backfills.write(tx, self._backfills, self._at)
        if self._waits:
            write_waits(tx, self._waits, self._outputs, self._seal, self._at)
        if self._fired:
            keep_fired(tx, self._fired, self._seal)
            self._fired = _NO_FIRED
        if self._dags:
            _SAVE_DAG.run(tx, [self._dag_row(save) for save in self._dags.values()])
            _PAUSE_DAG.run(tx, [(is_paused, *dag) for dag, is_paused in self._paused.items()])
        if self._deadlines:
            deadlines.save(tx, self._deadlines, self._at)
        if self._callbacks:
            callbacks.order(tx, self._callbacks, self._at, self._lost)
        if self._called:
            callbacks.forget(tx, self._called)
        if self._assets:
            write_assets(tx, self._assets, self._lost)
        self._clear()

    def _save_runs(self) -> None:
        moved = [save for save in self._runs.values() if save.clear_number > 0]
        _SAVE_RUN.run(self._tx, [self._run_row(save) for save in self._runs.values()])
        # Only a clear can bind a run to another version; its instances then follow the new code's pools and queues.
        _REFRESH_TASKS.run(self._tx, [(save.uid,) for save in moved])

    def _run_row(self, save: SaveRun) -> Row:
        moment = self._moment
        return (
            save.state.value, save.version_id, moment(save.queued_at), moment(save.start_date), moment(save.end_date),
            _seconds(save.start_date, save.end_date), save.clear_number, save.retries,
            moment(save.retry_at), self._now, save.uid,
        )  # fmt: skip

    def _task_row(self, save: SaveTask) -> Row:
        moment = self._moment
        return (
            None if save.state is None else save.state.value, save.try_number, save.max_tries, save.attempt,
            save.losses, moment(save.scheduled_at), moment(save.queued_at), moment(save.start_date),
            moment(save.end_date), _seconds(save.start_date, save.end_date), moment(save.next_at), save.skipped_by,
            printable(save.reason), save.resume, self._now, save.run_uid, save.task_id, save.map_index,
        )  # fmt: skip

    def _append_attempts(self) -> None:
        moment = self._moment
        _ADD_ATTEMPT.run(
            self._tx,
            [
                (d.attempt, d.run_uid, d.task_id, d.map_index, d.try_number, d.version_id, d.executor, d.queue,
                 d.pool_slots, d.priority, d.isolation, moment(d.at))
                for d in self._dispatched
            ],
        )  # fmt: skip
        again = [(d.run_uid, d.task_id, d.map_index) for d in self._dispatched if d.try_number > 1 and not d.resume]
        _DELETE_XCOMS.run(self._tx, again)

    def _start_row(self, start: StartAttempt) -> Row:
        return (self._moment(start.at), printable(start.hostname), start.pid, start.attempt)

    def _end_row(self, end: EndAttempt) -> Row:
        output = self._outputs.get(end.attempt)
        error = None if output is None else printable(output.error)
        return (self._moment(end.at), end.outcome, printable(end.reason) or None, error, end.attempt)

    def _keep_outputs(self) -> None:
        tried_again = {
            (d.run_uid, d.task_id, d.map_index): d.attempt
            for d in self._dispatched
            if d.try_number > 1 and not d.resume
        }
        xcoms: dict[tuple[str, str, int, str], Row] = {}
        fields: dict[_TaskKey, Row] = {}
        indexes: list[Row] = []
        asked: list[tuple[_TaskKey, messages.Ended]] = []
        for attempt in self._kept:
            output, key = self._outputs.get(attempt), self._owners.get(attempt)
            if output is None or key is None:
                continue
            # A next try in the same batch has done away with what this one pushed.
            for value in output.xcoms if tried_again.get(key, attempt) == attempt else ():
                name = (printable(value.key) or "")[:_MAX_XCOM_KEY]
                xcoms[(*key, name)] = (
                    *key, name, value.value, value.kind, value.length, value.is_none, attempt, self._moment(output.at),
                )  # fmt: skip
            if output.rendered is not None:
                fields[key] = (*key, msgspec.json.encode(output.rendered).decode())
            if output.rendered_map_index is not None:
                indexes.append((printable(output.rendered_map_index), *key))
            if output.form is not None:
                asked.append((key, output))
        _PUT_XCOM.run(self._tx, list(xcoms.values()))
        _PUT_RENDERED.run(self._tx, list(fields.values()))
        _NAME_INDEX.run(self._tx, indexes)
        if asked:
            inputs.keep_requests(self._tx, asked)

    def _dag_row(self, save: SaveDag) -> Row:
        moment = self._moment
        return (
            moment(save.next_run_after), moment(save.next_logical_date), moment(save.next_interval_start),
            moment(save.next_interval_end), save.has_exceeded_max_runs, *save.dag,
        )  # fmt: skip


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


# -- runs ------------------------------------------------------------------------------------------------------------


def _insert_runs(tx: Tx, runs: Sequence[RunFacts], now: datetime) -> frozenset[str]:
    if not runs:
        return frozenset()
    moment = moments(tx)
    _ADD_RUN.run(
        tx,
        [
            (run.uid, *run.dag, run.run_id, run.run_type, RunState.QUEUED.value, moment(run.logical_date),
             moment(run.interval_start), moment(run.interval_end), moment(run.run_after), moment(run.queued_at),
             msgspec.json.encode(run.conf).decode(), run.version_id, run.triggered_by, run.triggering_user, run.note,
             shard_of(run.dag), moment(now), run.backfill, run.partition_key, moment(run.partition_date), run.retry_of,
             printable(run.reason))
            for run in runs
        ],
    )  # fmt: skip
    wanted = [run.uid for run in runs]
    found = tx.execute(select(t.dag_run.c.uid).where(t.dag_run.c.uid.in_(wanted))).scalars()
    return frozenset(wanted) - frozenset(found)


_ADD_RUN = insert(
    t.dag_run,
    ("uid", "workspace", "dag_id", "run_id", "run_type", "state", "logical_date", "interval_start", "interval_end",
     "run_after", "queued_at", "conf", "version_id", "triggered_by", "triggering_user", "note", "shard", "updated_at",
     "backfill", "partition_key", "partition_date", "retry_of", "reason"),
)  # fmt: skip
_SAVE_RUN = update(
    t.dag_run,
    (
        "state",
        "version_id",
        "queued_at",
        "start_date",
        "end_date",
        "duration",
        "clear_number",
        "retries",
        "retry_at",
        "updated_at",
    ),
    ("uid",),
)
_DELETE_RUN = Bulk(
    "DELETE FROM dag_run WHERE uid = ?",
    "DELETE FROM dag_run WHERE uid = ANY(%s)",
)
_DELETE_DAG = Bulk(
    "DELETE FROM dag WHERE workspace = ? AND dag_id = ?",
    "DELETE FROM dag WHERE (workspace, dag_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
)
_SAVE_DAG = update(
    t.dag,
    ("next_run_after", "next_logical_date", "next_interval_start", "next_interval_end", "has_exceeded_max_runs"),
    ("workspace", "dag_id"),
)
_PAUSE_DAG = update(t.dag, ("is_paused",), ("workspace", "dag_id"))

# -- instances -------------------------------------------------------------------------------------------------------

_COPIED = ("operator", "pool", "pool_slots", "queue", "executor", "priority_weight")
_OF_SPEC = (
    "coalesce(s.operator, ''), coalesce(s.pool, 'default_pool'), coalesce(s.pool_slots, 1),"
    " coalesce(s.queue, 'default'), s.executor, coalesce(s.priority_weight, 1), coalesce(s.retries, 0) + 1"
)
_FROM_RUN = (
    "FROM {wanted} JOIN dag_run r ON r.uid = {run} LEFT JOIN dag_version v ON v.id = r.version_id"
    " LEFT JOIN spec_task s ON s.spec_hash = v.spec_hash AND s.task_id = {task}"
)
_INTO_TASKS = (
    f"INSERT INTO task_instance (run_uid, task_id, map_index, workspace, dag_id, {', '.join(_COPIED)}, max_tries,"
    " updated_at)"
)
_CREATE_TASKS = Bulk(
    f"WITH RECURSIVE n(run_uid, task_id, i, until, at) AS (VALUES (?, ?, ?, ?, ?) UNION ALL"
    f" SELECT run_uid, task_id, i + 1, until, at FROM n WHERE i < until) {_INTO_TASKS}"
    f" SELECT n.run_uid, n.task_id, n.i, r.workspace, r.dag_id, {_OF_SPEC}, n.at"
    f" {_FROM_RUN.format(wanted='n', run='n.run_uid', task='n.task_id')} WHERE true ON CONFLICT DO NOTHING",
    f"{_INTO_TASKS} SELECT n.run_uid, n.task_id, i, r.workspace, r.dag_id, {_OF_SPEC}, n.at"
    " FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::timestamptz[]) AS n(run_uid, task_id, first, last, at)"
    f" CROSS JOIN LATERAL generate_series(n.first, n.last) AS i"
    f" {_FROM_RUN.format(wanted='', run='n.run_uid', task='n.task_id').removeprefix('FROM  ')} ON CONFLICT DO NOTHING",
)
_REFRESH_TASKS = Bulk(
    f"UPDATE task_instance SET ({', '.join(_COPIED)}) = (s.operator, s.pool, s.pool_slots, s.queue, s.executor,"
    " s.priority_weight) FROM dag_run r JOIN dag_version v ON v.id = r.version_id JOIN spec_task s"
    " ON s.spec_hash = v.spec_hash WHERE r.uid = ?1 AND task_instance.run_uid = r.uid"
    " AND s.task_id = task_instance.task_id",
    f"UPDATE task_instance SET ({', '.join(_COPIED)}) = (s.operator, s.pool, s.pool_slots, s.queue, s.executor,"
    " s.priority_weight) FROM dag_run r JOIN dag_version v ON v.id = r.version_id JOIN spec_task s"
    " ON s.spec_hash = v.spec_hash WHERE r.uid = ANY(%s) AND task_instance.run_uid = r.uid"
    " AND s.task_id = task_instance.task_id",
)
_SAVE_TASK = update(
    t.task_instance,
    ("state", "try_number", "max_tries", "attempt", "losses", "scheduled_at", "queued_at", "start_date", "end_date",
     "duration", "next_at", "skipped_by", "reason", "resume", "updated_at"),
    ("run_uid", "task_id", "map_index"),
)  # fmt: skip
_COUNT_TASKS = Bulk(  # once a batch for each run that got instances or lost some
    "UPDATE dag_run SET instances = (SELECT count(*) FROM task_instance WHERE run_uid = dag_run.uid) WHERE uid = ?",
    "UPDATE dag_run SET instances = (SELECT count(*) FROM task_instance WHERE run_uid = dag_run.uid) WHERE uid = ANY(%s)",
)
_SET_PATH = update(t.task_instance, ("map_path", "rendered_map_index"), ("run_uid", "task_id", "map_index"))
_NAME_INDEX = update(t.task_instance, ("rendered_map_index",), ("run_uid", "task_id", "map_index"))
_FORGET = tuple(
    Bulk(
        f"DELETE FROM {table} WHERE run_uid = ? AND task_id = ? AND map_index >= ?",
        f"DELETE FROM {table} AS old USING unnest(%s::text[], %s::text[], %s::int[]) AS n(run_uid, task_id, first)"
        " WHERE old.run_uid = n.run_uid AND old.task_id = n.task_id AND old.map_index >= n.first",
    )
    for table in ("task_instance", "xcom", "rendered")
)


def _create_tasks(tx: Tx, created: Sequence[CreateTasks], now: datetime | str | None) -> None:
    _CREATE_TASKS.run(tx, [(c.run_uid, c.task_id, c.first, c.last, now) for c in created])
    _COUNT_TASKS.run(tx, [(uid,) for uid in {c.run_uid: None for c in created}])
    _SET_PATH.run(
        tx,
        [
            (path, path, c.run_uid, c.task_id, index)
            for c in created
            if c.paths
            for index, path in enumerate(c.paths, c.first)
        ],
    )


def _forget(tx: Tx, command: ForgetTasks) -> None:
    for bulk in _FORGET:
        bulk.run(tx, [(command.run_uid, command.task_id, command.first)])
    _COUNT_TASKS.run(tx, [(command.run_uid,)])


# -- attempts and what they leave behind -----------------------------------------------------------------------------

_ADD_ATTEMPT = insert(
    t.attempt,
    ("id", "run_uid", "task_id", "map_index", "try_number", "version_id", "executor", "queue", "pool_slots", "priority",
     "isolation", "created_at"),
)  # fmt: skip
_START_ATTEMPT = update(t.attempt, ("started_at", "hostname", "pid"), ("id",))
_END_ATTEMPT = update(t.attempt, ("ended_at", "outcome", "reason", "error"), ("id",), only_null="ended_at")
_DELETE_XCOMS = Bulk(
    "DELETE FROM xcom WHERE run_uid = ? AND task_id = ? AND map_index = ?",
    "DELETE FROM xcom AS old USING unnest(%s::text[], %s::text[], %s::int[]) AS n(run_uid, task_id, map_index)"
    " WHERE old.run_uid = n.run_uid AND old.task_id = n.task_id AND old.map_index = n.map_index",
)
_PUT_XCOM = insert(
    t.xcom,
    ("run_uid", "task_id", "map_index", "key", "value", "kind", "length", "is_none", "attempt", "timestamp"),
    "(run_uid, task_id, map_index, key) DO UPDATE SET value = excluded.value, kind = excluded.kind,"
    " length = excluded.length, is_none = excluded.is_none, attempt = excluded.attempt, timestamp = excluded.timestamp",
)
_PUT_RENDERED = insert(
    t.rendered,
    ("run_uid", "task_id", "map_index", "fields"),
    "(run_uid, task_id, map_index) DO UPDATE SET fields = excluded.fields",
)


def _owners_of_outputs(tx: Tx, commands: Sequence[Command]) -> dict[str, _TaskKey]:
    """The instances that the attempts named by `KeepOutput` belong to: said by the batch itself, else by the rows."""
    kept = {command.attempt for command in commands if isinstance(command, KeepOutput)}
    if not kept:
        return {}
    owners = {
        command.attempt: (command.run_uid, command.task_id, command.map_index)
        for command in commands
        if isinstance(command, SaveTask | Dispatch) and command.attempt is not None
    }
    unknown = kept - owners.keys()
    if unknown:
        c = t.attempt.c
        rows = tx.execute(select(c.id, c.run_uid, c.task_id, c.map_index).where(c.id.in_(unknown)))
        owners |= {row.id: (row.run_uid, row.task_id, row.map_index) for row in rows}
    return owners


# -- inbox -----------------------------------------------------------------------------------------------------------
