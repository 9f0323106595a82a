"""Rebuilding the shard from rows: at start, after a take-over, and for single runs that somebody touches again."""

from __future__ import annotations

import gc
import logging
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from tradewind.core.commands import Command, FeedBackfill
from tradewind.core.events import BackfillFed
from tradewind.core.image import RunImage
from tradewind.core.shard import Shard
from tradewind.db import asset_images, attempts, backfills, callbacks, deadlines, images, inbox, pools
from tradewind.db.engine import Database
from tradewind.db.versions import Specs
from tradewind.scheduler.dispatcher import Dispatcher
from tradewind.spec import DagKey

__all__ = ["Loader"]

log = logging.getLogger("tradewind.scheduler.loader")


class Loader:
    """Reads what the shard and the dispatcher must know."""

    def __init__(self, database: Database, specs: Specs) -> None:
        self._database = database
        self._specs = specs
        self._asleep: set[DagKey] = set()
        """DAGs that the shard does not know, as nothing happens to them by itself; see `wake`."""

    def inbox(self, most: int) -> list[inbox.InboxItem]:
        """The oldest events that nobody has acted on, up to `most`."""
        with self._database.read() as tx:
            return inbox.take(tx, most, self._specs)

    def feed(self, command: FeedBackfill) -> BackfillFed:
        """The next dates of a backfill."""
        with self._database.read() as tx:
            return backfills.feed(tx, command)

    def load_all(self, shard: Shard, dispatcher: Dispatcher, now: datetime) -> list[Command]:
        """Pools, unfinished runs and the DAGs that are awake, into an empty shard."""
        with _without_collections():
            return self._load_all(shard, dispatcher, now)

    def _load_all(self, shard: Shard, dispatcher: Dispatcher, now: datetime) -> list[Command]:
        with self._database.read() as tx:
            found = images.load_dags(tx, self._specs)
            runs = images.unfinished_runs(tx)
            versions = images.load_versions(tx, runs, self._specs)
            pool_sets = pools.all_pools(tx)
            waits = attempts.waits(tx)
            backfilling = backfills.active(tx)
            assets = asset_images.load_assets(tx)
            waiting, durations = deadlines.pending(tx), deadlines.recent_durations(tx)
            orders = callbacks.pending(tx)
        dags, self._asleep = found.awake, found.asleep
        commands: list[Command] = list(orders)
        for pool_set in pool_sets:
            commands += shard.apply(pool_set, now)
        for dag in dags:
            shard.load_version(dag.dag, dag.version_id, dag.spec)
        for version in versions:
            if not shard.has_version(version.dag, version.version_id):
                shard.load_version(version.dag, version.version_id, version.spec)
        for dag in dags:
            _load_dag(shard, dag)
        shard.load_deadlines(waiting, durations)
        shard.load_assets(assets.aliases, assets.queued)
        for image in runs:
            if shard.has_version(image.facts.dag, image.facts.version_id):
                commands += _load(shard, dispatcher, image)
            else:
                log.error("run.not_loaded uid=%s: its DAG version %s is gone", image.facts.uid, image.facts.version_id)
        for backfill in backfilling:
            shard.load_backfill(backfill)
        for instance, (first_start, count) in waits.items():
            dispatcher.know_wait(instance, first_start, count)
        return commands

    def wake(self, shard: Shard, key: DagKey) -> None:
        """Have the shard know a DAG that something is about to happen to; one that it knows, or that is new, is left."""
        if key not in self._asleep:
            return
        with self._database.read() as tx:
            image = images.load_dag(tx, key, self._specs)
        self._asleep.discard(key)
        if image is not None:
            if not shard.has_version(key, image.version_id):
                shard.load_version(key, image.version_id, image.spec)
            _load_dag(shard, image)

    def run_image(self, uid: str) -> RunImage:
        """One run, in whatever state.

        Raises:
            NotFound: the run is gone.
        """
        with self._database.read() as tx:
            return images.run_image(tx, uid)

    def load_run(self, shard: Shard, dispatcher: Dispatcher, uid: str) -> list[Command]:
        """One run, in whatever state, that an event is about.

        Raises:
            NotFound: the run, its DAG or its version is gone.
        """
        with self._database.read() as tx:
            image = images.run_image(tx, uid)
            versions = images.load_versions(tx, [image], self._specs)
        self.wake(shard, image.facts.dag)
        for version in versions:
            if not shard.has_version(version.dag, version.version_id):
                shard.load_version(version.dag, version.version_id, version.spec)
        return _load(shard, dispatcher, image)


@contextmanager
def _without_collections() -> Generator[None]:
    """Nothing that is loaded is garbage: to look for some, again and again, takes as long as the loading itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _load_dag(shard: Shard, dag: images.DagImage) -> None:
    shard.load_dag(
        dag.dag,
        dag.version_id,
        is_paused=dag.is_paused,
        is_stale=dag.is_stale,
        latest=dag.latest,
        failed_in_a_row=dag.failed_in_a_row,
        past=dag.past,
    )


def _load(shard: Shard, dispatcher: Dispatcher, image: RunImage) -> list[Command]:
    dispatcher.know_run(image.facts, image.start_date, image.clear_number)
    return shard.load_run(image)
