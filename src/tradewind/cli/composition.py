"""The composition root of the standalone server: every part is built here, once, and handed what it needs."""

from __future__ import annotations

import importlib.metadata
import json
import logging
import os
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Self

from tradewind.api.app import create_app
from tradewind.api.auth.tokens import Tokens
from tradewind.api.execution import request_handler, trigger_handler
from tradewind.api.services import ApiServices, Liveness
from tradewind.base.bell import BellListener
from tradewind.base.clock import SystemClock
from tradewind.base.errors import Unauthenticated
from tradewind.base.ids import UuidSource
from tradewind.base.settings import Settings
from tradewind.cli.file_reads import file_reads
from tradewind.cli.housekeeping import CHANGES_EVERY_S, Housekeeper, cut_changes, tidy
from tradewind.cli.local_work import LocalWork
from tradewind.cli.remote_logs import RemoteLogs
from tradewind.core.shard import Limits, Shard
from tradewind.db import processes, schema, tokens
from tradewind.db.change_log import Announcer
from tradewind.db.cipher import cipher_of, read_or_make_key
from tradewind.db.engine import open_database
from tradewind.db.versions import Specs
from tradewind.executors.base import Executor
from tradewind.executors.named import build_executors, capacities, named_executors, renewing
from tradewind.parsing.build import dag_processor
from tradewind.parsing.calls import ForkServer
from tradewind.parsing.desk import TimetableDesk
from tradewind.parsing.processor import BEAT_S
from tradewind.scheduler import Scheduler, SchedulerParts
from tradewind.scheduler.channel import Channel
from tradewind.scheduler.code import StoredVersions
from tradewind.scheduler.committer import Committer
from tradewind.scheduler.dispatcher import Dispatcher, DispatchSettings, DispatchWays
from tradewind.scheduler.leases import LeaseKeeper
from tradewind.scheduler.loader import Loader
from tradewind.scheduler.triggers import StoredWaits
from tradewind.scheduler.watchers import StoredWatchers
from tradewind.triggerer import LocalTriggerer, TriggererOptions
from tradewind.worker.secrets_masking import mask_stored

__all__ = ["Composition"]

log = logging.getLogger("tradewind.standalone")

LOCAL_TOKEN_TTL = timedelta(days=365)
HEARTBEATS_MISSED = 3
"""A part counts as dead when it was silent for as many of its intervals."""


