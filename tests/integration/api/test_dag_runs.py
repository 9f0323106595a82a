"""Runs over REST, on both databases: ask for one, look at it, mark, clear and delete it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.api import Api
from support.rows import spec
from tradewind.spec import ParamSpec, ScheduleSpec


def test_a_run_that_was_asked_for_runs_and_ends(both: Api) -> None:
    both.has(spec())
    made = both.post("/dags/etl/dagRuns", {"conf": {"a": 1}, "note": "why not"}).ok()
    assert (made["state"], made["run_type"], made["triggered_by"]) == ("queued", "manual", "rest_api")
    assert (made["conf"], made["note"], made["triggering_user_name"]) == ({"a": 1}, "why not", "admin")
    assert made["dag_run_id"] == "manual__" + datetime.fromisoformat(made["run_after"]).isoformat()
    assert made["logical_date"] is None
    both.engine.drain()
    assert both.get(f"/dags/etl/dagRuns/{made['dag_run_id']}").ok()["state"] == "running"
    both.engine.finish()
    ended = both.get(f"/dags/etl/dagRuns/{made['dag_run_id']}").ok()
    assert ended["state"] == "success"
    assert ended["duration"] is not None
    assert [version["version_number"] for version in ended["dag_versions"]] == [1]


def test_a_logical_date_brings_the_interval_of_the_timetable(api: Api) -> None:
    api.has(spec(schedule=ScheduleSpec("cron_interval", {"cron": "0 0 * * *"}, timezone="UTC")))
    made = api.post("/dags/etl/dagRuns", {"logical_date": "2024-03-05T12:00:00Z"}).ok()
    assert made["data_interval_start"] == "2024-03-04T00:00:00Z"
    assert made["data_interval_end"] == "2024-03-05T00:00:00Z"
    assert made["dag_run_id"] == "manual__2024-03-05T12:00:00+00:00"


def test_the_same_run_id_or_logical_date_can_be_asked_for_once(both: Api) -> None:
    both.has(spec())
    both.post("/dags/etl/dagRuns", {"dag_run_id": "mine", "logical_date": "2024-01-01"}).ok()
    again = both.post("/dags/etl/dagRuns", {"dag_run_id": "mine", "logical_date": "2024-01-02"})
    assert (again.status, "mine" in again.json["detail"]) == (409, True)
    same_date = both.post("/dags/etl/dagRuns", {"dag_run_id": "other", "logical_date": "2024-01-01"})
    assert (same_date.status, "logical_date" in same_date.json["detail"]) == (409, True)
    assert both.get("/dags/etl/dagRuns").ok()["total_entries"] == 1


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"conf": {"n": "many"}}, 400, "param n"),
        ({"conf": {}}, 400, "param n"),
        ({"conf": {"n": 1}, "data_interval_start": "2024-01-01"}, 400, "together"),
        ({"conf": {"n": 1}, "dag_run_id": "a/b"}, 400, "run id"),
        ({"conf": {"n": 1}, "dag_run_id": "scheduled__x"}, 400, "scheduled__"),
        ({"conf": {"n": 1}, "logical_date": "yesterday"}, 422, "logical_date"),
        ({"conf": {"n": 1}, "note": "x" * 1001}, 422, "note"),
        ({"conf": {"n": 1}, "partition_key": "p"}, 400, "partition"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_with_the_reason(
    api: Api, body: dict[str, object], status: int, word: str
) -> None:
    param = ParamSpec("n", None, has_default=False, schema={"type": "integer"})
    api.has(spec(params=(param,)))
    refused = api.post("/dags/etl/dagRuns", body)
    assert refused.status == status
    assert word in refused.text
    assert api.get("/dags/etl/dagRuns").ok()["total_entries"] == 0


def test_a_run_is_not_asked_for_with_a_field_that_nobody_knows(api: Api) -> None:
    api.has(spec())
    refused = api.post("/dags/etl/dagRuns", {"config": {"a": 1}})
    assert (refused.status, refused.json["detail"][0]["loc"]) == (422, ["body", "config"])


def test_a_dag_that_allows_no_manual_runs_refuses_them(api: Api) -> None:
    api.has(spec(allowed_run_types=("scheduled",)))
    refused = api.post("/dags/etl/dagRuns", {})
    assert (refused.status, "manual" in refused.json["detail"]) == (400, True)


def test_a_run_of_an_unknown_dag_is_not_found(api: Api) -> None:
    assert api.post("/dags/nothing/dagRuns", {}).status == 404
    assert api.get("/dags/nothing/dagRuns").status == 404
    assert api.get("/dags/nothing/dagRuns/x").status == 404


def test_marking_a_run_failed_shows_its_effect_in_the_answer(both: Api) -> None:
    both.has(spec())
    run_id = both.triggered("etl")
    answer = both.patch(f"/dags/etl/dagRuns/{run_id}", {"state": "failed", "note": "enough"}).ok()
    assert (answer["state"], answer["note"]) == ("failed", "enough")
    states = {
        ti["task_id"]: ti["state"]
        for ti in both.get(f"/dags/etl/dagRuns/{run_id}/taskInstances").ok()["task_instances"]
    }
    assert states["load"] in {"skipped", "failed", "upstream_failed"}


def test_without_a_scheduler_a_change_is_accepted_for_later(api: Api) -> None:
    api.has(spec())
    run_id = api.triggered("etl")
    api.engine.is_alive = False
    answer = api.patch(f"/dags/etl/dagRuns/{run_id}", {"state": "failed"})
    assert (answer.status, answer.json["state"]) == (202, "running")
    api.engine.drain()
    assert api.get(f"/dags/etl/dagRuns/{run_id}").ok()["state"] == "failed"


def test_an_update_mask_leaves_the_rest_as_it_is(api: Api) -> None:
    api.has(spec())
    run_id = api.triggered("etl")
    answer = api.patch(f"/dags/etl/dagRuns/{run_id}", {"state": "failed", "note": "n"}, update_mask="note").ok()
    assert (answer["state"], answer["note"]) == ("running", "n")
    assert api.patch(f"/dags/etl/dagRuns/{run_id}", {"note": "n"}, update_mask="conf").status == 400


def test_a_finished_run_is_cleared_and_runs_again(both: Api) -> None:
    both.has(spec())
    run_id = both.triggered("etl")
    both.engine.finish()
    preview = both.post(f"/dags/etl/dagRuns/{run_id}/clear", {}).ok()
    assert [ti["task_id"] for ti in preview["task_instances"]] == ["extract", "load"]
    assert both.get(f"/dags/etl/dagRuns/{run_id}").ok()["state"] == "success"
    cleared = both.post(f"/dags/etl/dagRuns/{run_id}/clear", {"dry_run": False, "note": "again"}).ok()
    assert cleared["state"] in {"queued", "running"}
    assert cleared["note"] == "again"
    both.engine.finish()
    assert both.get(f"/dags/etl/dagRuns/{run_id}").ok()["state"] == "success"
    tries = both.get(f"/dags/etl/dagRuns/{run_id}/taskInstances/extract/tries").ok()
    assert [one["try_number"] for one in tries["task_instances"]] == [1, 2]


def test_several_runs_are_cleared_by_one_request(api: Api) -> None:
    api.has(spec())
    ids = [api.triggered("etl", dag_run_id=name) for name in ("one", "two")]
    api.engine.finish()
    body = {"dry_run": False, "dag_runs": [{"dag_run_id": run_id} for run_id in ids]}
    cleared = api.post("/dags/etl/clearDagRuns", body).ok()
    assert cleared["total_entries"] == 2
    assert {run["state"] for run in cleared["dag_runs"]} <= {"queued", "running"}


def test_a_running_run_is_not_deleted_and_a_finished_one_is(both: Api) -> None:
    both.has(spec())
    run_id = both.triggered("etl")
    assert both.delete(f"/dags/etl/dagRuns/{run_id}").status == 409
    both.engine.finish()
    assert both.delete(f"/dags/etl/dagRuns/{run_id}").status == 204
    assert both.get(f"/dags/etl/dagRuns/{run_id}").status == 404
    assert both.get("/dags/~/dagRuns/~/taskInstances").ok()["total_entries"] == 0


def test_runs_are_filtered_ordered_and_paged(both: Api) -> None:
    both.has(spec(), spec("other"))
    for day in range(1, 4):
        both.triggered("etl", logical_date=f"2024-01-0{day}", dag_run_id=f"run-{day}", conf={"day": day})
    both.triggered("other", dag_run_id="elsewhere")

    def ids(dag_id: str = "etl", **query: object) -> list[str]:
        return [run["dag_run_id"] for run in both.get(f"/dags/{dag_id}/dagRuns", **query).ok()["dag_runs"]]

    assert ids() == ["run-1", "run-2", "run-3"]
    assert ids("~") == ["run-1", "run-2", "run-3", "elsewhere"]
    assert ids(order_by="-logical_date") == ["run-3", "run-2", "run-1"]
    assert ids(order_by="-logical_date", limit=1, offset=1) == ["run-2"]
    assert ids(logical_date_gte="2024-01-02", logical_date_lt="2024-01-03") == ["run-2"]
    assert ids(state=["success"]) == []
    assert ids(state=["running", "queued"], run_type="manual") == ["run-1", "run-2", "run-3"]
    assert ids(run_id_pattern="%-2|%-3") == ["run-2", "run-3"]
    assert ids("~", run_id_prefix_pattern="else") == ["elsewhere"]
    assert ids("~", dag_id_pattern="oth") == ["elsewhere"]
    assert ids(conf_contains='"day":3') == ["run-3"]
    assert ids(dag_version=1, order_by="run_id", limit=2) == ["run-1", "run-2"]
    page = both.get("/dags/etl/dagRuns", limit=2, offset=2).ok()
    assert (len(page["dag_runs"]), page["total_entries"]) == (1, 3)
    assert both.get("/dags/etl/dagRuns", order_by="password").status == 400
    batch = both.post("/dags/~/dagRuns/list", {"dag_ids": ["other"], "page_limit": 5}).ok()
    assert [run["dag_run_id"] for run in batch["dag_runs"]] == ["elsewhere"]


def test_waiting_for_a_run_ends_with_its_state_and_results(api: Api) -> None:
    api.has(spec())
    run_id = api.triggered("etl")
    api.engine.finish()
    lines = api.get(f"/dags/etl/dagRuns/{run_id}/wait", interval=5, result=["extract", "absent"]).lines
    assert [line["state"] for line in lines] == ["success"]
    assert lines[-1]["results"] == {"extract": "result of extract", "absent": None}
    assert api.get(f"/dags/etl/dagRuns/{run_id}/wait").status == 422


def test_bulk_changes_do_what_they_can_and_list_what_failed(api: Api) -> None:
    api.has(spec())
    run_id = api.triggered("etl", dag_run_id="one")
    body = {
        "actions": [
            {"action": "update", "entities": [{"dag_run_id": run_id, "state": "success"}, {"dag_run_id": "absent"}]},
            {"action": "delete", "entities": ["absent"], "action_on_non_existence": "skip"},
        ]
    }
    answer = api.patch("/dags/etl/dagRuns", body).ok()
    assert answer["update"]["success"] == ["one"]
    assert [error["status_code"] for error in answer["update"]["errors"]] == [404]
    assert answer["delete"] == {"success": [], "errors": []}
    assert api.get("/dags/etl/dagRuns/one").ok()["state"] == "success"


def test_dates_may_come_with_any_offset_or_none(api: Api) -> None:
    api.has(spec())
    api.post("/dags/etl/dagRuns", {"logical_date": "2024-01-01T02:00:00+02:00"}).ok()
    assert api.get("/dags/etl/dagRuns").ok()["dag_runs"][0]["logical_date"] == "2024-01-01T00:00:00Z"
    plus_as_space = api.send("GET", "/dags/etl/dagRuns", logical_date_gte="2024-01-01T00:00:00 00:00")
    assert plus_as_space.ok()["total_entries"] == 1
    assert (
        datetime(2024, 1, 1, tzinfo=UTC).isoformat() in api.get("/dags/etl/dagRuns").ok()["dag_runs"][0]["dag_run_id"]
    )


def test_cursors_lead_through_all_pages_and_back(api: Api) -> None:
    api.has(spec())
    for number in range(5):
        api.triggered("etl", dag_run_id=f"run-{number}")
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get("/dags/etl/dagRuns", cursor=cursor, limit=2).ok()
        seen += [run["dag_run_id"] for run in page["dag_runs"]]
        previous, cursor = page["previous_cursor"], page["next_cursor"]
    assert seen == [f"run-{number}" for number in range(5)]
    back = api.get("/dags/etl/dagRuns", cursor=previous, limit=2).ok()
    assert [run["dag_run_id"] for run in back["dag_runs"]] == ["run-2", "run-3"]
    tasks = api.get("/dags/etl/dagRuns/~/taskInstances", cursor="", limit=3).ok()
    assert (len(tasks["task_instances"]), tasks["previous_cursor"]) == (3, None)
    assert api.get("/dags/etl/dagRuns", cursor="nonsense").status == 400


def test_filters_for_what_no_run_has_find_nothing(api: Api) -> None:
    api.has(spec())
    api.triggered("etl")
    assert api.get("/dags/etl/dagRuns", partition_key_pattern="2024").ok()["total_entries"] == 0
    assert api.get("/dags/etl/dagRuns", consuming_asset_pattern="s3").ok()["total_entries"] == 0
