"""A transaction that shows only what somebody may see: in every statement, however it names a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import exists, func, insert, literal_column, select, text, union_all, update

from support.databases import EPOCH
from support.rows import create_run, parsed, spec, store
from tradewind.base.errors import BrokenInvariant
from tradewind.base.policy import RESOURCES, Grant, Held, Rights
from tradewind.core.commands import CreateTasks
from tradewind.db import Database, Tx
from tradewind.db import tables as t
from tradewind.db.sight import GOVERNED, UNGOVERNED, sight_of
from tradewind.db.transitions import write
from tradewind.spec import DagKey

CHARACTERS = "ab_%*?[]\\"


def rights(*texts: str) -> Rights:
    return Rights("ann", [Held(Grant.parse(one), "mine") for one in texts])


def seen(tx: Tx, *texts: str, action: Any = "read", resource: Any = None) -> Tx:
    """The transaction as somebody with these grants sees it, in a route that takes this."""
    return tx.seen_by(sight_of(rights(*texts), (action,), resource))


def two_dags(database: Database) -> None:
    """DAGs `mine` and `other`, with a run of two tasks each."""
    names = ("mine", "other")
    store(database, *(parsed(spec(name), path=f"{name}.py", code_hash=name) for name in names))
    for number, name in enumerate(names, 1):
        run = create_run(f"run-{name}", dag=DagKey("default", name), version_id=f"version-{number}")
        tasks = [CreateTasks(f"run-{name}", task, -1, -1) for task in ("extract", "load")]
        with database.write() as tx:
            assert write(tx, [run, *tasks], now=EPOCH) == []


# -- the rules -------------------------------------------------------------------------------------------------------


def test_every_table_has_a_rule_or_a_reason_for_none() -> None:
    assert GOVERNED.keys().isdisjoint(UNGOVERNED)
    assert GOVERNED.keys() | UNGOVERNED.keys() == set(t.metadata.tables)
    assert {rule.resource for rule in GOVERNED.values()} <= set(RESOURCES)


@pytest.mark.parametrize("table", sorted(GOVERNED))
def test_every_rule_is_sql_that_both_databases_take(database: Database, table: str) -> None:
    columns = t.metadata.tables[table]
    with database.read() as tx:
        bounded = seen(tx, *(f"read:{resource}:a*" for resource in RESOURCES))
        assert bounded.execute(select(columns)).all() == []


def test_who_may_see_everything_has_the_transaction_itself(database: Database) -> None:
    with database.read() as tx:
        assert seen(tx, "*:*") is tx
        assert seen(tx, *(f"read:{resource}" for resource in RESOURCES)) is tx


# -- names -----------------------------------------------------------------------------------------------------------


def test_the_database_finds_exactly_the_names_that_the_policy_allows(database: Database) -> None:
    names = sorted({a + b + c for a in CHARACTERS for b in f"{CHARACTERS}x" for c in ("", "a", "*", "]")})
    rows = [{"workspace": "default", "key": name, "value": "", "is_encrypted": False} for name in names]
    with database.write() as tx:
        tx.execute(insert(t.variable), rows)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        st.lists(st.text(CHARACTERS, min_size=1, max_size=4), max_size=3),
        st.none() | st.lists(st.text(CHARACTERS, min_size=1, max_size=4), max_size=2),
    )
    def agree(patterns: list[str], scopes: list[str] | None) -> None:
        mine = Rights(
            "ann",
            [Held(Grant("read", "variable", one), "mine") for one in patterns],
            None if scopes is None else [Grant("read", "variable", one) for one in scopes],
        )
        with database.read() as tx:
            found = tx.seen_by(sight_of(mine, ("read",), "variable")).execute(select(t.variable.c.key))
            assert sorted(key for (key,) in found) == [n for n in names if mine.decide("read", "variable", n).allowed]

    agree()


# -- statements ------------------------------------------------------------------------------------------------------

D, R, TI = t.dag.c, t.dag_run.c, t.task_instance.c
RUNS = t.dag_run.alias("runs")
STATEMENTS: dict[str, Any] = {
    "plain": select(D.dag_id),
    "alias": select(RUNS.c.dag_id),
    "only a condition names it": select(literal_column("'found'")).where(exists().where(D.dag_id == "other")),
    "not exists": select(D.dag_id).where(~exists().where(R.dag_id == D.dag_id, R.dag_id == "mine")),
    "join": select(D.dag_id).join(t.dag_run, R.dag_id == D.dag_id),
    "outer join": select(R.dag_id, TI.task_id).outerjoin(t.task_instance, TI.run_uid == R.uid),
    "scalar subquery": select(select(func.max(R.dag_id)).scalar_subquery()),
    "subquery": select(select(D.dag_id).order_by(D.dag_id).limit(5).subquery().c.dag_id),
    "common table expression": select(select(R.dag_id).cte("latest").c.dag_id),
    "union": union_all(select(D.dag_id), select(R.dag_id), select(TI.dag_id)),
    "union inside": select(union_all(select(D.dag_id), select(R.dag_id)).subquery().c.dag_id),
    "in": select(TI.task_id, TI.dag_id).where(TI.run_uid.in_(select(R.uid))),
    "window": select(func.row_number().over(order_by=TI.task_id), TI.dag_id),
    "through its run": select(t.xcom.c.run_uid),
    "distinct": select(D.dag_id).distinct(),
}


@pytest.mark.parametrize("shape", STATEMENTS)
def test_no_shape_of_a_statement_shows_what_may_not_be_seen(database: Database, shape: str) -> None:
    two_dags(database)
    statement = STATEMENTS[shape]
    with database.read() as tx:
        whole = tx.execute(statement).all()
        bounded = seen(tx, *(f"read:{resource}:mine" for resource in RESOURCES)).execute(statement).all()
        nothing = seen(tx).execute(statement).all()
    if shape != "through its run":
        assert "other" in str(whole) or "found" in str(whole)
    if shape not in {"only a condition names it", "through its run", "not exists"}:
        assert "mine" in str(bounded)
    assert "other" not in str(bounded)
    assert "found" not in str(bounded)
    assert "mine" not in str(nothing)


def test_counts_count_what_may_be_seen(database: Database) -> None:
    two_dags(database)
    counted = select(func.count()).select_from(t.task_instance)
    with database.read() as tx:
        assert tx.scalar(counted) == 4
        assert seen(tx, "read:task_instance:mine").scalar(counted) == 2
        assert seen(tx, "read:task_instance:mine").whole.scalar(counted) == 4
        assert seen(tx).scalar(counted) == 0


def test_rows_below_a_run_are_seen_where_the_run_is(database: Database) -> None:
    two_dags(database)
    value = {
        "task_id": "load", "map_index": -1, "key": "k", "value": "1", "kind": "json", "is_none": False,
        "timestamp": EPOCH,
    }  # fmt: skip
    with database.write() as tx:
        tx.execute(insert(t.xcom), [{"run_uid": f"run-{name}", **value} for name in ("mine", "other")])
    with database.read() as tx:
        found = seen(tx, "read:xcom:mine").execute(select(t.xcom.c.run_uid)).all()
        # The run itself need not be seen for that: its row is asked, not shown.
        assert found == [("run-mine",)]
        joined = select(t.xcom.c.run_uid, R.dag_id).join(t.dag_run, R.uid == t.xcom.c.run_uid)
        assert seen(tx, "read:xcom:mine").execute(joined).all() == []
        beside = select(t.xcom.c.run_uid, R.dag_id).outerjoin(t.dag_run, R.uid == t.xcom.c.run_uid)
        assert seen(tx, "read:xcom:mine").execute(beside).all() == [("run-mine", None)]
        # A route of XComs brings the frame of what it shows.
        assert seen(tx, "read:xcom:mine", resource="xcom").execute(joined).all() == [("run-mine", "mine")]


def import_error(path: str) -> dict[str, Any]:
    return {
        "workspace": "default", "bundle_name": "local", "relative_fileloc": path, "fileloc": f"/dags/{path}",
        "stacktrace": "", "timestamp": EPOCH,
    }  # fmt: skip


def test_an_import_error_is_seen_by_who_sees_all_dags_of_its_file(database: Database) -> None:
    store(database, parsed(spec("mine"), path="mine.py"), parsed(spec("both"), spec("other"), path="both.py"))
    with database.write() as tx:
        tx.execute(insert(t.import_error), [import_error(path) for path in ("mine.py", "both.py", "new.py")])

    def found(*texts: str) -> Sequence[str]:
        with database.read() as tx:
            rows = seen(tx, *texts, resource="import_error").execute(select(t.import_error.c.relative_fileloc))
            return sorted(path for (path,) in rows)

    assert found("read:import_error:mine") == ["mine.py"]
    assert found("read:import_error:both") == []
    assert found("read:import_error:both", "read:import_error:other") == ["both.py"]
    assert found("read:import_error") == ["both.py", "mine.py", "new.py"]


# -- what acts on things ---------------------------------------------------------------------------------------------


def test_a_route_that_changes_sees_what_it_may_change(database: Database) -> None:
    two_dags(database)
    grants = ("read:dag", "edit:dag:mine")
    with database.read() as tx:
        everything = seen(tx, *grants, resource="dag").execute(select(D.dag_id).order_by(D.dag_id)).all()
        assert everything == [("mine",), ("other",)]
        assert seen(tx, *grants, action="edit", resource="dag").execute(select(D.dag_id)).all() == [("mine",)]


def test_writing_goes_through_and_raw_text_does_not(database: Database) -> None:
    two_dags(database)
    with database.write() as tx:
        bounded = seen(tx, "read:dag:mine")
        bounded.execute(update(t.dag).where(D.dag_id == "mine").values(is_paused=True))
        with pytest.raises(BrokenInvariant, match="TextClause"):
            bounded.execute(text("SELECT dag_id FROM dag"))
        with pytest.raises(BrokenInvariant, match="TextualSelect"):
            bounded.execute(text("SELECT dag_id FROM dag").columns(D.dag_id))
        with pytest.raises(BrokenInvariant, match="raw SQL"):
            _ = bounded.raw
        assert bounded.execute(select(D.dag_id).where(D.is_paused)).all() == [("mine",)]
