"""Runs of a DAG with partitions: picked by key or by dates on the schedule's clock, cleared, and made to forget it."""

from __future__ import annotations

import pytest

from support.api import Api
from support.contract import matches
from support.rows import spec
from tradewind.api.models import runs as models
from tradewind.spec import ScheduleSpec

# No run of its own: a new DAG else has one when it comes soon after its moment.
EACH_DAY = {"cron": "0 0 * * *", "key_format": "%Y-%m-%d", "run_immediately": 0}
DAILY = ScheduleSpec("cron_partition", EACH_DAY, timezone="Europe/Berlin")
KEYS = ("2026-03-01", "2026-03-02", "2026-03-03")


@pytest.fixture
def parted(both: Api) -> Api:
    """Three finished runs, each of a day in Berlin, and one that is about no day."""
    both.has(spec(schedule=DAILY))
    for key in KEYS:
        both.triggered("etl", dag_run_id=key, partition_key=key)
        both.engine.finish()
    both.triggered("etl", dag_run_id="plain")
    both.engine.finish()
    return both


def clear(api: Api, **body: object) -> dict[str, object]:
    return matches(api.post("/dags/etl/clearPartitions", body).ok(), models.ClearPartitionsResponse)


def parts(api: Api) -> dict[str, str | None]:
    return {run["dag_run_id"]: run["partition_key"] for run in api.get("/dags/etl/dagRuns").ok()["dag_runs"]}


def test_a_dry_run_counts_and_changes_nothing(parted: Api) -> None:
    counts = clear(parted, partition_date_start="2026-03-01", clear_task_instances=True)
    assert counts == {"dag_runs_cleared": 3, "task_instances_cleared": 6, "dry_run": True}
    assert set(parts(parted).values()) == {*KEYS, None}


def test_a_run_forgets_its_partition_by_id_key_or_date(parted: Api) -> None:
    assert clear(parted, run_id=KEYS[0], dry_run=False)["dag_runs_cleared"] == 1
    assert clear(parted, run_id=KEYS[0], dry_run=False)["dag_runs_cleared"] == 0
    assert clear(parted, partition_key=KEYS[1], dry_run=False)["dag_runs_cleared"] == 1
    assert parts(parted) == {KEYS[0]: None, KEYS[1]: None, KEYS[2]: KEYS[2], "plain": None}
    assert clear(parted, partition_date_start="2026-03-01", dry_run=False)["dag_runs_cleared"] == 1
    gone = parted.get(f"/dags/etl/dagRuns/{KEYS[2]}").ok()
    assert (gone["partition_key"], gone["partition_date"], gone["state"]) == (None, None, "success")
    logs = parted.get("/eventLogs", event="clear_dag_run_partitions").ok()
    assert logs["total_entries"] == 4


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-02", "2026-03-02", {KEYS[1]}),
        ("2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", {KEYS[1]}),
        ("2026-03-01T00:01:00", "2026-03-02T23:59:00", {KEYS[1]}),
        (None, "2026-03-02", {KEYS[0], KEYS[1]}),
        ("2026-03-04", None, set()),
    ],
)
def test_dates_are_read_off_the_clock_of_the_schedule(
    parted: Api, start: str | None, end: str | None, expected: set[str]
) -> None:
    clear(parted, partition_date_start=start, partition_date_end=end, dry_run=False)
    assert {key for key in KEYS if parts(parted)[key] is None} == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-03-02", "2026-03-02", [KEYS[1]]),
        ("2026-03-02", None, [KEYS[1], KEYS[2]]),
        (None, "2026-03-01", [KEYS[0]]),
        ("2026-03-04", None, []),
    ],
)
def test_runs_are_listed_by_days_on_the_clock_of_the_schedule(
    parted: Api, first: str | None, last: str | None, expected: list[str]
) -> None:
    days = {"partition_date_gte": first, "partition_date_lte": last}
    given = {name: day for name, day in days.items() if day}
    found = parted.get("/dags/etl/dagRuns", order_by="partition_date", **given).ok()
    assert [run["dag_run_id"] for run in found["dag_runs"]] == expected


