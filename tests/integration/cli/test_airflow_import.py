"""`tradewind airflow import`: from exports of Airflow's command line, from an Airflow 3 (our own server speaks its API), and
from an Airflow 2, of which a small stand-in answers as the real one does."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from support.command_line import CommandLine
from support.server import Server

CONNECTIONS = {
    "pg": {
        "conn_type": "postgres", "description": "the warehouse", "host": "db.example", "login": "ann", "password": "s3cret",
        "schema": "sales", "port": 5432, "extra": '{"sslmode": "require"}',
    },
    "web": "http://bob:p%40ss@api.example:8443/v1?timeout=5",
}  # fmt: skip


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """What `airflow connections export` and its like write."""
    (tmp_path / "c.json").write_text(json.dumps(CONNECTIONS))
    (tmp_path / "v.json").write_text(
        '{"n": 1, "s": "text", "d": {"value": {"x": 1}, "description": "about"}, "o": {"a": 2}}'
    )
    (tmp_path / "p.json").write_text('{"big": {"slots": 3, "description": "d", "include_deferred": true}}')
    return tmp_path


def _stored(tradewind: CommandLine, kind: str, file: Path) -> dict[str, Any]:
    tradewind(kind, "export", str(file))
    return json.loads(file.read_text())


def test_exports_are_taken_over_with_their_secrets(tradewind: CommandLine, exports: Path) -> None:
    words = [
        "--connections",
        str(exports / "c.json"),
        "--variables",
        str(exports / "v.json"),
        "--pools",
        str(exports / "p.json"),
    ]
    outcome = tradewind("airflow", "import", *words)
    assert outcome.out == "connections: 2 made\nvariables: 4 made\npools: 1 made\n"
    stored = _stored(tradewind, "connections", exports / "out.json")
    assert (stored["pg"]["password"], stored["pg"]["port"], json.loads(stored["pg"]["extra"])) == (
        "s3cret",
        5432,
        {"sslmode": "require"},
    )
    assert (stored["web"]["password"], stored["web"]["host"], stored["web"]["schema"]) == ("p@ss", "api.example", "v1")
    variables = _stored(tradewind, "variables", exports / "vars.json")
    assert variables == {"n": "1", "s": "text", "d": {"value": {"x": 1}, "description": "about"}, "o": {"a": 2}}
    assert tradewind("pools", "get", "big", "-o", "json").json()[0]["include_deferred"] is True


def test_yaml_and_env_are_read_too(tradewind: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("a:\n  conn_type: sqlite\n  host: /x.db\n")
    (tmp_path / "c.env").write_text("b=mysql://u:p@h:3306/s\n")
    (tmp_path / "all.env").write_text(
        "# of a container\nAIRFLOW_CONN_THE_API='http://h'\nexport AIRFLOW_VAR_REGION=north\nAIRFLOW__CORE__X=1\n"
        'AIRFLOW_CONN_J={"conn_type": "ssh", "host": "s"}\n'
    )
    told = tradewind("airflow", "import", "--connections", str(tmp_path / "c.yaml"), "--connections",
                     str(tmp_path / "c.env"), "--env", str(tmp_path / "all.env"))  # fmt: skip
    assert "in lower case here" in told.out
    stored = _stored(tradewind, "connections", tmp_path / "out.json")
    assert {conn_id: fields["conn_type"] for conn_id, fields in stored.items()} == {
        "a": "sqlite", "b": "mysql", "the_api": "http", "j": "ssh",
    }  # fmt: skip
    assert tradewind("variables", "get", "region").out == "north\n"


def test_what_is_here_is_kept_unless_told_otherwise(tradewind: CommandLine, exports: Path) -> None:
    tradewind("connections", "add", "pg", "--conn-type", "postgres", "--conn-host", "mine")
    outcome = tradewind("airflow", "import", "--connections", str(exports / "c.json"))
    assert "connections: 1 kept, 1 made" in outcome.out
    assert "connections/pg" in outcome.out
    assert tradewind("connections", "get", "pg", "-o", "json").json()["host"] == "mine"
    assert (
        "connections: 2 replaced"
        in tradewind("airflow", "import", "--connections", str(exports / "c.json"), "--overwrite").out
    )
    assert tradewind("connections", "get", "pg", "-o", "json").json()["host"] == "db.example"


def test_a_dry_run_changes_nothing(tradewind: CommandLine, exports: Path) -> None:
    outcome = tradewind("airflow", "import", "--connections", str(exports / "c.json"), "--dry-run")
    assert "connections: 2 made (dry run: nothing was changed)" in outcome.out
    assert _stored(tradewind, "connections", exports / "out.json") == {}


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--connections", '{"a": 3}', "connection 'a' is not a URI"),
        ("--pools", '{"a": {"slots": "many"}}', "pool 'a' must be an object with a number of slots"),
        ("--variables", "[1]", "must hold an object"),
        ("--variables", "{", "not valid JSON"),
    ],
)
def test_a_file_that_is_no_export_is_said(
    tradewind: CommandLine, tmp_path: Path, option: str, content: str, words: str
) -> None:
    (tmp_path / "x.json").write_text(content)
    assert words in tradewind("airflow", "import", option, str(tmp_path / "x.json"), expect=2).err


def test_an_entry_that_is_no_connection_is_said_with_its_file(tradewind: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"web": {"conn_type": "http", "port": "eighty"}}')
    outcome = tradewind("airflow", "import", "--connections", str(tmp_path / "c.json"), expect=2)
    assert f"{tmp_path / 'c.json'}: connection 'web'" in outcome.err
    assert "port" in outcome.err


def test_one_that_is_refused_leaves_the_others_and_ends_with_1(tradewind: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"bad id!": "http://h", "good": "http://h"}')
    outcome = tradewind("airflow", "import", "--connections", str(tmp_path / "x.json"), expect=1)
    assert "connections: 1 made, 1 refused" in outcome.out
    assert "bad id!" in outcome.err


def test_nothing_to_take_over_is_said(tradewind: CommandLine) -> None:
    assert "--url of a running Airflow" in tradewind("airflow", "import", expect=2).err


# -- a running Airflow 3 -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def airflow_3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Our own server, which speaks Airflow 3's API; it holds a little."""
    folder = tmp_path_factory.mktemp("airflow3")
    (folder / "dags").mkdir()
    with Server(folder / "home", folder / "dags") as server:
        for number in range(120):  # more than a page
            server.request("POST", "/api/v2/variables", {"key": f"v{number}", "value": str(number)})
        server.request("POST", "/api/v2/variables", {"key": "api_secret", "value": "hidden"})
        extra = json.dumps({"region": "north", "api_key": "k", "deep": {"token": "t", "x": 1}})
        body = {
            "connection_id": "pg",
            "conn_type": "postgres",
            "host": "h",
            "login": "u",
            "password": "p",
            "port": 1,
            "extra": extra,
        }
        server.request("POST", "/api/v2/connections", body)
        server.request("POST", "/api/v2/connections", {"connection_id": "open", "conn_type": "http", "host": "h"})
        server.request("POST", "/api/v2/pools", {"name": "big", "slots": 7, "description": "d"})
        yield server