class Composition:
    """The parts of one server; entering starts them, leaving stops them in the opposite order."""

    def __init__(self, settings: Settings, work: LocalWork) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self._ids = UuidSource()
        self._work = work
        self._channel = Channel()
        self._changes = Announcer()
        self._stack = ExitStack()
        self._named = named_executors(settings.executor)
        self._executors = build_executors(self._named, work.executor, settings)
        self.database = open_database(settings.db, settings.db_url)
        schema.migrate(self.database, self.clock.now())
        self._cipher = cipher_of(settings, mask_stored)
        self._signing_key = read_or_make_key(settings.home / "token.key")
        self._specs = Specs()
        caller = ForkServer(os.environ)
        reads = file_reads(settings, self.database, renewing(self._executors.values()))
        self._desk = TimetableDesk(
            caller,
            self.database,
            home=settings.home,
            clock=self.clock,
            bell=self._channel.ring,
            timeout_s=settings.parsing.timeout_s,
            reads=reads,
        )
        versions = StoredVersions(self.database, self._specs, settings.home / "bundles")
        self._waits = StoredWaits(
            self.database, self._cipher, lambda dag, version: versions(dag, version).dag, settings.log_folder
        )
        self._watchers = StoredWatchers(
            self.database,
            lambda dag, version: versions(dag, version).dag,
            clock=self.clock,
            ids=self._ids,
            bell=self._channel.ring,
        )
        self._triggerer = self._build_triggerer()
        self._scheduler = self._build_scheduler(versions)
        self._processor = dag_processor(
            settings, self.database, clock=self.clock, ids=self._ids, bell=self._parsed, caller=caller, reads=reads
        )
        self._local_token_id = self._ids.new()
        self._remote_logs = RemoteLogs(settings, self.database, self._cipher) if settings.logs.remote else None
        self.app = create_app(
            ApiServices(
                settings=settings,
                database=self.database,
                clock=self.clock,
                ids=self._ids,
                cipher=self._cipher,
                signing_key=self._signing_key,
                bell=self._channel.ring,
                health=self._health,
                log_folder=settings.log_folder,
                version=importlib.metadata.version("tradewind"),
                timetables=self._desk,
                remote_logs=self._remote_logs,
                reparse=self._processor.reparse,
                changes=self._changes,
            )
        )

    def __enter__(self) -> Self:
        self._stack.callback(self.database.close)
        self._revoke_token_of_killed_server()
        handler = request_handler(
            self.database,
            self._cipher,
            self.clock,
            self._ids,
            self._channel.ring,
            retention_days=self.settings.state_store.default_retention_days,
        )
        sink = self._channel.put
        if self._remote_logs is not None:
            sink = self._remote_logs.watching(sink)
            self._remote_logs.start()
            self._stack.callback(self._remote_logs.stop)
        self._work.connect(sink, handler)
        for executor in self._added_executors():
            executor.start(sink, handler)
            self._stack.callback(executor.stop, 0.0)
        self._triggerer.launch()
        self._stack.callback(self._triggerer.close)
        self._scheduler.start()
        self._stack.callback(self._work.executor.stop, 0.0)
        self._stack.callback(self._scheduler.stop)
        self._stack.callback(self._desk.close)
        self._processor.start()
        self._stack.callback(self._processor.stop)
        for housekeeper in (
            Housekeeper(lambda: tidy(self.database, self.settings, self.clock)),
            Housekeeper(
                lambda: cut_changes(self.database, self.settings, self.clock), CHANGES_EVERY_S, CHANGES_EVERY_S
            ),
        ):
            housekeeper.start()
            self._stack.callback(housekeeper.stop)
        bell = BellListener(self.settings.home / "bell.sock", self._channel.ring)
        bell.start()
        self._stack.callback(bell.stop)
        self._stack.callback(self._revoke_local_token)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def local_token(self) -> str:
        """A token for the command line of who owns the home; taken back when this server ends, or the next one starts."""
        return Tokens(self._signing_key).mint(
            "admin", self._local_token_id, self.clock.now(), LOCAL_TOKEN_TTL.total_seconds(), "owner"
        )

    def _revoke_token_of_killed_server(self) -> None:
        """A server that was killed could not take its own token back."""
        left = self.settings.home / "server.json"
        if not left.exists():
            return
        try:
            token = Tokens(self._signing_key).verify(json.loads(left.read_text())["token"], self.clock.now())
        except (Unauthenticated, ValueError, KeyError, TypeError) as error:
            log.info("server.json of an earlier server holds no token of ours: %s", error)
            return
        with self.database.write() as tx:
            tokens.revoke(tx, token.token_id, datetime.fromtimestamp(token.expires_at, UTC))

    def _revoke_local_token(self) -> None:
        with self.database.write() as tx:
            tokens.revoke(tx, self._local_token_id, self.clock.now() + LOCAL_TOKEN_TTL)

    def _parsed(self) -> None:
        """The DAGs have changed."""
        self._channel.ring()
        self._triggerer.look_at_watchers()

    def _build_triggerer(self) -> LocalTriggerer:
        settings = self.settings
        answer = trigger_handler(
            self.database,
            self._cipher,
            self.clock,
            self._ids,
            self._channel.ring,
            retention_days=settings.state_store.default_retention_days,
        )
        return LocalTriggerer(
            TriggererOptions(
                load=self._waits.load,
                sink=self._channel.put,
                answer=answer,
                load_watchers=self._watchers.load,
                watched=self._watchers.heard,
                environment={**os.environ, **settings.environment},
                capacity=settings.triggerer.capacity,
                log_level=settings.logs.level,
            )
        )

    def _added_executors(self) -> list[Executor]:
        """Those of plug-ins."""
        found = {id(executor): executor for executor in self._executors.values()}
        return [executor for executor in found.values() if executor is not self._work.executor]

    def _build_scheduler(self, versions: StoredVersions) -> Scheduler:
        settings = self.settings
        limits = Limits(
            parallelism=settings.executor.parallelism,
            executors=capacities(self._named),
            max_losses=settings.scheduler.max_losses,
            queue_timeout_s=settings.scheduler.queue_timeout_s,
        )
        leases = LeaseKeeper(self.database, settings.scheduler, clock=self.clock, ids=self._ids)
        loader = Loader(self.database, self._specs)
        dispatcher = Dispatcher(
            self._executors,
            versions,
            DispatchSettings(
                isolation=settings.worker.isolation,
                log_folder=settings.log_folder,
                artifact_url=settings.artifact_url,
            ),
            DispatchWays(
                sink=self._channel.put,
                clock=self.clock,
                ask=self._desk.ask,
                waits=self._waits,
                triggers=self._triggerer,
                find_run=loader.run_image,
            ),
        )
        return Scheduler(
            SchedulerParts(
                settings=settings.scheduler,
                clock=self.clock,
                channel=self._channel,
                new_shard=lambda: Shard(self._ids, limits),
                loader=loader,
                leases=leases,
                committer=Committer(self.database, leases, self._cipher.encrypt, self._changes),
                dispatcher=dispatcher,
                executors=list({id(executor): executor for executor in self._executors.values()}.values()),
            )
        )

    def _health(self) -> Mapping[str, Liveness]:
        return {
            "scheduler": self._liveness(
                self._scheduler.last_turn if self._scheduler.is_loaded.is_set() else None,
                self.settings.scheduler.lease_renew_s,
            ),
            "triggerer": Liveness(is_healthy=self._triggerer.is_alive, heartbeat=self.clock.now()),
            "dag_processor": self._liveness(self._processor_beat(), BEAT_S),
        }

    def _processor_beat(self) -> datetime | None:
        with self.database.read() as tx:
            process = processes.latest(tx, "DagProcessorJob")
        return process.heartbeat_at if process and process.ended_at is None else None

    def _liveness(self, heartbeat: datetime | None, interval_s: float) -> Liveness:
        if heartbeat is None:
            return Liveness(is_healthy=False)
        silent_s = (self.clock.now() - heartbeat).total_seconds()
        return Liveness(is_healthy=silent_s < interval_s * HEARTBEATS_MISSED, heartbeat=heartbeat)
