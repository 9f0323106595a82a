"""Schemathesis against a live server with data: no crash, no status and no answer that the OpenAPI document does not tell.

`make schemathesis` asks for longer, on both databases, and for other things each time: the seed that it prints, as
`TRADEWIND_FUZZ_SEED`, asks for the same again. The gate always asks for the same.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.fuzzing import Caller, Fuzz
from support.server import Server

EXAMPLES = int(os.environ.get("TRADEWIND_FUZZ_EXAMPLES", "2"))
SEED = int(os.environ.get("TRADEWIND_FUZZ_SEED", "5"))
DAGS = Path(__file__).parent / "client_dags"

pytestmark = pytest.mark.timeout(3600 if EXAMPLES > 5 else 900)


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)] if EXAMPLES > 5 else ["sqlite"]


@pytest.fixture(scope="module", params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows DAGs, has run some of them, and holds one of everything."""
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(DAGS, folder / "dags")
    url = request.getfixturevalue("postgres").empty() if request.param == "postgresql" else ""
    env = {"TRADEWIND__AUTH__USER_FAILURES": "0", "TRADEWIND__AUTH__ADDRESS_FAILURES": "0"}
    env |= {"TRADEWIND__DB__URL": url} if url else {}
    with Server(folder / "home", folder / "dags", env=env) as server:
        server.wait_dags({"etl", "load", "daily", "people"})
        for dag_id in ("etl", "load", "people", "daily"):
            server.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
        server.trigger("etl", dag_run_id="r1")
        server.trigger("load", dag_run_id="r1")
        server.trigger("people", dag_run_id="r1")
        for path, body in {
            "/api/v2/connections": {"connection_id": "c1", "conn_type": "http", "password": "sesame"},
            "/api/v2/variables": {"key": "v1", "value": "1"},
            "/api/v2/pools": {"name": "p1", "slots": 2},
            "/auth/users": {"username": "vera", "password": "a long password", "roles": [{"role": "Viewer"}]},
            "/auth/service-accounts": {"username": "robot", "roles": [{"role": "Op"}]},
            "/auth/roles": {"name": "readers", "permissions": ["read:dag:*"]},
            "/api/v2/backfills": {
                "dag_id": "daily",
                "from_date": "2026-01-01T00:00:00Z",
                "to_date": "2026-01-03T00:00:00Z",
            },
        }.items():
            server.request("POST", path, body)
        server.wait_run("etl", "r1")
        server.wait_run("load", "r1")
        yield server


def known(server: Server) -> dict[str, Any]:
    """Names of path parameters -> something that is there."""
    return {
        "dag_id": "etl",
        "dag_run_id": "r1",
        "task_id": "extract",
        "map_index": -1,
        "try_number": 1,
        "task_try_number": 1,
        "group_id": "checks",
        "xcom_key": "return_value",
        "connection_id": "c1",
        "variable_key": "v1",
        "pool_name": "p1",
        "asset_id": server.get("/assets")["assets"][0]["id"],
        "backfill_id": server.get("/backfills?dag_id=daily")["backfills"][0]["id"],
        "event_log_id": 1,
        "version_number": 1,
        "import_error_id": server.get("/importErrors")["import_errors"][0]["import_error_id"],
        "username": "vera",
        "name": "readers",
        "section": "api",
    }


def log_in(server: Server) -> str:
    """A new token of the administrator."""
    return str(
        server.request("POST", "/auth/token", {"username": "admin", "password": server.password()})["access_token"]
    )


@pytest.fixture(scope="module")
def administrator(server: Server) -> Fuzz:
    """What came of asking, as the administrator and (the second) as nobody."""
    known_there = known(server)
    nobody = Fuzz(server.url, Caller(), known_there, EXAMPLES, SEED)
    administrator = Fuzz(server.url, Caller(lambda: log_in(server)), known_there, EXAMPLES, SEED, second=nobody)
    administrator.run()
    return administrator


def test_every_answer_to_an_administrator_is_in_the_document(server: Server, administrator: Fuzz) -> None:
    print(f"\nas an administrator, seed {SEED}: {administrator.figures()}")
    assert list(administrator.report()) == []
    assert "Traceback" not in server.output()
    assert len(administrator.answered_well) > 100


def test_every_answer_to_nobody_is_in_the_document(administrator: Fuzz) -> None:
    nobody = administrator.second
    assert nobody is not None
    print(f"\nas nobody, seed {SEED}: {nobody.figures()}")
    assert list(nobody.report()) == []
    assert nobody.statuses[401] > 300
