"""Packages of others that build on Airflow, installed as published: their DAGs run on a real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from support.server import FINISHED, Server

HERE = Path(__file__).parent
PARSED_WITHIN_S = 120
RUN_WITHIN_S = 240
"""dbt takes some seconds for each task."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500), pytest.mark.xdist_group("third_party")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose DAGs come from dag-factory, cosmos and the DuckDB provider."""
    place = tmp_path_factory.mktemp("third_party")
    project = place / "shop"
    shutil.copytree(HERE / "projects" / "shop_dbt", project)
    programs = Path(sys.executable).parent
    env = {
        "SHOP_PROJECT": str(project),
        "SHOP_DATABASE": str(place / "shop.duckdb"),
        "AIRFLOW_CONN_DUCKS": json.dumps({"conn_type": "duckdb", "host": str(place / "ducks.duckdb")}),
        "AIRFLOW_CONN_SHIPS": json.dumps({"conn_type": "sqlite", "host": str(place / "ships.db")}),
        "MIGRATIONS": str(HERE / "projects" / "migrations"),
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "false",
        "DO_NOT_TRACK": "1",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    dbt = [str(programs / "dbt"), "parse", "--project-dir", str(project), "--profiles-dir", str(project)]
    made = subprocess.run(dbt, env=os.environ | env, capture_output=True, text=True, cwd=project)
    assert made.returncode == 0, made.stdout
    settings = {"TRADEWIND__PARSING__TIMEOUT_S": "120", "TRADEWIND__EXECUTOR__PARALLELISM": "4"}
    with Server(place / "home", HERE / "third_party_dags", env=env | settings, start_timeout_s=120) as server:
        yield server


def _run(server: Server, dag_id: str) -> tuple[str, dict[str, str]]:
    """Run a DAG to its end; its state and those of its instances."""
    end = time.monotonic() + PARSED_WITHIN_S
    while "dag_id" not in server.request("GET", f"/api/v2/dags/{dag_id}", ok=False):
        errors = server.get("/importErrors?limit=100")["import_errors"]
        assert not errors, errors
        assert time.monotonic() < end, server.output()[-3000:]
        time.sleep(0.2)
    server.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
    run_id = server.trigger(dag_id, logical_date="2026-01-05T03:00:00Z")
    end = time.monotonic() + RUN_WITHIN_S
    while (state := server.run(dag_id, run_id)["state"]) not in FINISHED:
        assert time.monotonic() < end, server.states(dag_id, quote(run_id))
        time.sleep(0.2)
    return state, server.states(dag_id, quote(run_id))


def _value(server: Server, dag_id: str, task_id: str, map_index: int = -1) -> Any:
    (run,) = [one for one in server.get(f"/dags/{dag_id}/dagRuns")["dag_runs"] if one["run_type"] == "manual"]
    at = f"/dags/{dag_id}/dagRuns/{quote(run['dag_run_id'])}/taskInstances/{task_id}"
    return server.get(f"{at}/xcomEntries/return_value?map_index={map_index}")["value"]


def test_a_dbt_project_is_a_dag_by_cosmos_and_dbt_ls(server: Server) -> None:
    state, states = _run(server, "shop_whole")
    assert state == "success", states
    assert {name.removesuffix("[-1]") for name in states} == {
        "raw_customers_seed", "raw_orders_seed", "customers.run", "customers.test", "orders.run", "orders.test",
    }  # fmt: skip
    # What the models write are events of aliases; the address is that of the table, in the one form that addresses have:
    # a file has no host, and so no `//`.
    uris = {event["uri"] for event in server.get("/assets/events?limit=100")["asset_events"]}
    assert any(uri.startswith("duckdb:/") and uri.endswith("/main/customers") for uri in uris), uris


def test_a_dbt_project_is_a_task_group_by_cosmos_and_a_manifest(server: Server) -> None:
    state, states = _run(server, "shop_group")
    assert state == "success", states
    assert "models.spending_run[-1]" in states
    assert _value(server, "shop_group", "spent") == {"Ada": 20, "Edsger": 0, "Grace": 99}


def test_dags_of_a_yaml_file_run_by_dag_factory(server: Server) -> None:
    state, states = _run(server, "reports_daily")
    assert state == "success"
    assert {name: end for name, end in states.items() if end != "success"} == {"keep[-1]": "skipped"}
    assert _value(server, "reports_daily", "greet") == "hello 2026-01-05"
    assert _value(server, "reports_daily", "numbers.count") == 3


def test_mapped_tasks_and_decorators_of_a_yaml_file_run_by_dag_factory(server: Server) -> None:
    state, states = _run(server, "reports_mapped")
    assert state == "success", states
    assert _value(server, "reports_mapped", "words") == 6
    assert _value(server, "reports_mapped", "each", 1) == "two"


def test_the_duckdb_provider_runs_its_hook_and_the_generic_operators(server: Server) -> None:
    state, states = _run(server, "ducks")
    assert state == "success", states
    assert _value(server, "ducks", "ask") == [{"__tw__": "tuple", "v": ["teal", 5]}]  # a row, as it is stored


def test_a_sensor_with_branches_of_its_own_runs_by_airflow_ha(server: Server) -> None:
    state, states = _run(server, "monitored")
    assert state == "success", states
    ended = {name.removesuffix("[-1]") for name, end in states.items() if end == "success"}
    assert ended == {"watch", "watch-decide", "watch-stop-pass", "after"}


def test_a_dag_of_models_runs_by_airflow_pydantic(server: Server) -> None:
    state, states = _run(server, "declared")
    assert (state, states) == ("success", {"say[-1]": "success", "again[-1]": "success"})
    assert _value(server, "declared", "say") == "2026-01-05"


def test_a_migration_runs_by_airflow_provider_alembic(server: Server) -> None:
    state, states = _run(server, "migrated")
    assert state == "success", states
    assert _value(server, "migrated", "tables") == "ships"


def test_the_plugins_of_these_packages_are_loaded_without_a_fault(server: Server) -> None:
    assert "can't be loaded" not in server.output()