def _login(server: Server) -> list[str]:
    password = (server.home / "admin-password").read_text().strip()
    return ["--url", server.url, "--username", "admin", "--password", password]


def test_a_running_airflow_3_is_taken_over_and_its_secrets_are_asked_for(
    tradewind: CommandLine, airflow_3: Server, tmp_path: Path
) -> None:
    missing = tmp_path / "missing.json"
    outcome = tradewind("airflow", "import", *_login(airflow_3), "--missing", str(missing))
    assert "connections: 2 made\nvariables: 120 made\npools: 1 kept, 1 made\n" in outcome.out
    assert "  connections/pg: password, extra.api_key, extra.deep.token\n" in outcome.out
    assert "  variables/api_secret: value\n" in outcome.out
    stored = tradewind("connections", "get", "pg", "-o", "json").json()
    assert (stored["host"], stored["password"]) == ("h", None)
    assert json.loads(stored["extra"]) == {"region": "north", "deep": {"x": 1}}
    assert tradewind("pools", "get", "big", "-o", "json").json()[0]["slots"] == 7

    to_fill_in = json.loads(missing.read_text())
    assert set(to_fill_in) == {"pg"}
    to_fill_in["pg"]["password"] = "filled"
    to_fill_in["pg"]["extra"]["api_key"] = "key"
    missing.write_text(json.dumps(to_fill_in))
    tradewind("airflow", "import", "--connections", str(missing), "--overwrite")
    stored = tradewind("connections", "get", "pg", "-o", "json").json()
    assert (stored["host"], stored["password"]) == ("h", "filled")
    assert json.loads(stored["extra"])["api_key"] == "key"


