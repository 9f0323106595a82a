"""Records a run of this process in the database and log folder of a home, where a server shows it later.

The rows are written in one transaction when the run has ended. Until then it belongs to this process alone: a server
on the same database, which owns all runs that have not ended, never finds it half-way and takes it over.
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TextIO

from tradewind.base.bell import ring
from tradewind.base.clock import SystemClock
from tradewind.base.errors import Conflict, NotFound
from tradewind.base.ids import UuidSource
from tradewind.base.settings import Settings
from tradewind.core.commands import Command, CreateRun, RecordAssetEvent, RunCallback, StartTrigger, StopTrigger
from tradewind.core.events import AssetUpdate, AssetUpdated, RunFacts
from tradewind.core.states import RunState
from tradewind.db import change_recorder, connections, inbox, inputs, runs, schema, transitions, variables, versions
from tradewind.db.asset_updates import updates_of
from tradewind.db.cipher import Cipher, cipher_of
from tradewind.db.dags import IN_PROCESS
from tradewind.db.engine import Database, open_database
from tradewind.db.listing import Page, Range
from tradewind.db.parses import ParsedFile, store_parse
from tradewind.parsing.bundles import snapshot_path
from tradewind.protocol.messages import Ended, Reply, Request
from tradewind.protocol.waits import AssetTouch
from tradewind.sdk.task_api import EncodedXCom, PreviousRun, StatePlace, XComAddress
from tradewind.spec import DagKey, DagSpec
from tradewind.spec.codec import spec_hash
from tradewind.testing.inline import Recorder
from tradewind.testing.inputs import Given
from tradewind.testing.memory import MemoryApi, MemoryServer
from tradewind.worker.client import WorkerTaskApi
from tradewind.worker.logs import TaskLog, attempt_log_name
from tradewind.worker.secrets_masking import MASKER

__all__ = ["HomeRecorder", "RecordedApi"]


class HomeRecorder(Recorder):
    """Keeps a run in a home.

    Args:
        settings: where the database and the logs are.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clock, self._ids = SystemClock(), UuidSource()
        self._commands: list[Command] = []
        self._outputs: dict[str, Ended] = {}
        self._answers: list[tuple[str, Given, datetime]] = []
        settings.home.mkdir(parents=True, exist_ok=True)
        self.database: Database = open_database(settings.db, settings.db_url)
        self.cipher: Cipher = cipher_of(settings)
        schema.migrate(self.database, self._clock.now())
        self._facts: RunFacts | None = None

    def open(self, dag: Any, spec: DagSpec, facts: RunFacts) -> RunFacts:
        """Make the DAG known, and check that the run's date is free.

        Returns:
            the facts with the DAG's version.

        Raises:
            Conflict: there is a run of this id or logical date already.
        """
        with self.database.read() as tx:
            version_id = self._same_version(tx, spec)
            taken = self._taken(tx, facts)
        if taken is not None:
            raise Conflict(
                f"DAG {spec.dag_id!r} has a run {taken!r} for this logical date already; choose another date, or delete "
                f"that run",
                dag_id=spec.dag_id,
                run_id=taken,
            )
        self._facts = replace(facts, version_id=version_id or self._add_version(dag, spec))
        return self._facts

    def _same_version(self, tx: Any, spec: DagSpec) -> str | None:
        """The newest version of the DAG, where it is the same as this one."""
        try:
            newest = versions.version_of_dag(tx, DagKey("default", spec.dag_id))
        except NotFound:
            return None
        known = versions.spec_of_version(tx, versions.Specs(), newest.id)
        return (
            newest.id if spec_hash(replace(spec, relative_fileloc=known.relative_fileloc)) == newest.spec_hash else None
        )

    def _taken(self, tx: Any, facts: RunFacts) -> str | None:
        date = facts.logical_date
        wanted = [runs.RunFilter(dag_ids=[facts.dag.dag_id], run_ids=[facts.run_id])]
        if date is not None:
            wanted.append(runs.RunFilter(dag_ids=[facts.dag.dag_id], logical_date=Range(gte=date, lte=date)))
        for one in wanted:
            found, _ = runs.list_runs(tx, facts.dag.workspace, one, Page(limit=1))
            if found:
                return found[0].run_id
        return None

    def _add_version(self, dag: Any, spec: DagSpec) -> str:
        """Store the DAG with the file it is in; returns the version's id."""
        file = Path(dag.fileloc or "")
        source = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        digest = hashlib.sha256(source.encode()).hexdigest()
        # A folder for each DAG: to store a file means that the DAGs it was stored with before are gone from it.
        name = f"{spec.dag_id}/{file.name if source else 'dag.py'}"
        if source:
            kept = snapshot_path(self.settings.home, IN_PROCESS, digest) / name
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(source, encoding="utf-8")
        parsed = ParsedFile(
            workspace="default",
            bundle_name=IN_PROCESS,
            bundle_version=digest,
            relative_fileloc=name,
            fileloc=str(file),
            code_hash=digest,
            source=source,
            dags=[replace(spec, relative_fileloc=name)],
        )
        with self.database.write() as tx:
            store_parse(
                tx,
                [parsed],
                self._ids,
                self._clock.now(),
                paused_by_default=self.settings.parsing.dags_are_paused_at_creation,
            )
            return versions.version_of_dag(tx, DagKey("default", spec.dag_id)).id

    # -- while it runs -------------------------------------------------------------------------------------------------

    def write(self, commands: Sequence[Command], outputs: Mapping[str, Ended], now: datetime) -> None:  # noqa: ARG002 - one stamp for all
        """Keep a batch for the end."""
        self._commands.extend(commands)
        self._outputs.update(outputs)

    def answered(self, request: str, given: Given, at: datetime) -> None:
        """Keep an answer for the end."""
        self._answers.append((request, given, at))

    @contextmanager
    def log_of(self, facts: RunFacts, task_id: str, map_index: int, try_number: int) -> Generator[None]:
        """Write what the attempt logs and prints to its log file too."""
        name = attempt_log_name(
            dag_id=facts.dag.dag_id, run_id=facts.run_id, task_id=task_id, map_index=map_index, try_number=try_number
        )
        log = TaskLog(str(self.settings.log_folder / name), limit_mb=self.settings.logs.task_limit_mb)
        handler = _FileHandler(log)
        root, task_log = logging.getLogger(), logging.getLogger("tradewind.task")
        before, level = (sys.stdout, sys.stderr), task_log.level
        sys.stdout = _Tee(before[0], log, "task.stdout", "info")  # pyright: ignore[reportAttributeAccessIssue] - all that print uses
        sys.stderr = _Tee(before[1], log, "task.stderr", "error")  # pyright: ignore[reportAttributeAccessIssue] - the same
        root.addHandler(handler)
        if task_log.level == logging.NOTSET:
            task_log.setLevel(logging.INFO)
        try:
            yield
        finally:
            root.removeHandler(handler)
            task_log.setLevel(level)
            sys.stdout, sys.stderr = before
            log.close()

    def close(self) -> None:
        """Write the run, and let go of the database.

        Raises:
            Conflict: a run of this id or logical date came to be meanwhile.
        """
        try:
            if self._facts is not None and self._commands:
                self._store(self._facts)
        finally:
            self.database.close()

    def updates(self, touches: Sequence[AssetTouch]) -> tuple[AssetUpdate, ...]:
        """Updates of assets to be recorded."""
        return updates_of(touches)

    def _store(self, facts: RunFacts) -> None:
        with self.database.write() as tx:
            # what was waited for is over, callbacks have run, and neither is the business of a server
            commands = [c for c in self._commands if not isinstance(c, StartTrigger | StopTrigger | RunCallback)]
            made, now = [CreateRun(facts), *commands], self._clock.now()
            lost = transitions.write(tx, made, self._outputs, now=now, recorder=change_recorder.Recorder())
            for request, given, at in self._answers:
                answer = inputs.Answer(chosen_options=given.chosen_options, params_input=given.params_input)
                inputs.record_answer(tx, request, None if given.error else answer, at, is_default=given.is_default)
            for command in self._commands if not lost else ():
                if isinstance(command, RecordAssetEvent):  # for the DAGs on a server that wait for it
                    by = f"task {command.source_task_id} of DAG {facts.dag.dag_id}, run {facts.run_id}"
                    inbox.post(
                        tx,
                        AssetUpdated(
                            facts.dag.workspace,
                            replace(
                                command.update,
                                name=command.asset.name,
                                uri=command.asset.uri,
                                partition_key=command.partition_key,
                            ),
                            command.at,
                            by,
                        ),
                        command.at,
                    )
        if lost:
            raise Conflict(f"the run {facts.run_id} can't be recorded: another one has its id or logical date now")


