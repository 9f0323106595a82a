"""What a batch of the core's commands changes, as the log of changes has it: each thing once, with its state before.

The recorder remembers the states of the runs that are going on, a byte for each instance, so that a batch need not read
what it is about to write. What it does not know it reads once. After a transaction that may have failed it knows
nothing any more: repeating a batch that was stored after all then finds nothing that has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tradewind.core.commands import (
    Command,
    CreateRun,
    CreateTasks,
    DeleteDag,
    DeleteRun,
    ForgetTasks,
    RecordAssetEvent,
    SaveBackfill,
    SaveDag,
    SaveRun,
    SaveTask,
)
from tradewind.core.states import CODES, RUN_FINISHED, STATES
from tradewind.db import tables as t
from tradewind.db.change_log import Change, append
from tradewind.db.engine import Tx

__all__ = ["Recorder"]

_TaskKey = tuple[str, str, int]
_CODES: Mapping[str | None, int] = {None if state is None else str(state): code for state, code in CODES.items()}


class _Run:
    """A run that is going on: its names and states."""

    __slots__ = ("dag_id", "run_id", "state", "tasks", "workspace")

    def __init__(self, workspace: str, dag_id: str, run_id: str, state: str | None) -> None:
        self.workspace, self.dag_id, self.run_id, self.state = workspace, dag_id, run_id, state
        self.tasks: dict[str, bytearray] = {}
        """Task -> codes of states, from `map_index` -1 on; what is beyond the end has no state."""

    def moved(self, task_id: str, map_index: int, code: int) -> int:
        """Set a state; the one before."""
        place = map_index + 1
        states = self.tasks.get(task_id)
        if states is None:
            states = self.tasks[task_id] = bytearray(place + 1)
        elif len(states) <= place:
            states.extend(bytes(place + 1 - len(states)))
        before = states[place]
        states[place] = code
        return before


class _Gathered:
    """The commands of a batch that change what people watch."""

    __slots__ = ("created", "runs", "tasks", "various")

    def __init__(self, commands: Sequence[Command]) -> None:
        self.created: list[CreateRun] = []
        self.runs: dict[str, SaveRun] = {}
        self.tasks: dict[_TaskKey, SaveTask] = {}
        self.various: list[Command] = []
        for command in commands:
            kind = type(command)
            if kind is SaveTask:
                self.tasks[command.run_uid, command.task_id, command.map_index] = command  # type: ignore[union-attr]
            elif kind is SaveRun:
                self.runs[command.uid] = command  # type: ignore[union-attr, assignment]
            elif kind is CreateRun:
                self.created.append(command)  # type: ignore[arg-type]
            elif kind in _VARIOUS:
                self.various.append(command)
                if kind is ForgetTasks:
                    self._forget(command)  # type: ignore[arg-type]

    def _forget(self, gone: ForgetTasks) -> None:
        """What was saved before its row was deleted is as if it had not been."""
        for key in [k for k in self.tasks if k[:2] == (gone.run_uid, gone.task_id) and k[2] >= gone.first]:
            del self.tasks[key]

    @property
    def run_uids(self) -> set[str]:
        """The runs that this is about."""
        found = {key[0] for key in self.tasks} | self.runs.keys()
        for command in self.various:
            if isinstance(command, CreateTasks | ForgetTasks):
                found.add(command.run_uid)
            elif isinstance(command, DeleteRun):
                found.add(command.uid)
        return found


_VARIOUS = frozenset({CreateTasks, ForgetTasks, RecordAssetEvent, SaveDag, SaveBackfill, DeleteRun, DeleteDag})


class Recorder:
    """Writes the log of changes for one scheduler. Use it from one thread.

    Args:
        announce: told when a transaction with changes has been committed.
    """

    def __init__(self, announce: Callable[[], None] | None = None) -> None:
        self._announce = announce
        self._runs: dict[str, _Run] = {}
        self._is_unsure = False
        self._there: frozenset[str] = frozenset()
        self._has_news = False

    def forget(self) -> None:
        """A transaction may not have been committed: what is known counts no more."""
        self._runs.clear()
        self._is_unsure = True
        self._has_news = False

    def committed(self) -> None:
        """The transaction has been committed."""
        self._is_unsure = False
        if self._has_news:
            self._has_news = False
            if self._announce is not None:
                self._announce()

    # -- around the writing of a batch -------------------------------------------------------------------------------

    def look(self, tx: Tx, commands: Sequence[Command]) -> None:
        """Before a batch is written: where it may be a repetition, see what is there of what it would insert."""
        self._there = frozenset()
        if self._is_unsure:
            runs = [c.run.uid for c in commands if isinstance(c, CreateRun)]
            events = [c.update.uid for c in commands if isinstance(c, RecordAssetEvent)]
            self._there = frozenset(tx.execute(select(t.dag_run.c.uid).where(t.dag_run.c.uid.in_(runs))).scalars())
            known = tx.execute(select(t.asset_event.c.uid).where(t.asset_event.c.uid.in_(events))).scalars()
            self._there |= frozenset(known)

    def changes(self, tx: Tx, commands: Sequence[Command], lost: Collection[str]) -> list[Change]:
        """What a batch changes; asked for before anything of it but new runs has been written.

        Args:
            lost: uids of runs that could not be made.
        """
        found = _Gathered(commands)
        changes: list[Change] = []
        for made in found.created:
            run = made.run
            if run.uid in lost or run.uid in self._there:
                continue
            self._runs[run.uid] = _Run(*run.dag, run.run_id, "queued")
            changes.append(_of_run(self._runs[run.uid], None, "queued"))
        if not (found.tasks or found.runs or found.various):
            return changes
        self._learn(tx, (found.run_uids - self._runs.keys()).difference(lost))
        ends: list[Change] = []
        for uid, save in found.runs.items():
            self._note_run(uid, save.state.value, ends if save.state in RUN_FINISHED else changes)
        for command in found.various:
            self._note_various(tx, command, changes)
        self._note_tasks(found.tasks, changes)
        for uid, save in found.runs.items():
            if save.state in RUN_FINISHED:
                self._runs.pop(uid, None)
        for command in found.various:
            if isinstance(command, DeleteRun):
                run = self._runs.pop(command.uid, None)
                if run is not None:
                    ends.append(_of_run(run, run.state, None))
        return changes + ends

    def write(self, tx: Tx, changes: Sequence[Change], now: datetime) -> None:
        """The last statement of the batch."""
        append(tx, changes, now)
        self._has_news = bool(changes)

    # -- what has changed --------------------------------------------------------------------------------------------

    def _note_run(self, uid: str, state: str, into: list[Change]) -> None:
        run = self._runs.get(uid)
        if run is not None and run.state != state:
            into.append(_of_run(run, run.state, state))
            run.state = state

    def _note_tasks(self, saves: Mapping[_TaskKey, SaveTask], into: list[Change]) -> None:
        runs = self._runs
        for (uid, task_id, map_index), save in saves.items():
            run = runs.get(uid)
            if run is None:
                continue
            before = run.moved(task_id, map_index, code := CODES[save.state])
            if before != code:
                into.append(
                    Change(
                        kind="task_instance", workspace=run.workspace, dag_id=run.dag_id, run_id=run.run_id,
                        task_id=task_id, map_index=map_index, try_number=save.try_number,
                        old=STATES[before], new=save.state,
                    )
                )  # fmt: skip

    def _note_various(self, tx: Tx, command: Command, into: list[Change]) -> None:
        match command:
            case CreateTasks(first=first) if first >= 0:
                self._note_instances(command, command.last, "created", into)
            case ForgetTasks():
                run = self._runs.get(command.run_uid)
                if run is not None and command.task_id in run.tasks:
                    del run.tasks[command.task_id][command.first + 1 :]
                self._note_instances(command, None, "removed", into)
            case RecordAssetEvent() if command.update.uid not in self._there:
                dag = command.source_dag
                into.append(
                    Change(
                        kind="asset_event", workspace=command.asset.workspace, name=command.asset.name,
                        where=command.asset.uri, dag_id=None if dag is None else dag.dag_id,
                        run_id=command.source_run_id, task_id=command.source_task_id,
                        map_index=command.source_map_index, partition_key=command.partition_key, new="added",
                    )
                )  # fmt: skip
            case SaveDag(dag=dag):
                word = "paused" if command.is_paused else "scheduled"
                into.append(Change(kind="dag", workspace=dag.workspace, dag_id=dag.dag_id, new=word))
            case DeleteDag(dag=dag):
                into.append(Change(kind="dag", workspace=dag.workspace, dag_id=dag.dag_id, new="deleted"))
                self._runs = {uid: run for uid, run in self._runs.items() if (run.workspace, run.dag_id) != tuple(dag)}
            case SaveBackfill():
                into += _of_backfill(tx, command)
            case _:
                pass

    def _note_instances(
        self, command: CreateTasks | ForgetTasks, last: int | None, word: str, into: list[Change]
    ) -> None:
        run = self._runs.get(command.run_uid)
        if run is not None:
            into.append(
                Change(
                    kind="expansion", workspace=run.workspace, dag_id=run.dag_id, run_id=run.run_id,
                    task_id=command.task_id, map_index=command.first, last=last, new=word,
                )
            )  # fmt: skip

    # -- what was before ---------------------------------------------------------------------------------------------

    def _learn(self, tx: Tx, uids: Collection[str]) -> None:
        """Read runs that were made by others, or before this process."""
        if not uids:
            return
        c = t.dag_run.c
        rows = tx.execute(select(c.uid, c.workspace, c.dag_id, c.run_id, c.state).where(c.uid.in_(uids))).all()
        for uid, *names in rows:
            self._runs[uid] = _Run(*names)
        c = t.task_instance.c
        instances: Any = tx.execute(
            select(c.run_uid, c.task_id, c.map_index, c.state).where(c.run_uid.in_([row.uid for row in rows]))
        )
        for uid, task_id, map_index, state in instances:
            self._runs[uid].moved(task_id, map_index, _CODES.get(state, 0))


def _of_run(run: _Run, old: str | None, new: str | None) -> Change:
    return Change(kind="dag_run", workspace=run.workspace, dag_id=run.dag_id, run_id=run.run_id, old=old, new=new)


def _of_backfill(tx: Tx, save: SaveBackfill) -> list[Change]:
    c = t.backfill.c
    row = tx.execute(
        select(c.id, c.workspace, c.dag_id, c.is_paused, c.completed_at, c.is_cancelled).where(c.uid == save.uid)
    ).first()
    if row is None:
        return []
    old = _state_of_backfill(row.is_paused, row.completed_at, row.is_cancelled)
    new = _state_of_backfill(save.is_paused, save.completed_at, save.is_cancelled)
    if old == new:
        return []
    return [Change(kind="backfill", workspace=row.workspace, dag_id=row.dag_id, name=str(row.id), old=old, new=new)]


def _state_of_backfill(is_paused: bool, completed_at: datetime | None, is_cancelled: bool) -> str:
    if completed_at is not None:
        return "cancelled" if is_cancelled else "completed"
    return "paused" if is_paused else "running"
