"""Who owns a shard, and that only the owner commits; on both databases."""

from __future__ import annotations

import threading

import pytest

from support.rows import DAG, create_run, parsed, rows, spec, store
from tradewind.base.errors import LeaseLost
from tradewind.base.settings import DbSettings
from tradewind.db import Database, leases, open_database
from tradewind.db.transitions import write
from tradewind.spec import DagKey


def take(database: Database, owner: str, shards=(1, 2), ttl_s: float = 60.0) -> dict[int, int]:
    with database.write() as tx:
        return leases.acquire_or_extend(tx, owner, shards, ttl_s)


def fenced(database: Database, owner: str, epochs: dict[int, int]) -> None:
    with database.write() as tx:
        leases.fence(tx, owner, epochs)


def test_a_free_shard_is_taken_and_extended_with_the_same_epoch(database: Database) -> None:
    assert take(database, "a") == {1: 1, 2: 1}
    assert take(database, "a", (2, 3)) == {2: 1, 3: 1}
    with database.read() as tx:
        assert [(x.shard, x.owner, x.epoch, x.expires_in_s > 50) for x in leases.leases(tx)] == [
            (1, "a", 1, True), (2, "a", 1, True), (3, "a", 1, True),
        ]  # fmt: skip


def test_all_shards_are_taken_by_one_statement(database: Database) -> None:
    assert take(database, "a", leases.ALL_SHARDS) == dict.fromkeys(range(64), 1)


def test_a_living_owner_keeps_its_shards(database: Database) -> None:
    take(database, "a", (1,))
    assert take(database, "b", (1, 2)) == {2: 1}


def test_a_silent_owner_loses_its_shards_and_the_epoch_rises(database: Database) -> None:
    epochs = take(database, "a", (1,), ttl_s=-1)
    assert take(database, "b", (1,)) == {1: 2}
    with pytest.raises(LeaseLost) as lost:
        fenced(database, "a", epochs)
    assert lost.value.facts["shards"] == [1]
    fenced(database, "b", {1: 2})


def test_a_lease_that_ran_out_does_not_fence_even_where_nobody_else_took_it(database: Database) -> None:
    epochs = take(database, "a", (1,), ttl_s=-1)
    with pytest.raises(LeaseLost):
        fenced(database, "a", epochs)
    assert take(database, "a", (1,)) == {1: 1}
    fenced(database, "a", epochs)


def test_an_old_epoch_does_not_fence(database: Database) -> None:
    take(database, "a", (1,), ttl_s=-1)
    take(database, "b", (1,), ttl_s=-1)
    assert take(database, "a", (1,)) == {1: 3}
    with pytest.raises(LeaseLost):
        fenced(database, "a", {1: 1})


def test_released_shards_can_be_taken_at_once(database: Database) -> None:
    take(database, "a")
    with database.write() as tx:
        leases.release(tx, "a")
    assert take(database, "b") == {1: 2, 2: 2}


def test_what_an_owner_writes_after_its_lease_was_taken_is_not_there(database: Database) -> None:
    store(database, parsed(spec()))
    epochs = take(database, "a", (1,), ttl_s=-1)
    take(database, "b", (1,))
    with pytest.raises(LeaseLost), database.write() as tx:
        write(tx, [create_run()], now=create_run().run.run_after)
        leases.fence(tx, "a", epochs)
    assert rows(database, "dag_run") == []


def test_a_lease_cannot_be_taken_while_a_fenced_commit_is_under_way(database: Database) -> None:
    epochs = take(database, "a", (1,))
    other = open_database(DbSettings(), database.url.render_as_string(hide_password=False))
    order: list[str] = []
    asked = threading.Event()

    def take_over() -> None:
        asked.set()
        with other.write() as tx:
            leases.release(tx, "a")
            order.append("taken")

    thread = threading.Thread(target=take_over)
    with database.write() as tx:
        leases.fence(tx, "a", epochs)
        thread.start()
        assert asked.wait(60)
        thread.join(timeout=0.2)
        assert thread.is_alive()
        order.append("committed")
    thread.join(timeout=60)
    other.close()
    assert order == ["committed", "taken"]


def test_racing_schedulers_never_share_a_shard(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    names = ["a", "b", "c"]
    opened = {name: open_database(DbSettings(), url) for name in names}
    got: dict[str, set[int]] = {}
    threads = [
        threading.Thread(target=lambda name=name: got.update({name: set(take(opened[name], name, leases.ALL_SHARDS))}))
        for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in opened.values():
        one.close()
    assert sorted(len(shards) for shards in got.values()) == [0, 0, 64]


def test_the_shard_of_a_dag_is_the_same_for_ever() -> None:
    assert leases.shard_of(DAG) == 41
    assert {leases.shard_of(DagKey("default", f"dag-{n}")) for n in range(2000)} == set(range(64))
