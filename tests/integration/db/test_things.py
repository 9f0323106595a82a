"""Pools, variables, connections, people, processes, the audit log and lists of DAGs; on both databases."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from support.databases import EPOCH
from support.rows import DAG, at, create_run, dispatch, parsed, rows, save_run, save_task, spec, store, with_run
from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.base.ids import SequentialIds
from tradewind.core.commands import CreateTasks
from tradewind.core.events import PoolSet
from tradewind.core.states import RunState, TaskState
from tradewind.db import (
    Database,
    cipher,
    connections,
    dags,
    event_logs,
    import_errors,
    passwords,
    pools,
    processes,
    tokens,
    users,
    variables,
    versions,
)  # fmt: skip
from tradewind.db.listing import Page, Range
from tradewind.db.transitions import write
from tradewind.spec import DagKey

PAGE = Page()


# -- pools -----------------------------------------------------------------------------------------------------------


def test_a_pool_is_added_changed_and_removed(database: Database) -> None:
    big = pools.PoolRecord(name="big", slots=5, description="d", include_deferred=True)
    with database.write() as tx:
        pools.add_pool(tx, "default", big)
        assert pools.get_pool(tx, "default", "big") == big
        with pytest.raises(Conflict):
            pools.add_pool(tx, "default", big)
        pools.update_pool(tx, "default", pools.PoolRecord(name="big", slots=-1))
        assert PoolSet("default", "big", -1, include_deferred=False) in pools.all_pools(tx)
        pools.delete_pool(tx, "default", "big")
        with pytest.raises(NotFound):
            pools.get_pool(tx, "default", "big")
        with pytest.raises(NotFound):
            pools.update_pool(tx, "default", big)
        with pytest.raises(InvalidInput, match="can't be deleted"):
            pools.delete_pool(tx, "default", "default_pool")
        with pytest.raises(InvalidInput, match="-1"):
            pools.add_pool(tx, "default", pools.PoolRecord(name="x", slots=-2))


def test_slots_in_use_are_summed_by_state(database: Database) -> None:
    with_run(database, tasks=("extract",))
    states = [TaskState.RUNNING, TaskState.RUNNING, TaskState.QUEUED, TaskState.SCHEDULED, TaskState.SUCCESS, None]
    with database.write() as tx:
        saves = [save_task(state=state, index=index) for index, state in enumerate(states)]
        write(tx, [CreateTasks("run-1", "extract", 0, 5), *saves], now=EPOCH)
        assert pools.usage(tx, "default") == {"default_pool": pools.PoolUsage(running=2, queued=1, scheduled=1)}
        assert pools.usage(tx, "default", ["other"]) == {}


# -- secrets ---------------------------------------------------------------------------------------------------------


def test_variables_are_encrypted_at_rest_and_survive_a_new_key(database: Database, tmp_path: Path) -> None:
    old = cipher.key_file_cipher(tmp_path)
    with database.write() as tx:
        variables.add_variable(tx, old, "default", variables.VariableRecord(key="k", value="geheim ä", description="d"))
        with pytest.raises(Conflict):
            variables.add_variable(tx, old, "default", variables.VariableRecord(key="k", value="x"))
        variables.put_variable(tx, old, "default", variables.VariableRecord(key="k", value="geheimer"))
        assert variables.get_variable(tx, old, "default", "k").description == "d"
    assert "geheim" not in rows(database, "variable")[0]["value"]
    file = tmp_path / "fernet.key"
    first = file.read_bytes()
    new_key = cipher.read_or_make_key(tmp_path / "new.key")
    file.write_bytes(new_key + b"\n" + first)
    both, only_new = cipher.key_file_cipher(tmp_path), cipher.Cipher(lambda: [new_key])
    with database.write() as tx:
        with pytest.raises(InvalidInput, match="another key"):
            variables.get_variable(tx, only_new, "default", "k")
        assert variables.rotate_key(tx, both) == cipher.Rotated(1, 0, ("default", "k"))
        assert variables.get_variable(tx, only_new, "default", "k").value == "geheimer"


def test_connections_keep_their_secrets_encrypted(database: Database, tmp_path: Path) -> None:
    key = cipher.key_file_cipher(tmp_path)
    full = connections.ConnectionRecord(
        conn_id="db", conn_type="postgres", host="h", login="l", password="pa55", schema="s", port=5, extra='{"a": 1}',
        description="d",
    )  # fmt: skip
    with database.write() as tx:
        connections.add_connection(tx, key, "default", full)
        with pytest.raises(Conflict):
            connections.add_connection(tx, key, "default", full)
        assert connections.get_connection(tx, key, "default", "db") == full
        bare = connections.ConnectionRecord(conn_id="db", conn_type="http")
        connections.update_connection(tx, key, "default", bare)
        assert connections.list_connections(tx, key, "default", pattern="D%") == ([bare], 1)
        connections.update_connection(tx, key, "default", full)
        assert connections.rotate_key(tx, key) == cipher.Rotated(0, 1, ("default", "db"))
    row = rows(database, "connection")[0]
    assert "pa55" not in row["password"]
    assert '"a"' not in row["extra"]
    with database.write() as tx:
        connections.delete_connection(tx, "default", "db")
        assert connections.find_connection(tx, key, "default", "db") is None
        for attempt in (connections.delete_connection, lambda *a: connections.update_connection(a[0], key, a[1], bare)):
            with pytest.raises(NotFound):
                attempt(tx, "default", "db")


def test_names_that_are_empty_or_too_long_are_refused(database: Database, tmp_path: Path) -> None:
    key = cipher.key_file_cipher(tmp_path)
    with database.write() as tx:
        for name in ("", "x" * 251):
            with pytest.raises(InvalidInput, match="1 to 250"):
                variables.put_variable(tx, key, "default", variables.VariableRecord(key=name, value="v"))
            with pytest.raises(InvalidInput, match="1 to 250"):
                connections.add_connection(
                    tx, key, "default", connections.ConnectionRecord(conn_id=name, conn_type="http")
                )


def test_a_workspace_sees_only_its_own_names(database: Database, tmp_path: Path) -> None:
    key = cipher.key_file_cipher(tmp_path)
    with database.write() as tx:
        for workspace in ("default", "other"):
            variables.add_variable(tx, key, workspace, variables.VariableRecord(key="k", value=workspace))
            assert variables.get_variable(tx, key, workspace, "k").value == workspace
        assert variables.list_keys(tx, "other") == ["k"]


def test_processes_that_ask_at_once_share_one_key_file_that_others_cannot_read(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        keys = set(many.map(lambda _: cipher.read_or_make_key(tmp_path / "home" / "fernet.key"), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE((tmp_path / "home" / "fernet.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "home").iterdir()] == ["fernet.key"]


def test_a_key_that_is_none_is_named() -> None:
    with pytest.raises(InvalidInput, match="32 bytes"):
        cipher.Cipher(lambda: [b"short"]).encrypt("x")


def test_passwords_are_verified_by_a_salted_hash() -> None:
    first, second = passwords.hash_password("pä55"), passwords.hash_password("pä55")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify("pä55", first)
    assert not passwords.verify("pä56", first)
    assert not passwords.verify("pä55", "$argon2id$broken")


# -- people, processes, audit ----------------------------------------------------------------------------------------


def test_people_are_added_changed_found_and_removed(database: Database) -> None:
    held = (users.Holding("Op"), users.Holding("User", "sales"))
    ann = users.UserRecord(
        username="ann", password_hash="h", created_at=EPOCH, tokens_from=EPOCH, email="a@b.c", roles=held
    )
    with database.write() as tx:
        assert not users.any_user(tx)
        users.add_user(tx, ann)
        assert users.any_user(tx)
        assert users.find(tx, "ann") == ann
        with pytest.raises(Conflict):
            users.add_user(tx, ann)
        assert not users.update_user(tx, "ann", first_name="Ann", is_active=False).is_active
        assert [(user.username, user.roles) for user in users.list_users(tx)[0]] == [("ann", held)]
        users.delete_user(tx, "ann")
        assert users.find(tx, "ann") is None
        for missing in (users.delete_user, users.get_user, users.update_user):
            with pytest.raises(NotFound):
                missing(tx, "ann")


def test_a_revoked_token_stays_revoked(database: Database) -> None:
    with database.write() as tx:
        assert not tokens.is_revoked(tx, "t")
        tokens.revoke(tx, "t", at(60))
        tokens.revoke(tx, "t", at(60))
        assert tokens.is_revoked(tx, "t")


def test_a_process_is_registered_by_its_first_heartbeat_and_dead_when_silent(database: Database) -> None:
    with database.write() as tx:
        processes.beat(tx, "one", "SchedulerJob", at(0))
        processes.beat(tx, "one", "SchedulerJob", at(10))
        processes.beat(tx, "two", "DagProcessorJob", at(5))
        found = processes.latest(tx, "SchedulerJob")
        assert found is not None
        assert (found.uid, found.started_at, found.heartbeat_at, found.state) == ("one", at(0), at(10), "running")
        assert processes.is_alive(found, at(20), timedelta(seconds=10))
        assert not processes.is_alive(found, at(21), timedelta(seconds=10))
        alive, _ = processes.list_processes(tx, processes.ProcessFilter(alive_since=at(6)), Page())
        assert [process.uid for process in alive] == ["one"]
        processes.ended(tx, "one", at(30))
        assert processes.latest(tx, "SchedulerJob").state == "success"
        assert processes.latest(tx, "TriggererJob") is None


def test_the_audit_log_is_filtered_and_paged(database: Database) -> None:
    with database.write() as tx:
        for number in range(5):
            owner = "ann" if number % 2 else "bob"
            new = event_logs.NewEvent(
                workspace="default", timestamp=at(number), event=f"event_{number}", owner=owner, dag_id="etl"
            )
            event_logs.record(tx, new)

        def found(page: Page = PAGE, **wanted: object) -> list[int]:
            entries, _ = event_logs.list_events(tx, event_logs.EventFilter(**wanted), page)
            return [int(entry.event[-1]) for entry in entries]

        assert found() == [0, 1, 2, 3, 4]
        assert found(owner="ann") == [1, 3]
        assert found(excluded_events=["event_0"], owner_pattern="BO") == [2, 4]
        assert found(included_events=["event_0", "event_9"]) == [0]
        assert found(when=Range(gt=at(1), lte=at(3))) == [2, 3]
        assert found(Page(limit=2, offset=1, order_by=("-when",))) == [3, 2]
        assert event_logs.list_events(tx, event_logs.EventFilter(), Page(limit=2))[1] == 5
        with pytest.raises(NotFound):
            event_logs.get_event(tx, "default", 99)
        with pytest.raises(InvalidInput, match="disallowed"):
            found(Page(order_by=("password",)))


# -- DAGs ------------------------------------------------------------------------------------------------------------


def test_dags_are_found_by_everything_that_lists_offer(database: Database) -> None:
    store(
        database,
        parsed(spec("alpha", tags=("x", "y"), owners=("ann",), display_name="First"), path="a.py"),
        parsed(spec("beta", tags=("y",), owners=("bob", "ann%"), is_paused_upon_creation=True), path="b.py"),
        parsed(spec("gamma"), path="c.py"),
    )
    store(database, parsed(path="c.py"))
    ann = users.UserRecord(username="ann", password_hash="h", created_at=EPOCH)
    with database.write() as tx:
        users.add_user(tx, ann)
        dags.set_favorite(tx, DagKey("default", "beta"), "ann", is_favorite=True)
        dags.set_favorite(tx, DagKey("default", "beta"), "ann", is_favorite=True)
        runs = [
            create_run("r1", dag=DagKey("default", "alpha"), run_after=at(1)),
            create_run("r2", dag=DagKey("default", "alpha"), run_after=at(2)),
            save_run("r1", RunState.FAILED, start_date=at(1)), save_run("r2", RunState.SUCCESS, start_date=at(2)),
        ]  # fmt: skip
        write(tx, runs, now=at(3))

        def found(page: Page = PAGE, **wanted: object) -> list[str]:
            records, total = dags.list_dags(tx, dags.DagFilter(**wanted), page)
            assert total == len(records) or page.limit <= len(records)
            return [record.dag_id for record in records]

        assert found() == ["alpha", "beta"]
        assert found(exclude_stale=False) == ["alpha", "beta", "gamma"]
        assert found(tags=["x", "y"]) == ["alpha", "beta"]
        assert found(tags=["x", "y"], match_all_tags=True) == ["alpha"]
        assert found(owners=["ann"]) == ["alpha"]
        assert found(owners=["ann%"]) == ["beta"]
        assert found(paused=True) == ["beta"]
        assert found(last_run_state="success") == ["alpha"]
        assert found(last_run_state="failed") == []
        assert found(run_states=["failed"]) == ["alpha"]
        assert found(run_start_date=Range(gte=at(3))) == []
        assert found(is_favorite=True, username="ann") == ["beta"]
        assert found(is_favorite=False, username="ann") == ["alpha"]
        assert found(dag_id_pattern="ALP|bet") == ["alpha", "beta"]
        assert found(dag_id_prefix="Alp") == []
        assert found(display_name_pattern="first") == ["alpha"]
        assert found(timetable_kinds=["cron_trigger"]) == []
        assert found(Page(order_by=("-dag_id",))) == ["beta", "alpha"]
        assert found(Page(limit=1, order_by=("-last_run_start_date",))) == ["alpha"]
        assert dags.get_dag(tx, DagKey("default", "beta"), "ann").is_favorite
        dags.set_favorite(tx, DagKey("default", "beta"), "ann", is_favorite=False)
        assert found(is_favorite=True, username="ann") == []
        assert dags.list_tags(tx, "default", Page()) == (["x", "y"], 2)
        with pytest.raises(NotFound):
            dags.get_dag(tx, DagKey("default", "nope"))


def test_a_page_of_a_thousand_dags_comes_whole(database: Database) -> None:
    names = [f"dag-{n:04}" for n in range(1001)]
    store(database, parsed(*(spec(name, tasks=("a",), tags=("t",)) for name in names)))
    with database.read() as tx:
        page, total = dags.list_dags(tx, dags.DagFilter(), Page(limit=1000))
        rest, _ = dags.list_dags(tx, dags.DagFilter(), Page(limit=1000, offset=1000))
        specs = dags.newest_specs(tx, versions.Specs(), [DagKey("default", name) for name in names])
    assert ([dag.dag_id for dag in page], total) == (names[:1000], 1001)
    assert {dag.tags for dag in page} == {("t",)}
    assert [dag.dag_id for dag in rest] == names[1000:]
    assert {found.dag_id for found in specs} == set(names)


def test_versions_and_import_errors_are_listed(database: Database) -> None:
    store(database, parsed(spec()), parsed(path="bad.py", error="boom"))
    store(database, parsed(spec(), code_hash="code-2"), ids=SequentialIds("new-"))
    with database.read() as tx:
        found, total = versions.list_versions(tx, versions.VersionFilter(dag=DAG), Page(order_by=("-version_number",)))
        assert ([version.version_number for version in found], total) == ([2, 1], 2)
        assert versions.get_version(tx, "new-1") == found[0]
        (error,), _ = import_errors.list_import_errors(tx, "default", pattern="bad")
        assert import_errors.get_import_error(tx, "default", error.id) == error
        assert (error.fileloc, error.stacktrace) == ("/dags/bad.py", "boom")
        for missing in (
            lambda: import_errors.get_import_error(tx, "default", 99),
            lambda: versions.get_version(tx, "nope"),
            lambda: versions.version_of_dag(tx, DAG, 9),
            lambda: versions.source_of(tx, "nope"),
            lambda: versions.spec_of_version(tx, versions.Specs(), "nope"),
        ):
            with pytest.raises(NotFound):
                missing()


def test_a_deleted_user_leaves_no_favourites(database: Database) -> None:
    with_run(database)
    with database.write() as tx:
        users.add_user(tx, users.UserRecord(username="ann", password_hash="h", created_at=EPOCH))
        dags.set_favorite(tx, DAG, "ann", is_favorite=True)
        users.delete_user(tx, "ann")
        write(tx, [dispatch("a-1")], now=EPOCH)
    assert rows(database, "dag_favorite") == []