@pytest.mark.parametrize(
    ("path", "day", "status"),
    [("~", "2026-03-01", 400), ("etl", "9999-12-31", 400), ("etl", "soon", 422), ("absent", "2026-03-01", 404)],
)
def test_days_are_those_of_a_dag(parted: Api, path: str, day: str, status: int) -> None:
    assert parted.get(f"/dags/{path}/dagRuns", partition_date_lte=day).status == status


def test_a_moment_beyond_the_calendar_is_refused(parted: Api) -> None:
    body = {"partition_date_start": "0001-01-01T00:00:00"}
    assert parted.post("/dags/etl/clearPartitions", body).status == 400


def test_task_instances_of_the_runs_run_again_where_asked_for(parted: Api) -> None:
    counts = clear(parted, partition_key=KEYS[0], clear_task_instances=True, dry_run=False)
    assert counts == {"dag_runs_cleared": 1, "task_instances_cleared": 2, "dry_run": False}
    assert parted.get(f"/dags/etl/dagRuns/{KEYS[0]}").ok()["state"] in {"queued", "running"}
    parted.engine.drain()
    parted.engine.finish()
    assert parted.get(f"/dags/etl/dagRuns/{KEYS[0]}").ok()["state"] == "success"
    # It is about no partition any more, so only its id still finds it; its tasks can be cleared all the same.
    again = clear(parted, run_id=KEYS[0], clear_task_instances=True, dry_run=False)
    assert again == {"dag_runs_cleared": 0, "task_instances_cleared": 2, "dry_run": False}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"run_id": "a", "partition_key": "b"},
        {"partition_key": "b", "partition_date_end": "2026-03-01"},
        {"partition_date_start": "2026-03-02", "partition_date_end": "2026-03-01"},
        {"run_id": "a", "colour": "red"},
    ],
)
@pytest.mark.parametrize("path", ["clearPartitions", "clearDagRuns"])
def test_exactly_one_way_to_pick_runs_is_taken(api: Api, path: str, body: dict[str, object]) -> None:
    api.has(spec(schedule=DAILY))
    assert api.post(f"/dags/etl/{path}", body).status == 422


def test_a_dag_that_is_not_there_is_not_found(api: Api) -> None:
    assert api.post("/dags/absent/clearPartitions", {"run_id": "a"}).status == 404
    assert api.post("/dags/absent/clearDagRuns", {"partition_key": "a"}).status == 404


def test_runs_are_cleared_by_partition(parted: Api) -> None:
    body = {"partition_date_start": "2026-03-02", "partition_date_end": "2026-03-03"}
    preview = parted.post("/dags/etl/clearDagRuns", body).ok()
    assert preview["total_entries"] == 4
    cleared = parted.post("/dags/etl/clearDagRuns", {**body, "dry_run": False, "note": "again"}).ok()
    assert [run["dag_run_id"] for run in cleared["dag_runs"]] == [KEYS[1], KEYS[2]]
    assert {run["note"] for run in cleared["dag_runs"]} == {"again"}
    parted.engine.finish()
    assert parts(parted)[KEYS[1]] == KEYS[1]
    one = parted.post("/dags/etl/clearDagRuns", {"partition_key": KEYS[0], "dry_run": False}).ok()
    assert [run["dag_run_id"] for run in one["dag_runs"]] == [KEYS[0]]
    assert parted.post("/dags/~/clearDagRuns", {"partition_key": KEYS[0]}).status == 400


def test_runs_of_several_dags_are_cleared_in_one_request(both: Api) -> None:
    both.has(spec(), spec("other", ("only",)))
    both.triggered("etl", dag_run_id="r")
    both.triggered("other", dag_run_id="r")
    both.engine.finish()
    named = [{"dag_id": "etl", "dag_run_id": "r"}, {"dag_id": "other", "dag_run_id": "r"}]
    assert both.post("/dags/~/clearDagRuns", {"dag_runs": named}).ok()["total_entries"] == 3
    cleared = both.post("/dags/~/clearDagRuns", {"dag_runs": named, "dry_run": False}).ok()
    assert [(run["dag_id"], run["dag_run_id"]) for run in cleared["dag_runs"]] == [("etl", "r"), ("other", "r")]
    assert both.post("/dags/~/clearDagRuns", {"dag_runs": [{"dag_run_id": "r"}]}).status == 400
    assert both.post("/dags/etl/clearDagRuns", {"dag_runs": named}).status == 400
    both.engine.finish()
