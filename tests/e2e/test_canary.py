"""Secrets are planted wherever they can be; then everything that anybody can read of a run is searched for them."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import re
import sqlite3
import sys
import time
import urllib.parse
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import urllib3

from support import warm
from support.databases import PostgresServer
from support.server import Server

DAGS = Path(__file__).parent / "canary_dags"
CANARIES = {
    name: f"cnry-{name}/é+q?\"'&<{number}"
    for number, name in enumerate(
        [
            "password",
            "extra",
            "env-conn",
            "variable",
            "json-variable",
            "env-variable",
            "environment",
            "conf",
            "host",
            "returned",
        ],
        101,
    )
}
ENCRYPTED = {
    ("connection", "password"), ("connection", "extra"), ("connection", "host"), ("variable", "value"),
    ("trigger", "kwargs"), ("trigger", "method_kwargs"), ("trigger", "event"),
}  # fmt: skip
DATA = {"conf", "returned"}
"""The page on secrets says so: what is given to a run, and what a task returns, is kept as it was given."""
KEPT_IN_CLEAR = {("dag_run", "conf"): {"conf"}, ("inbox", "event"): {"conf"}, ("xcom", "value"): {"returned"}}
"""Where data is in the database."""
SHOWS_XCOM = "/taskInstances/returns/xcomEntries/return_value"
"""The answer that is asked for the value of an XCom has it."""


def needles() -> dict[str, str]:
    """Every spelling of each canary -> its name."""
    found: dict[str, str] = {}
    for name, secret in CANARIES.items():
        data = secret.encode()
        found |= dict.fromkeys((secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], html.escape(secret)), name)
        found |= dict.fromkeys((json.dumps(secret, ensure_ascii=False)[1:-1], f"cnry-{name}/"), name)
        found |= {urllib.parse.quote(secret): name, urllib.parse.quote(secret, safe=""): name}
        found |= {urllib.parse.quote_plus(secret): name, data.hex(): name}
        for offset in range(3):
            whole = base64.b64encode(b"\0" * offset + data).decode().rstrip("=")
            sure = whole[(0, 2, 3)[offset] : ((offset + len(data)) * 8) // 6]
            found |= {sure: name, sure.replace("+", "-").replace("/", "_"): name}
    return found


NEEDLES = needles()
ANY = re.compile("|".join(re.escape(one) for one in sorted(NEEDLES, key=len, reverse=True)))


def leaks(text: str, but: Collection[str] = ()) -> list[str]:
    """What of the canaries is in a text, each with what stands around it."""
    return [
        f"{NEEDLES[found[0]]} as {found[0]!r} in ...{text[max(0, found.start() - 120) : found.end() + 40]!r}"
        for found in ANY.finditer(text)
        if NEEDLES[found[0]] not in but
    ][:3]


def seen(places: Mapping[str, str], but: Mapping[str, Collection[str]] | None = None) -> str:
    """What of the canaries is in texts by place, but for those that a place may show."""
    allowed = but or {}
    return "\n".join(
        f"{place}: {leak}" for place, text in places.items() for leak in leaks(text, allowed.get(place, ()))
    )


# -- what is done ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """The database of the server."""

    url: str = ""
    log: Path | None = None
    """Of the database's own server."""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    if request.param == "sqlite":
        yield Kept()
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    url = postgres.empty()
    postgres.writes_down_everything(url)
    yield Kept(url, postgres.log)
    postgres.drop(url)