def test_kinds_can_be_chosen_and_a_token_shown(tradewind: CommandLine, airflow_3: Server) -> None:
    password = (airflow_3.home / "admin-password").read_text().strip()
    token = airflow_3.request("POST", "/auth/token", {"username": "admin", "password": password})["access_token"]
    outcome = tradewind("airflow", "import", "--url", airflow_3.url, "--token", token, "--only", "pools")
    assert outcome.out.startswith("pools: 1 kept, 1 made\n")
    assert "connections" not in outcome.out


def test_a_wrong_password_is_said(tradewind: CommandLine, airflow_3: Server) -> None:
    words = ["--url", airflow_3.url, "--username", "admin", "--password", "wrong"]
    assert "wrong user, password or token" in tradewind("airflow", "import", *words, expect=5).err


def test_nobody_at_the_address_is_said(tradewind: CommandLine) -> None:
    words = ["--url", "http://127.0.0.1:9", "--token", "x"]
    assert "can't be reached" in tradewind("airflow", "import", *words, expect=1).err
    assert "must begin with http" in tradewind("airflow", "import", "--url", "here", "--token", "x", expect=2).err


# -- a running Airflow 2 -------------------------------------------------------------------------------------------

HELD = {
    "connections": [
        {
            "connection_id": f"c{n}",
            "conn_type": "postgres",
            "host": "h",
            "login": "u",
            "schema": None,
            "port": 5432,
            "description": "",
        }
        for n in range(130)
    ],
    "variables": [{"key": "region", "value": "north", "description": None}],
    "pools": [{"name": "big", "slots": 5, "description": None, "include_deferred": False, "open_slots": 5}],
}


class Airflow2(BaseHTTPRequestHandler):
    """The part of Airflow 2's REST API that is asked: lists of at most 100, basic authentication, no passwords, `extra` only one
    by one."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/api/v1/version":
            return self._answer(200, {"version": "2.10.5", "git_version": None})
        if not url.path.startswith("/api/v1/"):
            return self._answer(404, {"title": "Not Found"})
        if self.headers["Authorization"] != "Basic " + base64.b64encode(b"ann:pw").decode():
            return self._answer(401, {"title": "Unauthorized"})
        kind, _, name = url.path.removeprefix("/api/v1/").partition("/")
        rows = HELD[kind]
        if name:
            row = next(row for row in rows if row["connection_id"] == name)
            return self._answer(200, row | {"extra": '{"number": ' + name[1:] + "}"})
        query = parse_qs(url.query)
        offset, limit = int(query["offset"][0]), min(100, int(query["limit"][0]))
        return self._answer(200, {kind: rows[offset : offset + limit], "total_entries": len(rows)})

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def airflow_2() -> Iterator[str]:
    """Its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Airflow2) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_running_airflow_2_is_taken_over(tradewind: CommandLine, airflow_2: str) -> None:
    outcome = tradewind("airflow", "import", "--url", airflow_2, "--username", "ann", "--password", "pw")
    assert "connections: 130 made\nvariables: 1 made\npools: 1 made\n" in outcome.out
    assert "  connections/c129: password\n" in outcome.out
    stored = tradewind("connections", "get", "c129", "-o", "json").json()
    assert (stored["login"], json.loads(stored["extra"])) == ("u", {"number": 129})
    assert tradewind("variables", "get", "region").out == "north\n"


def test_airflow_2_refuses_who_may_not(tradewind: CommandLine, airflow_2: str) -> None:
    assert (
        "does not let you in"
        in tradewind("airflow", "import", "--url", airflow_2, "--username", "x", "--password", "y", expect=5).err
    )
    assert "say who asks" in tradewind("airflow", "import", "--url", airflow_2, expect=2).err
