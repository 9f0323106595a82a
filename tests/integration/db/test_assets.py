"""Assets as rows, on both databases: what DAGs say of them, what is told, what waits, what was started."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from support.asset_story import alias, all_of, asset, consumer, key, producer, ref
from support.databases import EPOCH
from support.rows import at, facts, parsed, store
from tradewind.base.errors import NotFound
from tradewind.base.ids import SequentialIds
from tradewind.core import commands as c
from tradewind.core.events import AssetUpdate
from tradewind.db import Database, asset_events, asset_images, asset_watchers, assets, schema, tables
from tradewind.db.asset_events import EventFilter, EventsOf
from tradewind.db.assets import AssetFilter
from tradewind.db.listing import Page
from tradewind.db.transitions import write
from tradewind.spec import DagKey

D = DagKey("default", "d")
PAGE = Page()
WATCHER = {"name": "inbox", "classpath": "my.Trigger", "kwargs": "{}"}


def record(uid: str, name: str, seconds: float = 0, **more: object) -> c.RecordAssetEvent:
    aliases = more.pop("aliases", ())
    update = AssetUpdate(uid=uid, name=name, uri=f"s3://{name}", extra={"n": uid}, aliases=aliases)  # type: ignore[arg-type]
    return c.RecordAssetEvent(asset=key(name), update=update, at=at(seconds), **more)  # type: ignore[arg-type]


def queued(uid: str, name: str, target: str = "") -> c.QueueAssetEvent:
    return c.QueueAssetEvent(D, uid, key(name), target, at(1))


def test_what_dags_say_of_assets_is_stored_and_follows_the_newest_version(database: Database) -> None:
    store(database, parsed(producer("p", "a", "b"), consumer("d", all_of(asset("a", extra={"o": 1}), ref(name="b")))))
    with database.read() as tx:
        found, total = assets.list_assets(tx, "default", AssetFilter(), PAGE)
        assert ([one.name for one in found], total) == (["a", "b"], 2)
        assert found[0].extra == {"o": 1}
        references = assets.references_to(tx, [one.id for one in found])
        assert {(r.asset_id, r.kind, r.dag_id, r.task_id) for r in references} == {
            (found[0].id, "outlet", "p", "make"), (found[1].id, "outlet", "p", "make"),
            (found[0].id, "schedule", "d", ""), (found[1].id, "schedule", "d", ""),
        }  # fmt: skip
    store(
        database, parsed(producer("p", "a"), consumer("d", asset("a")), code_hash="code-2"), ids=SequentialIds("next-")
    )
    with database.read() as tx:
        active, _ = assets.list_assets(tx, "default", AssetFilter(), PAGE)
        everything, _ = assets.list_assets(tx, "default", AssetFilter(only_active=False), PAGE)
        of_d, _ = assets.list_assets(tx, "default", AssetFilter(dag_ids=["d"]), PAGE)
    assert [one.name for one in active] == [one.name for one in of_d] == ["a"]
    assert [one.name for one in everything] == ["a", "b"]


def test_a_batch_written_twice_is_written_once(database: Database) -> None:
    store(database, parsed(consumer("d", asset("a"))))
    run = facts("run-1", D, run_type="asset_triggered", reason="asset a was updated")
    batch = [
        record("e1", "a", aliases=("x",), source_dag=D, source_run_id="r", source_task_id="t", source_map_index=2),
        queued("e1", "a"),
        record("e2", "a", 1),
        queued("e2", "a"),
        c.CreateRun(run),
        c.ConsumeAssetEvents("run-1", D, "", ("e1",)),
    ]
    for _ in range(2):
        with database.write() as tx:
            assert write(tx, batch, now=EPOCH) == []
    with database.read() as tx:
        events, total = asset_events.list_events(tx, "default", EventFilter(), PAGE)
        assert (total, [one.uid for one in events]) == (2, ["e1", "e2"])
        assert (events[0].source_task_id, events[0].source_map_index, events[0].extra) == ("t", 2, {"n": "e1"})
        assert [one.uid for one in asset_events.events_of_run(tx, "run-1")] == ["e1"]
        assert [(one.event_uid, one.run_id) for one in asset_events.started_runs(tx, ["e1", "e2"])] == [
            ("e1", run.run_id)
        ]
        assert asset_events.aliases_of(tx, ["e1", "e2"]) == {"e1": ["x"]}
        (waiting,) = assets.queued(tx, "default", dag_id="d")
        assert (waiting.asset_id, waiting.created_at, waiting.count) == (events[0].asset_id, at(1), 1)
        image = asset_images.load_assets(tx)
        assert image.aliases == [("x", key("a"))]
        assert [(dag, target, event.uid) for dag, target, event in image.queued] == [(D, "", "e2")]
        assert tx.scalar(select(tables.dag_run.c.reason)) == "asset a was updated"


def test_the_run_that_told_of_an_event_is_found(database: Database) -> None:
    store(database, parsed(consumer("d", asset("a"))))
    run = facts("run-1", D, run_type="manual", logical_date=EPOCH)
    told = [record("e1", "a", source_dag=D, source_run_id=run.run_id, source_task_id="t"), record("e2", "a", 1)]
    with database.write() as tx:
        assert write(tx, [c.CreateRun(run), *told], now=EPOCH) == []
    with database.read() as tx:
        events, _ = asset_events.list_events(tx, "default", EventFilter(), PAGE)
        ((place, source),) = asset_events.source_runs(tx, "default", events).items()
    assert (place, source["run_type"], source["logical_date"]) == (("d", run.run_id), "manual", EPOCH)


def test_events_that_are_dropped_wait_no_more(database: Database) -> None:
    store(database, parsed(consumer("d", asset("a"))))
    with database.write() as tx:
        write(tx, [record("e1", "a"), queued("e1", "a", "eu"), c.RefuseAssetEvent(D, "e1", at(2), "why")], now=EPOCH)
        write(tx, [c.DropAssetEvents(D, (("eu", "e1"),))], now=EPOCH)
        assert assets.queued(tx, "default") == []
        assert tx.scalar(select(tables.asset_refusal.c.reason)) == "why"


def test_tasks_read_events_by_asset_alias_time_and_number(database: Database) -> None:
    with database.write() as tx:
        write(tx, [record(f"e{n}", "a", n, aliases=("x",) if n == 2 else ()) for n in range(4)], now=EPOCH)

        def uids(**wanted: object) -> list[str]:
            return [one.uid for one in asset_events.events_of(tx, EventsOf(workspace="default", **wanted))]  # type: ignore[arg-type]

        assert uids(name="a") == uids(uri="s3://a") == ["e0", "e1", "e2", "e3"]
        assert uids(name="a", ascending=False, limit=2) == ["e3", "e2"]
        assert uids(name="a", after=at(1), before=at(2)) == ["e1", "e2"]
        assert uids(alias="x") == ["e2"]
        assert uids(name="other") == []


def test_an_asset_is_found_by_number_name_or_uri(database: Database) -> None:
    store(database, parsed(producer("p", "a")))
    with database.read() as tx:
        found = assets.find_asset(tx, "default", name="a")
        assert found is not None and assets.get_asset(tx, "default", found.id) == found
        assert assets.find_asset(tx, "default", uri="s3://a") == found
        assert assets.find_asset(tx, "default", name="b") is None
        with pytest.raises(NotFound, match="was not found"):
            assets.get_asset(tx, "default", 4711)


def test_watchers_of_dags_in_force_are_wanted_each_once(database: Database) -> None:
    watched = asset("a", watchers=[WATCHER, {**WATCHER, "name": "hook", "webhook": "orders", "secret": "key"}])
    store(database, parsed(consumer("d", watched), consumer("e", all_of(watched, asset("b")))))
    with database.read() as tx:
        (one,) = asset_watchers.wanted_watchers(tx)
        assert (one.watcher, one.classpath, one.name) == ("inbox", "my.Trigger", "a")
        (hook,) = asset_watchers.webhook_watchers(tx, "default", "orders")
        assert (hook.watcher, hook.secret) == ("hook", "key")
    store(
        database, parsed(consumer("d", asset("a")), code_hash="code-2"), ids=SequentialIds("next-")
    )  # `e` is gone, `d` watches no more
    with database.read() as tx:
        assert asset_watchers.wanted_watchers(tx) == []


def test_aliases_are_listed(database: Database) -> None:
    store(database, parsed(consumer("d", alias("x")), consumer("e", alias("y"))))
    with database.read() as tx:
        found, total = assets.list_aliases(tx, "default", PAGE, prefix="x")
        assert (total, [one.name for one in found]) == (1, ["x"])
        assert assets.get_alias(tx, "default", found[0].id) == found[0]
        with pytest.raises(NotFound):
            assets.get_alias(tx, "default", 99)


def test_old_events_are_cleaned_but_not_those_that_wait(database: Database) -> None:
    store(database, parsed(consumer("d", all_of(asset("a"), asset("b")))))
    with database.write() as tx:
        batch = [record("e1", "a", 1), record("e2", "a", 2), queued("e2", "a"), record("e3", "a", 9)]
        write(tx, batch, now=EPOCH)
    assert schema.clean(database, at(5), ["asset_event"], dry_run=True) == {"asset_event": 1}
    assert schema.clean(database, at(5), ["asset_event"]) == {"asset_event": 1}
    with database.read() as tx:
        found, _ = asset_events.list_events(tx, "default", EventFilter(), PAGE)
    assert [one.uid for one in found] == ["e2", "e3"]
