"""Watchers of assets: which of them a triggerer is to run, and what their events mean."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from tradewind.base.clock import Clock
from tradewind.base.errors import TradewindError
from tradewind.base.ids import IdSource
from tradewind.db import asset_watchers
from tradewind.db.asset_watchers import Watched
from tradewind.db.engine import Database
from tradewind.protocol.messages import DagFacts
from tradewind.protocol.triggers import Fired, Watch
from tradewind.scheduler.committer import patiently
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.xcom_codec import plain
from tradewind.spec import DagKey

__all__ = ["StoredWatchers"]

log = logging.getLogger("tradewind.scheduler.watchers")


class StoredWatchers:
    """Reads which watchers there are, and posts what they say.

    Args:
        code: where the code of a DAG version is.
        bell: wakes the scheduler after something was put into its inbox.
    """

    def __init__(
        self,
        database: Database,
        code: Callable[[DagKey, str], DagFacts],
        *,
        clock: Clock,
        ids: IdSource,
        bell: Callable[[], None],
    ) -> None:
        self._database = database
        self._code = code
        self._clock = clock
        self._ids = ids
        self._bell = bell
        self._known: dict[str, Watched] = {}

    def load(self) -> list[Watch]:
        """The watchers that should run."""
        with self._database.read() as tx:
            wanted = asset_watchers.wanted_watchers(tx)
        self._known = {one.trigger_id: one for one in wanted}
        return [
            Watch(id=one.trigger_id, classpath=one.classpath, kwargs=one.kwargs, kind="watcher", dag=self._code_of(one))
            for one in wanted
        ]

    def _code_of(self, watched: Watched) -> DagFacts | None:
        try:
            return self._code(asset_watchers.dag_of(watched), watched.version_id)
        except TradewindError as error:
            log.warning("watcher.without_code dag_id=%s: %s", watched.dag_id, error)
            return None

    def heard(self, watch: Watch, fired: Fired) -> None:
        """A watcher said something: its asset was updated."""
        watched = self._known.get(watch.id)
        if watched is None or fired.outcome == "failure":
            return
        payload = plain(EncodedXCom(fired.event)) if fired.event != "null" else None
        uid = self._ids.new()

        def post() -> None:
            with self._database.write() as tx:
                asset_watchers.record_watcher_event(tx, watched, uid, payload, self._clock.now())

        patiently("watcher", post)
        log.info("watcher.fired asset=%s watcher=%s event=%s", watched.name, watched.watcher, json.dumps(payload)[:200])
        self._bell()
