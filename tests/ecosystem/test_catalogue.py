"""What the catalogue knows of published packages, what their decorators do, and what the server shows of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.common.sql.decorators.sql import _SQLDecoratedOperator
from airflow.providers.sftp.decorators.sensors.sftp import _DecoratedSFTPSensor

from support import warm
from support.connections import connection
from support.dag_files import run_dag_file
from support.http_site import Answer, web_site
from support.server import Server, free_port
from support.ssh_server import LOGIN, PASSWORD, ssh_server
from tradewind.sdk.provider_catalogue import Catalogue, installed_catalogue

EXECUTES = [_DecoratedSFTPSensor, _SQLDecoratedOperator]

HERE = Path(__file__).parent
TRUSTING = {"no_host_key_check": True}
BUDGET_S = 0.15
"""What `import airflow` and the catalogue may add to a DAG file."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return installed_catalogue(str(tmp_path_factory.mktemp("home")))


def test_every_package_can_be_asked(found: Catalogue):
    assert found.problems == {}
    assert len(found.providers) > 30
    assert found.providers["apache-airflow-providers-amazon"].summary.startswith("Amazon integration")


def test_connection_types_come_with_their_hooks_and_forms(found: Catalogue):
    assert {"aws", "http", "postgres", "mysql", "redis", "ssh", "sftp", "kafka", "fs", "duckdb"} <= found.hooks.keys()
    slack = found.hooks["slack"]
    assert slack.connection_id_attribute == "slack_conn_id"
    assert slack.conn_fields["timeout"]["schema"] == {"type": ["integer", "null"]}
    assert slack.ui_field_behaviour["relabeling"] == {"password": "Slack API Token"}
    assert found.hooks["duckdb"].package_name == "airflow-provider-duckdb"


def test_decorators_schemes_and_defaults_of_options_are_known(found: Catalogue):
    assert {"sql", "sftp_sensor", "stub"} <= found.task_decorators.keys()
    assert found.filesystem_schemes["s3"] == "airflow.providers.amazon.aws.fs.s3"
    assert found.filesystem_schemes["sftp"] == "airflow.providers.sftp.fs.sftp"
    assert found.config_defaults["elasticsearch", "index_patterns"] == "_all"
    assert ("astronomer-cosmos", "cosmos") in [(p, s) for p, c in found.section("config") for s in c]


def test_a_file_that_imports_airflow_and_asks_the_catalogue_stays_in_its_budget(tmp_path: Path):
    script = """
import sys, time
began = time.process_time()  # of this process: the machine may be busy
import airflow
from airflow.sdk import DAG, task
from tradewind.sdk.provider_catalogue import catalogue
assert catalogue().hooks["aws"].hook_name == "Amazon Web Services"
print(time.process_time() - began, sorted(m for m in sys.modules if m.startswith("airflow.providers.")))
"""
    environment = {**os.environ, "TRADEWIND_HOME": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def took() -> float:
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        seconds, _, imported = done.stdout.strip().partition(" ")
        assert imported == "[]"
        return float(seconds)

    took()  # makes the answer that is kept
    assert min(took() for _ in range(5)) < BUDGET_S


def test_a_decorator_of_a_package_runs_its_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "late.txt").write_text("here")
    monkeypatch.setenv("AIRFLOW_CONN_LITE", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "lite.db")}))
    with ssh_server(tmp_path) as box:
        monkeypatch.setenv(
            "AIRFLOW_CONN_BOX", connection("sftp", box.port, login=LOGIN, password=PASSWORD, extra=TRUSTING)
        )
        result = run_dag_file(HERE / "catalogue_dags/decorators.py")
    assert set(result.states.values()) == {"success"}, result.states
    assert [list(map(list, rows)) for rows in result.xcom("show")] == [[[42]], [["DECORATORS"]]]
    assert result.xcom("look")["decorator_return_value"] == {"is_there": True, "word": "late", "found": ["/late.txt"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    (folder / "dags").mkdir()
    with Server(folder / "home", folder / "dags", start_timeout_s=90) as server:
        yield server


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("catalogue-server")
def test_the_server_lists_packages_and_connection_types(server: Server):
    body = server.get("/providers?limit=100")
    packages = {one["package_name"]: one for one in body["providers"]}
    assert packages["apache-airflow-providers-http"]["documentation_url"].startswith("https://airflow.apache.org/docs/")
    kinds = {one["connection_type"]: one for one in server.get("/connectionTypes")["connection_types"]}
    assert kinds["slack"]["conn_fields"]["timeout"]["label"] == "Timeout"


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("catalogue-server")
def test_the_server_tries_connections_with_the_hooks_of_packages(server: Server, tmp_path: Path):
    def tried(**fields: object) -> tuple[bool, str]:
        answer = server.request("POST", "/api/v2/connections/test", {"connection_id": "tried", **fields})
        return answer["status"], answer["message"]

    lite = tried(conn_type="sqlite", host=str(tmp_path / "lite.db"))
    assert lite == (True, "Connection successfully tested")
    with web_site() as site:
        site.says("POST", "/", Answer("hello"))
        assert tried(conn_type="http", host=site.url) == (True, "Connection successfully tested")
        assert [one.path for one in site.asked] == ["/"]
    went_well, message = tried(conn_type="postgres", host="127.0.0.1", port=free_port(), login="x", password="y")
    assert went_well is False
    assert "refused" in message.lower()


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("catalogue-server")
def test_the_command_line_warns_of_types_that_no_package_brings_only(server: Server):
    def added(kind: str) -> str:
        command = [sys.executable, "-m", "tradewind", "connections", "add", f"c-{kind}", "--conn-type", kind]
        return warm.run(command, env=server.env, capture_output=True, text=True, check=True).stderr

    assert added("postgres") == ""
    assert "`tradewind providers add snowflake` brings it" in added("snowflake")
