"""A server with several executors: tasks go to the one they name, each has its own limit, and a wrong name is told."""

from __future__ import annotations

from pathlib import Path

from support.server import Server

DAGS = '''"""DAGs of this test."""
from tradewind import DAG, task

with DAG("several", schedule=None, is_paused_upon_creation=False):
    @task(executor="fast", isolation="reuse")
    def one(n):
        return n

    @task(executor="LocalExecutor", isolation="reuse")
    def other():
        return 1

    one.expand(n=[1, 2, 3])
    other()

with DAG("wrong", schedule=None, is_paused_upon_creation=False):
    @task(executor="nowhere")
    def lost():
        return 1

    lost()
'''


def test_tasks_go_to_the_executor_they_name(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "several.py").write_text(DAGS)
    names = {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor,fast:LocalExecutor",
        "TRADEWIND__EXECUTOR__CAPACITIES": "fast=1",
    }
    with Server(tmp_path / "home", tmp_path / "dags", env=names) as server:
        server.wait_dags({"several", "wrong"})
        run_id = server.trigger("several")
        assert server.wait_run("several", run_id)["state"] == "success"
        found = {(one["task_id"], one["map_index"], one["executor"]) for one in server.instances("several", run_id)}
        assert found == {("other", -1, "LocalExecutor"), *(("one", n, "fast") for n in range(3))}
        run_id = server.trigger("wrong")
        assert server.wait_run("wrong", run_id)["state"] == "failed"
        assert "there is no executor 'nowhere', only local, LocalExecutor" in server.output()
