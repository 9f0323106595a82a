"""Secrets are planted wherever they can be; then everything that anybody can read of a run is searched for them."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import urllib3

from support.server import Server

DAGS = Path(__file__).parent / "canary_dags"
CANARIES = {
    name: f"cnry-{name}/é+q?\"'&<{number}"
    for number, name in enumerate(
        ["password", "extra", "env-conn", "variable", "json-variable", "env-variable", "environment", "conf", "host"],
        101,
    )
}
ENCRYPTED = {
    ("connection", "password"), ("connection", "extra"), ("connection", "host"), ("variable", "value"),
    ("trigger", "kwargs"), ("trigger", "method_kwargs"), ("trigger", "event"),
}  # fmt: skip
KEPT_IN_CLEAR = {("dag_run", "conf"), ("inbox", "event")}
"""The page on secrets says so: what is given to a run is kept as it was given."""


def needles() -> dict[str, str]:
    """Every spelling of each canary -> its name."""
    found: dict[str, str] = {}
    for name, secret in CANARIES.items():
        data = secret.encode()
        found |= dict.fromkeys((secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], html.escape(secret)), name)
        found |= dict.fromkeys((json.dumps(secret, ensure_ascii=False)[1:-1], f"cnry-{name}/"), name)
        found |= {urllib.parse.quote(secret): name, urllib.parse.quote(secret, safe=""): name}
        found |= {urllib.parse.quote_plus(secret): name}
        for offset in range(3):
            whole = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
            sure = whole[(0, 2, 3)[offset] : ((offset + len(data)) * 8) // 6]
            found |= {sure: name, sure.replace("+", "-").replace("/", "_"): name}
    return found


NEEDLES = needles()
ANY = re.compile("|".join(re.escape(one) for one in sorted(NEEDLES, key=len, reverse=True)))


def leaks(text: str) -> list[str]:
    """What of the canaries is in a text, each with what stands around it."""
    return [
        f"{NEEDLES[found[0]]} as {found[0]!r} in ...{text[max(0, found.start() - 120) : found.end() + 40]!r}"
        for found in ANY.finditer(text)
    ][:3]


def seen(places: Mapping[str, str]) -> str:
    return "\n".join(f"{place}: {leak}" for place, text in places.items() for leak in leaks(text))


# -- what is done ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("canary")
    (folder / "dags").mkdir()
    quoted = urllib.parse.quote(CANARIES["env-conn"], safe="")
    env = {
        "AIRFLOW_CONN_CANARY_ENV": f"postgres://me:{quoted}@host/db",
        "AIRFLOW_VAR_CANARY_ENV_SECRET": CANARIES["env-variable"],
        "SHOP_API_KEY": CANARIES["environment"],
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "TRADEWIND__API__TEST_CONNECTION": "Enabled",
    }
    with Server(folder / "home", folder / "dags", env=env) as started:
        _plant(started)
        for file in DAGS.glob("*.py"):
            (folder / "dags" / file.name).write_text(file.read_text())
        started.wait_dags({"canary"})
        _act(started)
        yield started


def _plant(server: Server) -> None:
    body = {
        "connection_id": "canary", "conn_type": "http", "host": f"https://me:{urllib.parse.quote(CANARIES['host'], safe='')}@127.0.0.1:1/x",
        "login": "me", "password": CANARIES["password"], "extra": json.dumps({"token": CANARIES["extra"]}),
    }  # fmt: skip
    server.request("POST", "/api/v2/connections", body)
    server.request("POST", "/api/v2/variables", {"key": "canary_token", "value": CANARIES["variable"]})
    value = json.dumps({"user": "u", "password": CANARIES["json-variable"]})
    server.request("POST", "/api/v2/variables", {"key": "canary_json", "value": value})
    server.request(
        "PATCH", "/api/v2/connections/canary", {"connection_id": "canary", "conn_type": "http", "description": "new"}
    )


def _act(server: Server) -> None:
    server.request("PATCH", "/api/v2/dags/canary", {"is_paused": False})
    run_id = server.trigger("canary", {"conf_password": CANARIES["conf"], "n": 1})
    assert server.wait_run("canary", run_id, 90)["state"] == "failed"
    states = server.states("canary", run_id)
    assert (states["waits[-1]"], states["succeeds[-1]"]) == ("success", "success")
    server.request("PATCH", f"/api/v2/dags/canary/dagRuns/{run_id}", {"note": "a note"})
    until = time.monotonic() + 20
    while not server.get("/importErrors")["import_errors"]:
        assert time.monotonic() < until
        time.sleep(0.05)


# -- where it is looked for ------------------------------------------------------------------------------------------


def _ids(server: Server) -> dict[str, list[str]]:
    """Real values for the parameters of paths."""
    (run,) = server.get("/dags/canary/dagRuns")["dag_runs"]
    tasks = ["succeeds", "fails", "mapped", "waits"]
    return {
        "dag_id": ["canary"], "dag_run_id": [run["dag_run_id"]], "task_id": tasks, "try_number": ["1", "2"],
        "task_try_number": ["1", "2"], "map_index": ["-1", "0", "1"], "connection_id": ["canary"],
        "variable_key": ["canary_token", "canary_json"], "pool_name": ["default_pool"], "xcom_key": ["return_value"],
        "import_error_id": [str(one["import_error_id"]) for one in server.get("/importErrors")["import_errors"]],
        "event_log_id": [str(one["event_log_id"]) for one in server.get("/eventLogs?limit=100")["event_logs"]],
        "username": ["admin"], "role_name": ["Admin"], "section": ["secrets", "core"], "option": ["backend_kwargs"],
        "version_number": ["1"], "dag_version": ["1"], "connection_type": ["http"],
    }  # fmt: skip


def _paths(template: str, ids: Mapping[str, list[str]]) -> Iterator[str]:
    name = re.search(r"{(\w+)(:path)?}", template)
    if name is None:
        yield template
        return
    for value in ids.get(name[1], ["1"]):
        yield from _paths(template.replace(name[0], urllib.parse.quote(value, safe=""), 1), ids)


def api_answers(server: Server) -> dict[str, str]:
    """Every GET of the document, with every real id."""
    ids, found = _ids(server), dict[str, str]()
    pool = urllib3.PoolManager(timeout=10.0, retries=False)
    headers = {"Authorization": f"Bearer {server._token}"}
    document = json.loads(pool.request("GET", f"{server.url}/openapi.json").data)
    for template, methods in document["paths"].items():
        if "get" not in methods or "logout" in template:  # which would end the token
            continue
        for path in _paths(template, ids):
            reply = pool.request("GET", server.url + path, headers=headers, preload_content=False)
            assert reply.status not in {401, 403, 500} or template == "/auth/token", path
            with contextlib.suppress(urllib3.exceptions.HTTPError):  # a stream that goes on is read for a while
                found[path] = _read(reply)
            reply.close()
    return found


def _read(reply: urllib3.BaseHTTPResponse) -> str:
    if "event-stream" not in reply.headers.get("content-type", ""):
        return reply.read().decode("utf-8", "replace")
    return reply.read1(1 << 20).decode("utf-8", "replace")


def files(server: Server) -> dict[str, str]:
    """Every file of the home folder but the database and its keys."""
    return {
        str(file.relative_to(server.home)): file.read_bytes().decode("utf-8", "replace")
        for file in server.home.rglob("*")
        if file.is_file() and not file.name.startswith(("tradewind.db", "fernet.key"))
    }


def columns(server: Server) -> dict[str, str]:
    """Every column of every table, as text."""
    found: dict[str, str] = {}
    with contextlib.closing(sqlite3.connect(server.home / "tradewind.db")) as raw:
        for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})").fetchall()]
            for name in names:
                rows = raw.execute(f'SELECT CAST("{name}" AS TEXT) FROM "{table}"').fetchall()
                found[f"{table}.{name}"] = "\n".join(row[0] for row in rows if row[0])
    return found


COMMANDS = (
    "connections list -o json", "variables list -o json", "config list",
    "dags list-runs canary -o json", "dags list-import-errors -o json", "audit list -o json", "audit export",
    "audit export --format csv", "info", "why canary", "db check",
)  # fmt: skip


def command_outputs(server: Server) -> dict[str, str]:
    found: dict[str, str] = {}
    for words in COMMANDS:
        run = subprocess.run(
            [sys.executable, "-m", "tradewind", *words.split()], env=server.env, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        found[words] = run.stdout + run.stderr
    return found


@pytest.mark.slow
def test_no_answer_of_the_api_has_a_secret(server: Server) -> None:
    answers = api_answers(server)
    assert len(answers) > 150
    logs = [text for path, text in answers.items() if "/taskInstances/fails/logs/2" in path]
    assert "***" in "".join(logs), logs
    assert seen(answers) == ""


@pytest.mark.slow
def test_trying_a_connection_and_wrong_bodies_tell_no_secret(server: Server) -> None:
    own = {"connection_id": "canary", "conn_type": "http"}
    secret = {"extra": CANARIES["extra"], "password": CANARIES["password"]}
    nothing_there = {"host": "127.0.0.1", "port": 1, "login": "me", "password": CANARIES["password"]}
    answers = {
        "test": server.request("POST", "/api/v2/connections/test", own, ok=False),
        "test of what was sent": server.request("POST", "/api/v2/connections/test", own | nothing_there, ok=False),
        "taken": server.request("POST", "/api/v2/connections", own | nothing_there, ok=False),
        "no JSON": server.request("POST", "/api/v2/connections", own | secret, ok=False),
        "changed": server.request("PATCH", "/api/v2/connections/canary", own | {"description": "d"}, ok=False),
        "no such field": server.request("POST", "/api/v2/connections", own | {"pass": secret["password"]}, ok=False),
        "log-in": server.request("POST", "/auth/token", {"username": "admin", "password": secret["password"]}, ok=False),
    }  # fmt: skip
    assert all(answers.values())
    assert seen({name: json.dumps(answer) for name, answer in answers.items()}) == ""


@pytest.mark.slow
def test_no_file_of_the_home_folder_has_a_secret(server: Server) -> None:
    found = files(server)
    assert sum("dag_id=canary" in name for name in found) >= 5
    assert seen(found) == ""


@pytest.mark.slow
def test_only_encrypted_columns_have_secrets_and_those_only_encrypted(server: Server) -> None:
    found = columns(server)
    for place in KEPT_IN_CLEAR:
        found.pop(".".join(place), None)
    assert all(found[".".join(place)] for place in ENCRYPTED if place[0] != "trigger")
    assert seen(found) == ""


@pytest.mark.slow
def test_no_command_prints_a_secret_that_was_not_asked_for(server: Server) -> None:
    assert seen(command_outputs(server)) == ""


@pytest.mark.slow
def test_the_search_finds_what_is_planted() -> None:
    secret = CANARIES["password"]
    texts = [
        secret, repr([secret]), json.dumps({"a": secret}), urllib.parse.quote(secret), html.escape(secret),
        *(base64.b64encode(os.urandom(n) + secret.encode() + b"zz").decode() for n in range(6)),
    ]  # fmt: skip
    assert [len(leaks(f"before {text} after")) > 0 for text in texts] == [True] * len(texts)
    assert leaks("nothing secret") == []
