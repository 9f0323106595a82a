"""The unmodified `airflowctl` 0.1.5 against a running server: every command that its parser has, each with its effect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from support.client_story import until
from support.server import Server

DAGS = Path(__file__).parent / "client_dags"
DAG_IDS = {"etl", "people", "daily", "parts", "load", "books", "spare", "waits"}
LOOP = Path(__file__).parent.parent / "support" / "airflowctl_loop.py"
COMMANDS = json.loads((Path(__file__).parent / "airflowctl_commands.json").read_text())
"""What the parser of this version has, so that each is a test by name; one of the tests compares."""
OWN_MISTAKES = {
    "assets delete-dag-queued-events": "there is nothing at /api/v2/assets/dags/",
    "assets delete-queued-event": "there is nothing at /api/v2/assets/dags/",
    "assets materialize": "object has no attribute 'output'",
    "backfill cancel": "object has no attribute 'output'",
    "backfill create-dry-run": "validation errors for BackfillResponse",
    "backfill pause": "object has no attribute 'output'",
    "backfill unpause": "object has no attribute 'output'",
    "connections create-defaults": "'NoneType' object has no attribute 'values'",
    "connections test": "object has no attribute 'output'",
}
"""Commands of this version that can't end well with Airflow either, and how they end: two ask for paths that Airflow
has not; the others die once the server has done its part, which is checked: they look for an option that they do not
have, or take the answer that Airflow gives for another."""
FUTURE = "2100-01-01T00:00:00+00:00"

CHAPTERS: dict[str, Callable[[Ctl, Server], None]] = {}


class Ctl:
    """A shell in which somebody uses `airflowctl`; writes down which commands ended well."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "TRADEWIND"))}
        self.environment = {**kept, "AIRFLOW_HOME": str(home), "AIRFLOW_CLI_DEBUG_MODE": "true", "COLUMNS": "400"}
        self.went_well: set[str] = set()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(LOOP)], env=self.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.commands = json.loads(self._stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._stdout.close()

    @property
    def _stdout(self) -> Any:
        assert self._process.stdout is not None
        return self._process.stdout

    def text(self, command: str, *words: str, code: int = 0) -> str:
        """What a command prints, which ends with this exit code."""
        assert self._process.stdin is not None
        print(json.dumps([*command.split(), *words]), file=self._process.stdin, flush=True)
        ended, text = json.loads(self._stdout.readline())
        assert ended == code, f"airflowctl {command} {' '.join(words)} ended with {ended}:\n{text}"
        if code == 0:
            self.went_well.add(command)
        return text

    def dies(self, command: str, *words: str) -> None:
        """A command that ends with a mistake of its own."""
        assert OWN_MISTAKES[command] in self.text(
            command, *words, code=1 if "nothing at" in OWN_MISTAKES[command] else 70
        )
        self.went_well.add(command)

    def json(self, command: str, *words: str) -> Any:
        """What a command prints as JSON."""
        text = self.text(command, *words, "--output", "json")
        return json.loads(text[min(place for place in (text.find("["), text.find("{")) if place >= 0) :])

    def program(self, *words: str) -> str:
        """What the program itself prints, in a process of its own."""
        command = [str(Path(sys.executable).parent / "airflowctl"), *words]
        done = subprocess.run(command, env=self.environment, text=True, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def chapter(function: Callable[[Ctl, Server], None]) -> Callable[[Ctl, Server], None]:
    """A part of the story; the parts are told in the order they stand in."""
    CHAPTERS[function.__name__] = function
    return function


@chapter
def logging_in(ctl: Ctl, server: Server) -> None:
    who = ["--api-url", server.url, "--username", "admin", "--password", server.password()]
    assert "Login successful" in ctl.program("auth", "login", *who)
    assert "dag_id" in ctl.program("dags", "list", "--output", "json")
    assert "Login successful" in ctl.text("auth login", *who)
    assert ctl.text("auth token", *who).strip().splitlines()[-1].count(".") == 2
    assert "production" in ctl.text("auth list-envs", "--output", "json")
    assert "Login failed" in ctl.text("auth login", *who[:-1], "wrong", code=1)
    assert "0.1.5" in ctl.text("version")
    assert server.get("/version")["version"] in ctl.text("version", "--remote")


@chapter
def dags(ctl: Ctl, server: Server) -> None:
    assert {dag["dag_id"] for dag in ctl.json("dags list")} == DAG_IDS
    assert ctl.json("dags get", "etl")[0]["description"] == "Loads the shop"
    assert ctl.json("dags get-details", "etl")[0]["dag_id"] == "etl"
    ctl.text("dags pause", "spare")
    assert server.get("/dags/spare")["is_paused"] is True
    ctl.text("dags unpause", "spare")
    assert server.get("/dags/spare")["is_paused"] is False
    ctl.text("dags update", "spare", "--is-paused")
    assert server.get("/dags/spare")["is_paused"] is True
    assert ctl.json("dags list-version", "etl")[0]["version_number"] in {1, "1"}
    assert ctl.json("dags get-version", "etl", "1")[0]["dag_id"] == "etl"
    ctl.text("dags list-warning")
    until(lambda: server.get("/importErrors")["import_errors"])
    (broken,) = ctl.json("dags list-import-errors")
    assert "no_such_module_anywhere" in ctl.text("dags get-import-error", str(broken["import_error_id"]))
    assert "next_dagrun_run_after" in ctl.text("dags next-execution", "daily", "--output", "json")
    ctl.json("dags delete", "spare")
    assert server.request("GET", "/api/v2/dags/spare", ok=False)["code"] == "not_found"
    assert "not_found" in ctl.text("dags get", "spare", code=1)


@chapter
def runs(ctl: Ctl, server: Server) -> None:
    made = ctl.json("dags trigger", "etl", "--dag-run-id", "one", "--note", "by ctl")
    assert made[0]["dag_run_id"] == "one"
    run = server.wait_run("etl", "one")
    assert (run["state"], run["note"]) == ("success", "by ctl")
    assert ctl.json("dagrun get", "etl", "one")[0]["state"] == "success"
    assert '"one"' in ctl.text("dagrun list", "--dag-id", "etl", "--state", "success", "--output", "json")
    assert '"one"' not in ctl.text("dagrun list", "--dag-id", "etl", "--state", "failed", "--output", "json")
    ctl.text("dags get-stats", "etl")  # it asks for DAGs named after the letters, and prints what it gets


@chapter
def xcoms(ctl: Ctl, server: Server) -> None:
    where = ("etl", "one", "extract")
    path = "/dags/etl/dagRuns/one/taskInstances/extract/xcomEntries"
    ctl.text("xcom add", *where, "k", '{"a": 1}')
    assert server.get(f"{path}/k")["value"] == {"a": 1}
    ctl.text("xcom edit", *where, "k", "[2]")
    assert server.get(f"{path}/k")["value"] == [2]
    assert "k" in ctl.text("xcom get", *where, "k")
    assert {one["key"] for one in ctl.json("xcom list", *where)} == {"k", "return_value"}
    ctl.text("xcom delete", *where, "k")
    assert server.get(path)["total_entries"] == 1


@chapter
def assets(ctl: Ctl, server: Server) -> None:
    server.wait_run("load", server.trigger("load"))
    found = {one["name"]: str(one["id"]) for one in ctl.json("assets list")}
    orders = found["orders"]
    assert ctl.json("assets get", orders)[0]["uri"] == "s3://shop/orders"
    (alias,) = ctl.json("assets list-by-alias")
    assert "urgent" in ctl.text("assets get-by-alias", str(alias["id"]))

    def is_queued() -> bool:
        return "queued_events" in server.request("GET", f"/api/v2/assets/{orders}/queuedEvents", ok=False)

    until(is_queued)
    assert "books" in ctl.text("assets get-queued-events", orders)
    assert "books" in ctl.text("assets get-dag-queued-event", "books", orders)
    assert "books" in ctl.text("assets get-dag-queued-events", "books", FUTURE)
    ctl.text("assets delete-queued-events", orders)
    assert not is_queued()
    ctl.text("assets create-event", "--asset-id", orders)
    until(is_queued)
    ctl.dies("assets delete-queued-event", "books", orders)
    ctl.dies("assets delete-dag-queued-events", "books", FUTURE)
    ctl.dies("assets materialize", orders)
    assert server.get("/dags/load/dagRuns?run_type=asset_materialization")["total_entries"] == 1


@chapter
def backfills(ctl: Ctl, server: Server) -> None:
    span = ["--dag-id", "daily", "--from-date", "2024-01-01", "--to-date", "2026-01-20", "--max-active-runs", "1"]
    more = ["--reprocess-behavior", "none", "--no-run-backwards"]
    ctl.dies("backfill create-dry-run", *span, *more)
    assert server.get("/backfills?dag_id=daily")["total_entries"] == 0
    number = str(ctl.json("backfill create", *span, *more)[0]["id"])
    ctl.dies("backfill pause", number)
    assert server.get(f"/backfills/{number}")["is_paused"] is True
    ctl.dies("backfill unpause", number)
    assert server.get(f"/backfills/{number}")["is_paused"] is False
    assert str(ctl.json("backfill get", number)[0]["id"]) == number
    assert [str(one["id"]) for one in ctl.json("backfill list", "daily")] == [number]
    ctl.dies("backfill cancel", number)
    assert server.get(f"/backfills/{number}")["completed_at"] is not None


@chapter
def connections(ctl: Ctl, server: Server) -> None:
    fields = ["--connection-id", "c", "--conn-type", "fs", "--extra", '{"path": "/"}']
    ctl.text("connections create", *fields, "--password", "hidden!")
    assert "hidden!" not in ctl.text("connections get", "c")
    ctl.text("connections update", *fields, "--description", "files")
    assert server.get("/connections/c")["description"] == "files"
    assert "c" in {one["connection_id"] for one in ctl.json("connections list")}
    ctl.dies("connections test", *fields)
    ctl.dies("connections create-defaults")
    assert server.get("/connections/http_default")["conn_type"] == "http"
    file = ctl.home / "connections.json"
    file.write_text(json.dumps({"d": {"conn_type": "http", "host": "h", "port": 80}}))
    ctl.text("connections import", str(file))
    assert server.get("/connections/d")["host"] == "h"
    file.write_text(json.dumps({"d": {"conn_type": "http", "host": "i"}}))
    ctl.text("connections import", str(file), "--action-on-existing-key", "overwrite")
    assert server.get("/connections/d")["host"] == "i"
    assert "d" in ctl.text("connections import", str(file), "--action-on-existing-key", "fail", code=1)
    ctl.text("connections delete", "d")
    assert server.request("GET", "/api/v2/connections/d", ok=False)["code"] == "not_found"


@chapter
def variables(ctl: Ctl, server: Server) -> None:
    ctl.text("variables create", "--key", "v", "--value", "1", "--description", "first")
    ctl.text("variables update", "--key", "v", "--value", "2")
    assert server.get("/variables/v")["value"] == "2"
    assert ctl.json("variables get", "v")[0]["key"] == "v"
    file = ctl.home / "variables.json"
    file.write_text(json.dumps({"w": {"a": 1}, "x": {"value": "y", "description": "z"}}))
    ctl.text("variables import", str(file))
    assert server.get("/variables/x")["description"] == "z"
    assert {one["key"] for one in ctl.json("variables list")} == {"v", "w", "x"}
    ctl.text("variables delete", "v")
    assert server.get("/variables")["total_entries"] == 2


@chapter
def pools(ctl: Ctl, server: Server) -> None:
    ctl.text("pools create", "--name", "p", "--slots", "3", "--description", "some", "--no-include-deferred")
    ctl.text("pools update", "--pool", "p", "--slots", "5")
    assert server.get("/pools/p")["slots"] == 5
    assert ctl.json("pools get", "p")[0]["name"] == "p"
    file = ctl.home / "pools.json"
    ctl.text("pools export", str(file))
    kept = {one["name"]: one for one in json.loads(file.read_text())}
    assert kept["p"]["slots"] == 5
    file.write_text(json.dumps([{"name": "q", "slots": 2, "description": "", "include_deferred": True}]))
    ctl.text("pools import", str(file), "--action-on-existing-key", "overwrite")
    assert server.get("/pools/q")["include_deferred"] is True
    assert {one["name"] for one in ctl.json("pools list")} >= {"p", "q", "default_pool"}
    ctl.text("pools delete", "q")
    assert server.request("GET", "/api/v2/pools/q", ok=False)["code"] == "not_found"


@chapter
def the_server(ctl: Ctl, server: Server) -> None:
    assert str(server.port) in ctl.text("config get", "api", "port")
    assert "parsing" in ctl.text("config list")
    ctl.text("config lint")
    assert "SchedulerJob" in ctl.text("jobs list", "--is-alive", "--output", "json")
    ctl.text("plugins list")
    ctl.text("plugins list-import-errors")
    ctl.text("providers list")


@chapter
def tags(ctl: Ctl, server: Server) -> None:
    """The list of tags can't be printed by this version unless it is empty, so the DAG with tags goes first."""
    ctl.text("dags delete", "etl")
    ctl.text("dags get-tags")


@dataclass
class Told:
    """How the story went."""

    commands: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    went_well: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, told once to one server."""
    home = tmp_path_factory.mktemp("home")
    env = {"TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false"}
    with (
        Server(home, DAGS, env=env, start_timeout_s=60) as server,
        Ctl(tmp_path_factory.mktemp("ctl"), server.url) as ctl,
    ):
        server.wait_dags(DAG_IDS, 60)
        result = Told(commands=ctl.commands)
        for name, tell in CHAPTERS.items():
            try:
                tell(ctl, server)
            except Exception:  # noqa: BLE001 - each chapter has a test that shows its failure
                result.failures[name] = traceback.format_exc()
        result.went_well = ctl.went_well
        yield result


@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_chapter_goes_well(told: Told, name: str) -> None:
    if name in told.failures:
        pytest.fail(told.failures[name], pytrace=False)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_ends_well(told: Told, command: str) -> None:
    assert (command in told.went_well) is True


def test_the_exceptions_are_commands() -> None:
    assert set(COMMANDS) >= OWN_MISTAKES.keys()


@pytest.mark.timeout(400)
def test_these_are_all_commands_of_its_parser(told: Told) -> None:
    assert sorted(COMMANDS) == told.commands
