"""How many runs of each DAG are in each state: right after everything that changes it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from support.api import Api
from support.rows import spec
from tradewind.core.states import RunState
from tradewind.db import schema
from tradewind.db.tables import dag_run

DAGS = ("one", "three", "two", "Zwei")
STEPS = 40


def rows_of_runs(api: Api) -> Counter[tuple[str, str]]:
    """DAG and state -> how many rows of the table say so."""
    with api.database.read() as tx:
        return Counter((row.dag_id, row.state) for row in tx.execute(select(dag_run.c.dag_id, dag_run.c.state)))


def step(api: Api, draw: random.Random) -> str:
    """Something that happens to runs; says what."""
    dag = draw.choice(DAGS)
    runs = api.get(f"/dags/{dag}/dagRuns", limit=100).ok()["dag_runs"]
    deed = draw.choice(("trigger", "trigger", "ask", "mark", "delete", "clear", "clean"))
    if deed == "trigger":
        api.triggered(dag)
    elif deed == "ask":
        api.engine.is_alive = False  # the run is asked for, and nobody has made it yet
        api.post(f"/dags/{dag}/dagRuns", {"logical_date": None})
        api.engine.is_alive = True
    elif deed == "clean":
        schema.clean(api.database, datetime.now(UTC) + timedelta(seconds=1), ["dag_run"])
    elif runs:
        path = f"/dags/{dag}/dagRuns/{draw.choice(runs)['dag_run_id']}"
        if deed == "mark":
            api.patch(path, {"state": draw.choice(("success", "failed"))})
        elif deed == "delete":
            api.delete(path)
        else:
            api.post(f"{path}/clear", {"dry_run": False})
    api.engine.drain()
    return f"{deed} {dag}"


def test_whatever_happens_to_runs_their_numbers_are_those_of_the_rows(both: Api) -> None:
    both.has(*(spec(name) for name in DAGS))
    draw, past = random.Random(20261122), []
    seen: set[str] = set()
    for _ in range(STEPS):
        past.append(step(both, draw))
        body = both.get("/dagStats").ok()
        assert [dag["dag_id"] for dag in body["dags"]] == sorted(DAGS)
        assert all([one["state"] for one in dag["stats"]] == list(RunState) for dag in body["dags"])
        shown = {(dag["dag_id"], one["state"]): one["count"] for dag in body["dags"] for one in dag["stats"]}
        there = rows_of_runs(both)
        assert {key: count for key, count in shown.items() if count} == dict(there), past
        seen |= {state for _, state in there}
    assert len(seen) > 2, "the story has runs in several states"


def test_some_dags_are_asked_for_by_name_and_have_runs_or_none(both: Api) -> None:
    both.has(*(spec(name) for name in DAGS))
    both.triggered("two")
    body = both.get("/dagStats", dag_ids=["two", "one", "nowhere"]).ok()
    counts = {dag["dag_id"]: [one["count"] for one in dag["stats"]] for dag in body["dags"]}
    assert counts == {"one": [0, 0, 0, 0], "two": [0, 1, 0, 0]}


def test_names_come_as_they_are_and_by_the_order_of_their_ids(both: Api) -> None:
    names = {"b": 'say "hi" \\ twice', "a": "Größe\n\t\u2028 🚢", "B": "</script>", "_": "nothing"}
    both.has(*(spec(dag_id, display_name=name) for dag_id, name in names.items()))
    body = both.get("/dagStats").ok()
    assert [(dag["dag_id"], dag["dag_display_name"]) for dag in body["dags"]] == sorted(names.items())


def test_where_there_are_no_dags_there_is_an_empty_list(both: Api) -> None:
    assert both.get("/dagStats").ok() == {"dags": [], "total_entries": 0}