@pytest.fixture(scope="module")
def server(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("canary")
    (folder / "dags").mkdir()
    quoted = urllib.parse.quote(CANARIES["env-conn"], safe="")
    env = {
        "AIRFLOW_CONN_CANARY_ENV": f"postgres://me:{quoted}@host/db",
        "AIRFLOW_VAR_CANARY_ENV_SECRET": CANARIES["env-variable"],
        "SHOP_API_KEY": CANARIES["environment"],
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "TRADEWIND__API__TEST_CONNECTION": "Enabled",
        **({"TRADEWIND__DB__URL": kept.url} if kept.url else {}),
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
    server.request("POST", "/api/v2/variables", {"key": "canary_returned_token", "value": CANARIES["returned"]})
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
    assert {states[f"{name}[-1]"] for name in ("waits", "succeeds", "returns")} == {"success"}
    assert {states[f"dies[{number}]"] for number in (0, 1)} == {"failed"}
    server.request("PATCH", f"/api/v2/dags/canary/dagRuns/{run_id}", {"note": "a note"})
    until = time.monotonic() + 60
    while not server.get("/importErrors")["import_errors"] or _said(server, "the deadline callback failed with") < 2:
        assert time.monotonic() < until, files(server)
        time.sleep(0.05)


def _said(server: Server, words: str) -> int:
    """How many files of the home folder have these words."""
    return sum(words in text for text in files(server).values())


# -- where it is looked for ------------------------------------------------------------------------------------------


def _ids(server: Server) -> dict[str, list[str]]:
    """Real values for the parameters of paths."""
    (run,) = server.get("/dags/canary/dagRuns")["dag_runs"]
    tasks = ["succeeds", "fails", "mapped", "waits", "returns", "dies"]
    return {
        "dag_id": ["canary"], "dag_run_id": [run["dag_run_id"]], "task_id": tasks, "try_number": ["1", "2"],
        "task_try_number": ["1", "2"], "map_index": ["-1", "0", "1"], "connection_id": ["canary"],
        "variable_key": ["canary_token", "canary_json", "canary_returned_token"], "pool_name": ["default_pool"], "xcom_key": ["return_value"],
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
    found: dict[str, str] = {}
    for folder, _, names in os.walk(server.home):
        for file in (Path(folder, name) for name in names):
            if file.is_file() and not file.name.startswith(("tradewind.db", "fernet.key")):
                with contextlib.suppress(FileNotFoundError):  # the server has removed it meanwhile
                    found[str(file.relative_to(server.home))] = file.read_bytes().decode("utf-8", "replace")
    return found


def columns(server: Server, kept: Kept) -> dict[str, str]:
    """Every column of every table, as text."""
    found: dict[str, str] = {}
    if kept.url:
        with psycopg.connect(kept.url, autocommit=True) as connection:
            names = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            )
            for table, name in names.fetchall():
                rows = connection.execute(f'SELECT CAST("{name}" AS TEXT) FROM "{table}"'.encode()).fetchall()
                found[f"{table}.{name}"] = "\n".join(row[0] for row in rows if row[0])
        return found
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
    "audit export --format csv", "info", "why canary", "db check", "events -o json", "events --cursor oldest",
    "dags details canary", "tasks states-for-dag-run canary {run}", "tasks logs canary dies {run} --map-index 1",
)  # fmt: skip


def command_outputs(server: Server) -> dict[str, str]:
    found: dict[str, str] = {}
    run_id = _ids(server)["dag_run_id"][0]
    for words in (command.format(run=run_id) for command in COMMANDS):
        run = warm.run(
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
    values = [path for path in answers if path.split("?")[0].endswith(SHOWS_XCOM)]
    assert leaks(answers[values[0]]) != []  # a value is data: who may read it is shown it
    assert seen(answers, dict.fromkeys(values, ("returned",))) == ""


@pytest.mark.slow
def test_no_page_of_the_server_has_a_secret(server: Server) -> None:
    pool = urllib3.PoolManager(timeout=10.0, retries=False)
    paths = ("/", "/docs", "/redoc", "/openapi.json", "/auth/login", "/auth/oidc/login", "/nowhere")
    pages = {path: pool.request("GET", server.url + path).data.decode() for path in paths}
    assert all(pages.values())
    assert seen(pages) == ""


@pytest.mark.slow
def test_no_refusal_to_log_in_or_to_make_somebody_tells_a_secret(server: Server) -> None:
    secret = CANARIES["password"]
    form = urllib.parse.urlencode({"username": secret, "password": secret})
    pool = urllib3.PoolManager(timeout=10.0, retries=False)
    asked: list[tuple[str, str, str | bytes, str]] = [
        ("POST", "/auth/token", json.dumps({"username": "admin", "password": secret}), "application/json"),
        ("POST", "/auth/token", json.dumps({"username": ["admin"], "password": secret}), "application/json"),
        ("POST", "/auth/token", f'{{"password": "{secret}', "application/json"),
        ("POST", "/auth/token", secret.encode("utf-16"), "application/json"),
        ("POST", "/auth/login", form, "application/x-www-form-urlencoded"),
        ("POST", "/auth/login?" + urllib.parse.urlencode({"next": f"//{secret}"}), form, "text/plain"),
        ("PUT", "/auth/me/password", json.dumps({"current_password": secret, "new_password": 1}), "application/json"),
        ("PUT", "/auth/me/password", json.dumps({"current_password": secret, "new_password": "x"}), "application/json"),
        ("POST", "/auth/users", json.dumps({"username": "a/b", "password": secret}), "application/json"),
        ("POST", "/auth/users", json.dumps({"username": "a", "pasword": secret}), "application/json"),
        ("POST", "/auth/users", json.dumps({"username": "a", "password": [secret]}), "application/json"),
        ("POST", "/auth/tokens", json.dumps({"name": "t", "scopes": secret}), "application/json"),
        ("GET", f"/auth/oidc/callback?code={urllib.parse.quote(secret)}&state=x", "", "text/plain"),
    ]  # fmt: skip
    answers: dict[str, str] = {}
    for number, (method, path, body, kind) in enumerate(asked):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {server._token}"}
        reply = pool.request(method, server.url + path, body=body, headers=headers)
        assert 400 <= reply.status < 500, (path, reply.status, reply.data)
        answers[f"{number} {method} {path.split('?')[0]}"] = reply.data.decode()
    assert seen(answers | files(server)) == ""
    wrong = pool.request(
        "GET", f"{server.url}/api/v2/dags", headers={"Authorization": f"Bearer {secret.encode().hex()}"}
    )
    assert (wrong.status, seen({"token": wrong.data.decode()})) == (401, "")


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
def test_nobody_else_on_the_machine_reads_what_is_in_the_home_folder(server: Server) -> None:
    own = {"server.out"}  # made by this test
    modes = {one.name: one.stat().st_mode & 0o077 for one in server.home.iterdir() if one.name not in own}
    assert len(modes) >= 5
    assert {name: oct(mode) for name, mode in modes.items() if mode} == {}


@pytest.mark.slow
def test_the_log_of_the_database_server_has_only_what_is_data(server: Server, kept: Kept) -> None:
    if kept.log is None:
        return
    text = kept.log.read_text(errors="replace")
    assert "INSERT INTO connection" in text
    assert seen({"log": text}, {"log": DATA}) == ""


@pytest.mark.slow
def test_only_encrypted_columns_have_secrets_and_those_only_encrypted(server: Server, kept: Kept) -> None:
    found = columns(server, kept)
    assert all(found[".".join(place)] for place in ENCRYPTED if place[0] != "trigger")
    assert seen(found, {".".join(place): names for place, names in KEPT_IN_CLEAR.items()}) == ""


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
