"""What `ti` tells of other instances and runs, in the forms that packages for Airflow ask for it."""

from __future__ import annotations

from datetime import UTC, datetime

from tradewind.sdk.task_api import PreviousRun, bound
from tradewind.sdk.task_instance import RuntimeTaskInstance, TaskInstanceKey
from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec
from tradewind.testing.memory import MemoryApi, MemoryServer


class _After(MemoryApi):
    """The API of a run that has one before it."""

    def previous_run(self, state):
        date = datetime(2026, 1, 1, tzinfo=UTC)
        return PreviousRun("before", date, date, date, None, None, "success")

    def task_states(self, dag_id, **wanted):
        return {run: {"t": "failed", "m_0": "success", "m_1": "skipped"} for run in wanted["run_ids"] or ["r"]}


def instance(task_id: str = "t", map_index: int = -1) -> RuntimeTaskInstance:
    codec = XComCodec(MemoryArtifacts(), 1024)
    return RuntimeTaskInstance(
        id="1", task=None, dag_id="d", task_id=task_id, run_id="r", map_index=map_index, codec=codec
    )


def test_the_states_of_instances_come_by_run_and_task():
    server = MemoryServer("d", "r")
    server.states = {("a", -1): "success", ("m", 0): "failed", ("m", 1): "running"}
    with bound(MemoryApi(server, "t", -1)):
        ti = instance()
        assert ti.get_task_states("d") == {"r": {"a": "success", "m_0": "failed", "m_1": "running"}}
        assert ti.get_task_states("d", task_ids=["a"]) == {"r": {"a": "success"}}
        assert ti.get_task_states("d", map_index=1) == {"r": {"m_1": "running"}}
        assert ti.get_task_states("d", run_ids=["other"]) == {}
        assert ti.get_task_states("elsewhere", task_group_id="g") == {"a run": {"g": "success"}}


def test_instances_of_one_index_are_told_and_counted_without_tasks_whose_names_look_like_them():
    server = MemoryServer("d", "r")
    server.states = {("load_1", -1): "success", ("m", 0): "failed", ("m", 1): "success", ("m", 11): "success"}
    with bound(MemoryApi(server, "t", -1)):
        ti = instance()
        assert ti.get_task_states("d", map_index=1) == {"r": {"m_1": "success"}}
        assert ti.get_task_states("d", map_index=-1) == {"r": {"load_1": "success"}}
        assert ti.get_ti_count("d", map_index=1, task_ids=["m", "load_1"], states=["success"]) == 1
        assert ti.get_ti_count("d", map_index=-1, task_ids=["m", "load_1"]) == 1
        assert ti.get_ti_count("d", task_ids=["m", "load_1"], states=["success"]) == 3


def test_this_task_in_the_run_before_is_known():
    with bound(_After(MemoryServer("d", "r"), "t", -1)):
        before = instance().get_previous_ti()
        assert (before.run_id, before.state, before.task_id) == ("before", "failed", "t")
        assert instance().get_previous_ti(state="success") is None
        assert instance("m", 1).get_previous_ti().state == "skipped"
        assert instance("new").get_previous_ti() is None


def test_a_task_instance_knows_where_people_see_its_log(monkeypatch):
    monkeypatch.setenv("TRADEWIND__API__BASE_URL", "https://flows.example/t/")
    mapped = instance("m/1", 3)
    mapped.run_id = "manual__2026-01-01T00:00:00+00:00"
    run = "https://flows.example/t/dags/d/runs"
    assert instance().log_url == f"{run}/r/tasks/t?try_number=1"
    assert mapped.log_url == f"{run}/manual__2026-01-01T00%3A00%3A00%2B00%3A00/tasks/m%2F1/mapped/3?try_number=1"


def test_a_task_instance_is_named_by_a_key():
    key = instance("m", 1).key
    assert key == TaskInstanceKey("d", "m", "r", 1, 1)
    assert key.primary == ("d", "m", "r", 1)
    assert key.with_try_number(3).try_number == 3
