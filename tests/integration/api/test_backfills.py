"""Backfills over the API: planned, made, run by the real core, paused, cancelled; and by Airflow's own client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import airflow_client.client as airflow
import pytest
import urllib3
from airflow_client.client.models import BackfillPostBody

from support.api import PASSWORD, Api, live
from support.moments import not_at_the_end_of_an_hour
from support.rows import one, rows, spec
from tradewind.spec import DagSpec, ScheduleSpec, TaskSpec

# No runs of their own: a new DAG else has one when it comes soon after its moment.
DAILY = ScheduleSpec("cron_trigger", {"cron": "0 0 * * *", "run_immediately": 0})
HOURLY = ScheduleSpec("cron_trigger", {"cron": "0 * * * *", "run_immediately": 0})


def daily(**more: Any) -> DagSpec:
    return spec(tasks=("extract",), schedule=DAILY, **more)


def body(first: str = "2024-01-01", last: str = "2024-01-03", **more: Any) -> dict[str, Any]:
    return {"dag_id": "etl", "from_date": f"{first}T00:00:00Z", "to_date": f"{last}T00:00:00Z", **more}


def made(api: Api, **more: Any) -> dict[str, Any]:
    """A backfill that the scheduler has taken."""
    backfill = api.post("/backfills", body(**more)).ok()
    api.engine.drain()
    return api.get(f"/backfills/{backfill['id']}").ok()


def runs(api: Api) -> dict[str, str]:
    """State of the backfilled runs by day."""
    found = api.get("/dags/etl/dagRuns", run_type="backfill", order_by="logical_date").ok()["dag_runs"]
    return {run["logical_date"][:10]: run["state"] for run in found}


def progress(api: Api, backfill: dict[str, Any]) -> dict[str, Any]:
    return api.get(f"/backfills/{backfill['id']}/progress").ok()


def test_a_backfill_makes_the_runs_of_its_dates(both: Api) -> None:
    both.has(daily())
    backfill = made(both, max_active_runs=2, dag_run_conf={"a": 1})
    assert backfill["completed_at"] is None
    assert runs(both) == {"2024-01-01": "running", "2024-01-02": "running"}
    assert progress(both, backfill) == {
        "id": backfill["id"], "state": "running", "total": 3, "waiting": 1, "finished": 0, "gone": 0,
        "runs": {"running": 2}, "skipped": {},
    }  # fmt: skip
    run = both.get("/dags/etl/dagRuns", run_type="backfill").ok()["dag_runs"][0]
    assert (run["triggered_by"], run["conf"], run["triggering_user_name"]) == ("backfill", {"a": 1}, "admin")
    both.send("PUT", f"/backfills/{backfill['id']}/cancel").ok()
    backfill = made(both, first="2023-01-01", last="2023-01-03", max_active_runs=1)
    for day in range(3):
        assert len(runs(both)) == 3 + day
        both.engine.succeed("extract")
    done = both.get(f"/backfills/{backfill['id']}").ok()
    assert done["completed_at"] is not None
    assert progress(both, done)["state"] == "completed"
    assert progress(both, done)["runs"] == {"success": 3}


def test_a_dry_run_names_the_dates_and_makes_nothing(api: Api) -> None:
    api.has(daily())
    answer = api.post("/backfills/dry_run", body()).ok()
    assert [one["logical_date"][:10] for one in answer["backfills"]] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert answer["total_entries"] == 3
    backwards = api.post("/backfills/dry_run", body(run_backwards=True)).ok()["backfills"]
    assert [one["logical_date"][:10] for one in backwards] == ["2024-01-03", "2024-01-02", "2024-01-01"]
    assert rows(api.database, "backfill") == []


@pytest.mark.parametrize(
    ("schedule", "dates"),
    [
        (ScheduleSpec("cron_interval", {"cron": "0 0 * * *"}), ["2024-01-01", "2024-01-02", "2024-01-03"]),
        (ScheduleSpec("delta_trigger", {"seconds": 86_400}), ["2024-01-01", "2024-01-02", "2024-01-03"]),
        (ScheduleSpec("delta_interval", {"days": 1}), ["2024-01-01", "2024-01-02", "2024-01-03"]),
        (ScheduleSpec("multi_cron_trigger", {"crons": ["0 0 1 * *", "0 0 3 * *"]}), ["2024-01-01", "2024-01-03"]),
        (ScheduleSpec("events", {"dates": ["2024-01-02T00:00:00Z", "2025-01-02T00:00:00Z"]}), ["2024-01-02"]),
    ],
    ids=lambda value: value.kind if isinstance(value, ScheduleSpec) else "",
)
def test_every_schedule_with_a_calendar_can_be_backfilled(api: Api, schedule: ScheduleSpec, dates: list[str]) -> None:
    api.has(spec(schedule=schedule))
    answer = api.post("/backfills/dry_run", body()).ok()
    assert [one["logical_date"][:10] for one in answer["backfills"]] == dates


@pytest.mark.parametrize("kind", ["none", "once", "continuous", "assets", "custom"])
def test_a_schedule_without_a_calendar_can_not(api: Api, kind: str) -> None:
    api.has(spec(schedule=ScheduleSpec(kind)))
    answer = api.post("/backfills", body())
    assert answer.status == 422
    assert "can't be backfilled" in answer.json["detail"]


def test_a_plan_says_what_becomes_of_each_date_and_what_it_costs(api: Api) -> None:
    api.has(daily())
    for day, ending in (("01", "success"), ("02", "failed"), ("03", "running")):
        api.triggered("etl", logical_date=f"2024-01-{day}T00:00:00Z", dag_run_id=f"day-{day}")
        if ending == "success":
            api.engine.succeed("extract")
        elif ending == "failed":
            api.engine.fail("extract")
    last = {"last": "2024-01-04"}
    actions = {
        reprocess: [(run["action"], run["reason"], run["dag_run_id"]) for run in
                    api.post("/backfills/plan", body(reprocess_behavior=reprocess, **last)).ok()["runs"]]
        for reprocess in ("none", "failed", "completed")
    }  # fmt: skip
    new, in_flight = ("create", None, None), ("skip", "in flight", "day-03")
    left = ("skip", "already exists", "day-01"), ("skip", "already exists", "day-02")
    assert actions["none"] == [*left, in_flight, new]
    assert actions["failed"] == [left[0], ("run_again", None, "day-02"), in_flight, new]
    again = [("run_again", None, "day-01"), ("run_again", None, "day-02")]
    assert actions["completed"] == [*again, in_flight, new]
    plan = api.post("/backfills/plan", body(reprocess_behavior="completed", max_active_runs=1, **last)).ok()
    assert (plan["to_create"], plan["to_run_again"], plan["to_skip"], plan["task_instances"]) == (1, 2, 1, 3)
    assert plan["estimated_seconds"] == pytest.approx(3 * plan["typical_run_seconds"])
    assert rows(api.database, "backfill") == []


def test_ended_runs_run_again_where_that_is_asked_for(both: Api) -> None:
    both.has(daily())
    both.triggered("etl", logical_date="2024-01-01T00:00:00Z", dag_run_id="mine", conf={"old": 1})
    both.engine.fail("extract")
    backfill = made(both, last="2024-01-01", reprocess_behavior="failed")
    run = both.get("/dags/etl/dagRuns/mine").ok()
    assert (run["state"], run["run_type"], run["triggered_by"], run["conf"]) == (
        "running",
        "backfill",
        "backfill",
        {"old": 1},
    )
    both.engine.succeed("extract")
    assert both.get("/dags/etl/dagRuns/mine").ok()["state"] == "success"
    assert progress(both, backfill)["runs"] == {"success": 1}
    assert both.get(f"/backfills/{backfill['id']}").ok()["completed_at"] is not None


def test_pause_unpause_and_cancel(both: Api) -> None:
    both.has(daily())
    backfill = made(both, max_active_runs=1)
    path = f"/backfills/{backfill['id']}"
    assert both.send("PUT", f"{path}/pause").ok()["is_paused"]
    both.engine.succeed("extract")
    assert runs(both) == {"2024-01-01": "success"}
    assert progress(both, backfill)["state"] == "paused"
    assert not both.send("PUT", f"{path}/unpause").ok()["is_paused"]
    assert runs(both) == {"2024-01-01": "success", "2024-01-02": "running"}
    assert both.send("PUT", f"{path}/cancel").ok()["completed_at"] is not None
    assert runs(both) == {"2024-01-01": "success", "2024-01-02": "running"}
    assert progress(both, backfill)["state"] == "cancelled"
    for verb in ("pause", "unpause", "cancel"):
        assert both.send("PUT", f"{path}/{verb}").status == 409
    assert both.send("PUT", "/backfills/999/pause").status == 404


def test_pain_52_a_run_of_a_backfill_that_is_cleared_runs_again(both: Api) -> None:
    both.has(daily(max_active_runs=1))
    made(both, last="2024-01-01")
    both.engine.succeed("extract")
    run_id = both.get("/dags/etl/dagRuns").ok()["dag_runs"][0]["dag_run_id"]
    both.post(f"/dags/etl/dagRuns/{run_id}/clear", {"dry_run": False}).ok()
    both.engine.drain()
    assert runs(both) == {"2024-01-01": "running"}
    both.engine.succeed("extract")
    assert runs(both) == {"2024-01-01": "success"}


def test_why_a_run_of_a_backfill_is_queued_is_told(api: Api) -> None:
    api.has(daily(max_active_runs=1))
    made(api, last="2024-01-01")
    api.engine.succeed("extract")
    second = made(api, first="2023-01-01", last="2023-01-02", max_active_runs=1)
    api.engine.succeed("extract")
    path = "/dags/etl/dagRuns/backfill__2023-01-01T00:00:00+00:00"
    api.post(f"{path}/clear", {"dry_run": False}).ok()
    api.engine.drain()
    assert f"1 of at most 1 runs of backfill {second['id']} are running" in api.get(f"{path}/why").text
    path = "/dags/etl/dagRuns/backfill__2024-01-01T00:00:00+00:00"
    api.post(f"{path}/clear", {"dry_run": False}).ok()
    api.engine.drain()
    assert api.get(path).ok()["state"] == "running"  # its backfill is over: it counts into the DAG's own limit
    api.triggered("etl", dag_run_id="mine")
    assert "1 of at most 1 runs are running" in api.get("/dags/etl/dagRuns/mine/why").text


def test_one_backfill_of_a_dag_at_a_time(api: Api) -> None:
    api.has(daily())
    first = made(api)
    assert api.post("/backfills", body()).status == 409
    api.send("PUT", f"/backfills/{first['id']}/cancel").ok()
    assert api.post("/backfills", body(first="2023-01-01", last="2023-01-02")).ok()["id"] > first["id"]


def _tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


def test_what_can_not_be_is_refused_in_words(api: Api) -> None:
    api.has(daily(allowed_run_types=("scheduled",)))
    assert "does not allow backfill runs" in api.post("/backfills", body()).json["detail"]
    api.has(daily())
    not_at_the_end_of_an_hour()  # nor of a day
    assert "must not be after" in api.post("/backfills", body("2024-02-01", "2024-01-01")).json["detail"]
    future = api.post("/backfills", body(_tomorrow(), "2999-01-01"))
    assert (future.status, future.json["detail"]) == (422, "Backfill cannot be executed for future dates.")
    assert api.post("/backfills", body(reprocess_behavior="all")).status == 422
    assert api.post("/backfills", body(max_active_runs=0)).status == 422
    assert api.post("/backfills", body() | {"dag_id": "nope"}).status == 404
    assert api.post("/backfills", body(), role="viewer").status == 403
    assert rows(api.database, "backfill") == []


def test_dates_that_have_not_passed_are_left_out(api: Api) -> None:
    api.has(daily())
    not_at_the_end_of_an_hour()  # nor of a day
    today = datetime.now(UTC).date()
    answer = api.post("/backfills/dry_run", body((today - timedelta(days=1)).isoformat(), "2999-01-01")).ok()
    assert [one["logical_date"][:10] for one in answer["backfills"]] == [
        (today - timedelta(days=1)).isoformat(),
        today.isoformat(),
    ]


def test_a_dag_that_depends_on_the_past_is_run_in_order_and_whole(api: Api) -> None:
    task = TaskSpec(task_id="extract", depends_on_past=True)
    api.has(DagSpec(dag_id="etl", schedule=DAILY, tasks=(task,)))
    assert (
        "backwards" in api.post("/backfills", body(run_backwards=True, reprocess_behavior="completed")).json["detail"]
    )
    assert "reprocess_behavior" in api.post("/backfills", body()).json["detail"]
    api.post("/backfills/dry_run", body(reprocess_behavior="failed")).ok()


def test_ten_thousand_dates_are_planned_and_made_in_a_moment(api: Api) -> None:
    api.has(spec(tasks=("extract",), schedule=HOURLY))
    backfill = made(api, first="2022-01-01", last="2023-02-22", max_active_runs=3)
    assert progress(api, backfill)["total"] == 10_009
    assert [row["run_type"] for row in rows(api.database, "dag_run")].count("backfill") == 3
    assert one(api.database, "backfill")["next_ordinal"] == 3


def test_airflows_client_makes_and_manages_backfills(api: Api) -> None:
    api.has(daily())
    with live(api.app) as url:
        pool = urllib3.PoolManager()
        login = pool.request("POST", f"{url}/auth/token", json={"username": "admin", "password": PASSWORD})
        with airflow.ApiClient(airflow.Configuration(host=url, access_token=login.json()["access_token"])) as client:
            backfills = airflow.BackfillApi(client)
            wish = BackfillPostBody(
                dag_id="etl", from_date=datetime(2024, 1, 1, tzinfo=UTC), to_date=datetime(2024, 1, 2, tzinfo=UTC)
            )
            assert backfills.create_backfill_dry_run(wish).total_entries == 2
            backfill = backfills.create_backfill(wish)
            assert (backfill.dag_id, backfill.reprocess_behavior.value, backfill.max_active_runs) == ("etl", "none", 10)
            assert backfills.list_backfills("etl").total_entries == 1
            assert backfills.get_backfill(backfill.id).dag_display_name == "etl"
            assert backfills.pause_backfill(backfill.id).is_paused
            assert not backfills.unpause_backfill(backfill.id).is_paused
            assert backfills.cancel_backfill(backfill.id).completed_at is not None
            client.rest_client.pool_manager.clear()
        pool.clear()
