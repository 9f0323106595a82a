"""Task instances over REST: lists, tries, mark, note, clear, delete, what they wait for; XComs and logs beside them."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from support.api import Api
from support.contract import matches
from support.rows import spec
from tradewind.api.models import tasks as models
from tradewind.spec import GroupSpec, LiteralInput, MapSpec, TaskSpec
from tradewind.worker.logs import attempt_log_name

RUN = "/dags/etl/dagRuns/r"
TASKS = RUN + "/taskInstances"


def states(api: Api) -> dict[str, str | None]:
    """State by task, with the map index where there is one."""
    found = api.get(TASKS, limit=100).ok()["task_instances"]
    return {one["task_id"] + (f"[{one['map_index']}]" if one["map_index"] >= 0 else ""): one["state"] for one in found}


def test_instances_of_a_run_are_listed_with_all_that_clients_expect(both: Api) -> None:
    both.has(spec(tasks=("extract", "load")))
    both.triggered("etl", dag_run_id="r")
    both.engine.succeed("extract", return_value=[1, 2])
    body = matches(both.get(TASKS, order_by="task_id").ok(), models.TaskInstanceCollectionResponse)
    first, second = body["task_instances"]
    assert (first["task_id"], first["state"], first["try_number"], first["max_tries"]) == ("extract", "success", 1, 0)
    assert (first["hostname"], first["pid"], first["operator"]) == ("host-1", 4711, "PythonOperator")
    assert first["duration"] is not None
    assert (second["state"], second["start_date"]) == ("queued", None)
    assert matches(both.get(f"{TASKS}/extract").ok(), models.TaskInstanceResponse) == first
    assert both.get(f"{TASKS}/nothing").status == 404


def test_instances_are_filtered_across_dags_and_runs(both: Api) -> None:
    both.has(spec(), spec("other"))
    both.triggered("etl", dag_run_id="r", logical_date="2024-01-01")
    both.triggered("etl", dag_run_id="r2", logical_date="2024-01-02")
    both.triggered("other", dag_run_id="r")
    both.engine.fail("extract")

    def keys(dag: str = "~", run: str = "~", **query: object) -> list[str]:
        found = both.get(f"/dags/{dag}/dagRuns/{run}/taskInstances", **query).ok()["task_instances"]
        return sorted(f"{one['dag_id']}.{one['dag_run_id']}.{one['task_id']}" for one in found)

    assert len(keys()) == 6
    assert keys(task_id="load", dag_id_pattern="oth") == ["other.r.load"]
    assert keys(run="r", task_id="extract") == ["etl.r.extract", "other.r.extract"]
    assert keys("etl", logical_date_gt="2024-01-01", task_id="extract") == ["etl.r2.extract"]
    assert len(keys(state=["failed"])) == 1
    assert len(keys(state=["none", "upstream_failed"])) == 3
    assert len(keys(pool=["default_pool"], operator=["PythonOperator"], version_number=[1], try_number=[1])) == 3
    assert keys(operator_name_pattern="Bash") == []
    assert keys("etl", run_id_pattern="2", task_display_name_pattern="loa") == ["etl.r2.load"]
    assert (
        both.get("/dags/~/dagRuns/~/taskInstances", order_by="-task_id,-run_after", limit=2).ok()["total_entries"] == 6
    )
    assert both.get("/dags/absent/dagRuns/~/taskInstances").status == 404
    assert both.get("/dags/etl/dagRuns/absent/taskInstances").status == 404
    assert both.get("/dags/~/dagRuns/~/taskInstances", state="sleeping").status == 422
    batch = both.post("/dags/~/dagRuns/~/taskInstances/list", {"dag_ids": ["other"], "state": ["upstream_failed"]}).ok()
    assert [one["task_id"] for one in batch["task_instances"]] == ["load"]
    assert both.post("/dags/etl/dagRuns/~/taskInstances/list", {}).status == 400


def mapped() -> object:
    tasks = (
        TaskSpec(task_id="each", mapped=MapSpec((("x", LiteralInput(3)),)), task_type="PythonOperator"),
        TaskSpec(task_id="total", upstream=("each",), task_type="PythonOperator"),
    )
    return replace(spec(), tasks=tasks)


def test_mapped_instances_are_listed_and_found_by_index(both: Api) -> None:
    both.has(mapped())
    both.triggered("etl", dag_run_id="r")
    body = matches(both.get(f"{TASKS}/each/listMapped").ok(), models.TaskInstanceCollectionResponse)
    assert [one["map_index"] for one in body["task_instances"]] == [0, 1, 2]
    assert both.get(f"{TASKS}/each/listMapped", map_index=[1, 2], limit=1).ok()["total_entries"] == 2
    assert both.get(f"{TASKS}/each/2").ok()["map_index"] == 2
    assert both.get(f"{TASKS}/each/3").status == 404
    assert both.get(f"{TASKS}/each").status == 404
    assert both.get(f"{TASKS}/total/listMapped").status == 404
    both.engine.succeed("each", 1)
    tries = matches(both.get(f"{TASKS}/each/1/tries").ok(), models.TaskInstanceHistoryCollectionResponse)
    assert [(one["try_number"], one["state"]) for one in tries["task_instances"]] == [(1, "success")]
    detail = both.get(f"{TASKS}/each/1/tries/1").ok()
    assert matches(detail, models.TaskInstanceHistoryResponse)["map_index"] == 1
    assert both.get(f"{TASKS}/each/tries/1", map_index=1).ok() == detail
    assert both.get(f"{TASKS}/each/1/tries/2").status == 404


def test_marking_an_instance_moves_the_run_on(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    both.engine.start("extract")
    preview = both.patch(f"{TASKS}/extract/dry_run", {"new_state": "success"}).ok()
    assert [one["state"] for one in preview["task_instances"]] == ["running"]
    body = both.patch(f"{TASKS}/extract", {"new_state": "success", "note": "by hand"}).ok()
    assert [(one["state"], one["note"]) for one in body["task_instances"]] == [("success", "by hand")]
    assert states(both) == {"extract": "success", "load": "queued"}
    assert both.patch(f"{TASKS}/extract", {"new_state": "success"}).status == 409
    assert both.patch(f"{TASKS}/extract", {"new_state": "queued"}).status == 422
    assert both.patch(f"{TASKS}/extract", {}).status == 400
    assert both.patch(f"{TASKS}/nothing", {"note": "x"}).status == 404


def test_marking_can_take_the_tasks_below_along(api: Api) -> None:
    api.has(spec(tasks=("a", "b", "c")))
    api.triggered("etl", dag_run_id="r")
    api.patch(f"{TASKS}/b", {"new_state": "skipped", "include_downstream": True}).ok()
    assert {task: state for task, state in states(api).items() if task != "a"} == {"b": "skipped", "c": "skipped"}


def test_past_runs_are_marked_along_where_they_have_a_logical_date(api: Api) -> None:
    api.has(spec())
    for day in (1, 2):
        api.triggered("etl", dag_run_id=f"day-{day}", logical_date=f"2024-01-0{day}")
    path = "/dags/etl/dagRuns/day-2/taskInstances/extract"
    body = api.patch(path, {"new_state": "failed", "include_past": True}).ok()
    assert sorted(one["dag_run_id"] for one in body["task_instances"]) == ["day-1", "day-2"]
    api.triggered("etl", dag_run_id="r")
    assert api.patch(f"{TASKS}/extract", {"new_state": "failed", "include_past": True}).status == 400


def test_a_task_group_is_marked_as_a_whole(api: Api) -> None:
    tasks = (
        TaskSpec(task_id="g.a", group_id="g"),
        TaskSpec(task_id="g.h.b", group_id="g.h", upstream=("g.a",)),
        TaskSpec(task_id="z", upstream=("g.h.b",)),
    )
    groups = (GroupSpec("g"), GroupSpec("g.h", parent_id="g"))
    api.has(replace(spec(), tasks=tasks, groups=groups))
    api.triggered("etl", dag_run_id="r")
    body = api.patch(f"{RUN}/taskGroupInstances/g", {"new_state": "success"}).ok()
    assert sorted(one["task_id"] for one in body["task_instances"]) == ["g.a", "g.h.b"]
    assert api.patch(f"{RUN}/taskGroupInstances/x/dry_run", {"new_state": "success"}).status == 404
    found = api.get(TASKS, task_group_id="g.h").ok()["task_instances"]
    assert [one["task_id"] for one in found] == ["g.h.b"]


def test_failed_instances_are_cleared_with_those_below(both: Api) -> None:
    both.has(spec(tasks=("a", "b", "c")))
    both.triggered("etl", dag_run_id="r")
    both.engine.succeed("a")
    both.engine.fail("b")
    assert states(both) == {"a": "success", "b": "failed", "c": "upstream_failed"}
    body = {"dag_run_id": "r", "task_ids": ["b"], "include_downstream": True, "only_failed": True}
    preview = matches(both.post("/dags/etl/clearTaskInstances", body).ok(), models.TaskInstanceCollectionResponse)
    assert [one["task_id"] for one in preview["task_instances"]] == ["b", "c"]
    assert states(both)["b"] == "failed"
    both.post("/dags/etl/clearTaskInstances", {**body, "dry_run": False, "note": "again"}).ok()
    assert states(both) == {"a": "success", "b": "queued", "c": None}
    assert both.get(f"{TASKS}/b").ok()["note"] == "again"
    both.engine.finish()
    assert both.get(RUN).ok()["state"] == "success"


def test_single_mapped_instances_are_cleared_by_index(api: Api) -> None:
    api.has(mapped())
    api.triggered("etl", dag_run_id="r")
    api.engine.finish()
    body = {"dag_run_id": "r", "task_ids": [["each", 1]], "only_failed": False, "dry_run": False}
    cleared = api.post("/dags/etl/clearTaskInstances", body).ok()
    assert [(one["task_id"], one["map_index"]) for one in cleared["task_instances"]] == [("each", 1)]
    assert states(api)["each[1]"] == "queued"
    assert states(api)["each[0]"] == "success"
    whole = {"dag_run_id": "r", "task_ids": ["each"], "only_failed": False, "dry_run": False}
    api.engine.finish()
    assert api.post("/dags/etl/clearTaskInstances", whole).ok()["total_entries"] == 3
    api.engine.finish()
    assert api.get(RUN).ok()["state"] == "success"


def test_a_running_instance_can_be_kept_from_being_cleared(api: Api) -> None:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    api.engine.start("extract")
    body = {"dag_run_id": "r", "only_failed": False, "prevent_running_task": True}
    refused = api.post("/dags/etl/clearTaskInstances", body)
    assert (refused.status, "extract" in refused.json["detail"]) == (409, True)
    assert api.post("/dags/etl/clearTaskInstances", {"dag_run_id": "absent"}).status == 404
    assert api.post("/dags/etl/clearTaskInstances", {"dag_run_id": "r", "task_ids": ["absent"]}).status == 404


def test_only_an_instance_that_has_ended_is_deleted(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    assert both.delete(f"{TASKS}/load").status == 409
    both.engine.finish()
    assert both.delete(f"{TASKS}/load").status == 200
    assert both.get(f"{TASKS}/load").status == 404


def test_bulk_changes_of_instances(api: Api) -> None:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    entities = [{"task_id": "extract", "new_state": "success"}, {"task_id": "absent", "new_state": "failed"}]
    answer = api.patch(TASKS, {"actions": [{"action": "update", "entities": entities}]}).ok()
    assert answer["update"]["success"] == ["extract"]
    assert [error["status_code"] for error in answer["update"]["errors"]] == [404]
    assert states(api)["extract"] == "success"


def test_what_an_instance_waits_for_is_said_in_words(api: Api) -> None:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    reasons = matches(api.get(f"{TASKS}/load/dependencies").ok(), models.TaskDependencyCollectionResponse)
    assert [one["name"] for one in reasons["dependencies"]] == ["Trigger Rule"]
    assert "extract (queued)" in reasons["dependencies"][0]["reason"]
    api.patch("/dags/etl", {"is_paused": True}).ok()
    named = [one["name"] for one in api.get(f"{TASKS}/load/dependencies").ok()["dependencies"]]
    assert named == ["Dag Not Paused", "Trigger Rule"]
    assert api.get(f"{TASKS}/load/links").ok() == {"extra_links": {}, "total_entries": 0}


# -- XComs -----------------------------------------------------------------------------------------------------------


def test_xcoms_are_listed_read_and_set_by_hand(both: Api) -> None:
    both.has(spec())
    both.triggered("etl", dag_run_id="r")
    both.engine.succeed("extract", return_value={"rows": [1, 2]}, extra="text", _link_Docs="https://example.org")
    entries = f"{TASKS}/extract/xcomEntries"
    body = matches(both.get(entries, order_by="key").ok(), models.XComCollectionResponse)
    assert [one["key"] for one in body["xcom_entries"]] == ["_link_Docs", "extra", "return_value"]
    value = matches(both.get(f"{entries}/return_value").ok(), models.XComResponseNative)["value"]
    assert value == {"rows": [1, 2]}
    assert both.get(f"{entries}/return_value", stringify=True).ok()["value"] == '{"rows":[1,2]}'
    assert both.get(f"{entries}/extra", stringify=True).ok()["value"] == "text"
    assert both.get(f"{entries}/absent").status == 404
    assert both.get(f"{TASKS}/extract/links").ok()["extra_links"] == {"Docs": "https://example.org"}
    made = both.post(entries, {"key": "mine/too", "value": [None]}).ok(201)
    assert (made["value"], made["key"]) == ([None], "mine/too")
    assert both.post(entries, {"key": "mine/too", "value": 1}).status == 409
    assert both.patch(f"{entries}/mine/too", {"value": 2}).ok()["value"] == 2
    assert both.patch(f"{entries}/absent", {"value": 2}).status == 404
    assert both.delete(f"{entries}/mine/too").status == 204
    assert both.delete(f"{entries}/mine/too").status == 404
    everywhere = both.get("/dags/~/dagRuns/~/taskInstances/~/xcomEntries", xcom_key_pattern="ret").ok()
    assert [one["task_id"] for one in everywhere["xcom_entries"]] == ["extract"]


# -- logs ------------------------------------------------------------------------------------------------------------


def write_log(api: Api, *lines: str) -> Path:
    path = api.services.log_folder / attempt_log_name(
        dag_id="etl", run_id="r", task_id="extract", map_index=-1, try_number=1
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in lines))
    return path


LINE = '{"timestamp":"2026-01-01T00:00:00.000001Z","level":"info","logger":"task","event":"%s"}'


@pytest.fixture
def logged(api: Api) -> Api:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    api.engine.start("extract")
    write_log(api, LINE % "one", "raw output", LINE % "two")
    return api


def test_a_log_comes_as_structured_pages_with_a_token_to_go_on(logged: Api) -> None:
    page = matches(logged.get(f"{TASKS}/extract/logs/1").ok(), models.TaskInstancesLogResponse)
    assert [line["event"] for line in page["content"]] == ["one", "raw output", "two"]
    write_log(logged, LINE % "three")
    more = logged.get(f"{TASKS}/extract/logs/1", token=page["continuation_token"]).ok()
    assert [line["event"] for line in more["content"]] == ["three"]
    logged.engine.finish() if logged.engine.dispatched else None
    assert logged.get(f"{TASKS}/extract/logs/1", token="nonsense").status == 400
    assert logged.get(f"{TASKS}/extract/logs/2").status == 404
    assert logged.get(f"{TASKS}/extract/externalLogUrl/1").status == 400


def test_a_log_of_an_ended_try_has_no_token(logged: Api) -> None:
    logged.engine.finish()
    body = logged.get(f"{TASKS}/extract/logs/1", full_content=True).ok()
    assert (len(body["content"]), body["continuation_token"]) == (3, None)
    assert logged.get(f"{TASKS}/load/logs/1").ok()["content"] == []


def test_a_log_as_text_reads_like_a_log(logged: Api) -> None:
    text = logged.get(f"{TASKS}/extract/logs/1", headers={"accept": "text/plain"}).text
    assert text.splitlines() == [
        "[2026-01-01T00:00:00.000001Z] INFO task: one", "raw output", "[2026-01-01T00:00:00.000001Z] INFO task: two",
    ]  # fmt: skip


def test_a_stream_of_a_log_follows_the_attempt_to_its_end(logged: Api) -> None:
    def go_on() -> None:
        write_log(logged, LINE % "late")
        logged.engine.finish()

    later = threading.Timer(0.3, go_on)
    later.start()
    lines = logged.get(f"{TASKS}/extract/logs/1", headers={"accept": "application/x-ndjson"}).lines
    later.join()
    assert [line["event"] for line in lines] == ["one", "raw output", "two", "late"]