class RecordedApi(MemoryApi):
    """The task API of a recorded run: variables, connections and earlier runs are those of the home."""

    def __init__(self, server: MemoryServer, task_id: str, map_index: int, home: HomeRecorder) -> None:
        super().__init__(server, task_id, map_index)
        self._home = home

    @cached_property
    def _elsewhere(self) -> WorkerTaskApi:
        """Answers about other runs and DAGs, as a server on this home would give them."""
        from tradewind.api.execution import Answers, Asker  # noqa: PLC0415 - few runs look at others

        home = self._home
        bell = partial(ring, home.settings.home / "bell.sock")
        answers = Answers(home.database, home.cipher, SystemClock(), UuidSource(), bell)
        dag = DagKey("default", self._server.dag_id)
        asker = Asker(dag=dag, run_uid="", task_id=self._task_id, map_index=self._map_index, attempt=None)
        return WorkerTaskApi(_Asking(partial(answers.give, asker)))

    def xcom(self, where: XComAddress) -> EncodedXCom | None:
        """One stored value."""
        return super().xcom(where) if self._is_here(where) else self._elsewhere.xcom(where)

    def xcoms(self, where: XComAddress) -> list[tuple[int, EncodedXCom]]:
        """The stored values of all instances of a task."""
        return super().xcoms(where) if self._is_here(where) else self._elsewhere.xcoms(where)

    def xcom_at(self, where: XComAddress, place: int) -> tuple[EncodedXCom | None, int]:
        """One of the values of a task's instances, and how many there are."""
        return super().xcom_at(where, place) if self._is_here(where) else self._elsewhere.xcom_at(where, place)

    def task_counts(self, dag_id: str, **wanted: Any) -> dict[str, int]:
        """How many instances there are, by state."""
        if dag_id == self._server.dag_id:
            return super().task_counts(dag_id, **wanted)
        return self._elsewhere.task_counts(dag_id, **wanted)

    def task_states(self, dag_id: str, **wanted: Any) -> dict[str, dict[str, str | None]]:
        """How many instances there are, by state."""
        if dag_id == self._server.dag_id:
            return super().task_states(dag_id, **wanted)
        return self._elsewhere.task_states(dag_id, **wanted)

    def dag_facts(self, dag_id: str) -> Mapping[str, Any] | None:
        """What there is to know of a DAG."""
        return super().dag_facts(dag_id) if dag_id == self._server.dag_id else self._elsewhere.dag_facts(dag_id)

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """The state of a run."""
        if dag_id == self._server.dag_id and run_id == self._server.run_id:
            return self._server.run_state
        return self._elsewhere.run_state(dag_id, run_id)

    def trigger_run(self, dag_id: str, **wanted: Any) -> str:
        """Ask for a run of another DAG: a server on this home starts it."""
        return self._elsewhere.trigger_run(dag_id, **wanted)

    # what a task keeps for its next try lives as long as this process; what is kept with an asset, in the home

    def state(self, where: StatePlace, key: str) -> str | None:
        """A stored value as JSON."""
        return self._elsewhere.state(where, key) if _is_of_asset(where) else super().state(where, key)

    def set_state(self, where: StatePlace, key: str, value: str, retention_s: float | None, *,
                  never_expires: bool) -> None:  # fmt: skip
        """Store a value."""
        owner = self._elsewhere if _is_of_asset(where) else super()
        owner.set_state(where, key, value, retention_s, never_expires=never_expires)

    def delete_state(self, where: StatePlace, key: str | None) -> None:
        """Forget a value; None: all of them."""
        owner = self._elsewhere if _is_of_asset(where) else super()
        owner.delete_state(where, key)

    def state_keys(self, where: StatePlace) -> list[str]:
        """The keys that have a value."""
        return self._elsewhere.state_keys(where) if _is_of_asset(where) else super().state_keys(where)

    def variable(self, key: str) -> str | None:
        """The text of a variable."""
        with self._home.database.read() as tx:
            found = variables.find_variable(tx, self._home.cipher, "default", key)
        return None if found is None else found.value

    def set_variable(self, key: str, value: str, description: str | None) -> None:
        """Store a variable."""
        with self._home.database.write() as tx:
            record = variables.VariableRecord(key=key, value=value, description=description)
            variables.put_variable(tx, self._home.cipher, "default", record)

    def delete_variable(self, key: str) -> None:
        """Delete a variable, if it is there."""
        with self._home.database.write() as tx:
            if variables.find_variable(tx, self._home.cipher, "default", key) is not None:
                variables.delete_variable(tx, "default", key)

    def variable_keys(self, prefix: str | None) -> list[str]:
        """Names of variables."""
        with self._home.database.read() as tx:
            found, _ = variables.list_variables(tx, self._home.cipher, "default", prefix=prefix or None)
        return [one.key for one in found]

    def connection(self, conn_id: str) -> Mapping[str, Any] | None:
        """The fields of a connection."""
        with self._home.database.read() as tx:
            found = connections.find_connection(tx, self._home.cipher, "default", conn_id)
        if found is None:
            return None
        return {name: getattr(found, name) for name in ("conn_type", *_CONNECTION_FIELDS)}

    def previous_run(self, state: str | None) -> PreviousRun | None:
        """The last run of the DAG that was recorded."""
        wanted = runs.RunFilter(
            dag_ids=[self._server.dag_id],
            states=[] if state is None else [RunState(state)],
            logical_date=None if self._server.logical_date is None else Range(lt=self._server.logical_date),
        )
        with self._home.database.read() as tx:
            found, _ = runs.list_runs(tx, "default", wanted, Page(limit=1, order_by=("-logical_date",)))
        if not found:
            return None
        run = found[0]
        return PreviousRun(
            run_id=run.run_id,
            logical_date=run.logical_date,
            interval_start=run.interval_start,
            interval_end=run.interval_end,
            start_date=run.start_date,
            end_date=run.end_date,
            state=str(run.state),
            run_type=run.run_type,
            run_after=run.run_after,
        )


def _is_of_asset(where: StatePlace) -> bool:
    return bool(where.asset_name or where.asset_uri)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Requests by a plain call."""

    give: Callable[[Request], Reply]

    def request(self, message: Request, /) -> Reply:
        """Ask."""
        return self.give(message)


_CONNECTION_FIELDS = ("description", "host", "login", "password", "schema", "port", "extra")


class _FileHandler(logging.Handler):
    """The task's logging, into its file."""

    def __init__(self, log: TaskLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.write(record.levelname.lower(), record.name, self.format(record))


class _Tee:
    """What is printed, to the terminal and line by line to the log."""

    def __init__(self, stream: TextIO, log: TaskLog, logger: str, level: str) -> None:
        self._stream, self._log, self._logger, self._level = stream, log, logger, level
        self._partial = ""

    def write(self, text: str) -> int:
        *lines, self._partial = (self._partial + text).split("\n")
        for line in lines:
            self._log.write(self._level, self._logger, line)
        self._stream.write(MASKER.redact(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
