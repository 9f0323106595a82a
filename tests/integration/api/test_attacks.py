"""What people tried who wanted more than they may have; each of these went well for them once."""

from __future__ import annotations

import json
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from support.api import PASSWORD, Api
from support.callers import user
from support.rows import spec
from tradewind.base.policy import Grant
from tradewind.db import connections, login_failures, roles, tables, users
from tradewind.sdk.authoring_errors import ParamValidationError
from tradewind.sdk.param import Param
from tradewind.spec import ParamSpec

FORM = {"content-type": "application/x-www-form-urlencoded"}
XCOMS = "/dags/etl/dagRuns/r/taskInstances/extract/xcomEntries"


@pytest.fixture
def team(api: Api) -> str:
    """Another workspace."""
    with api.database.write() as tx:
        tx.execute(tables.workspace.insert(), {"name": "team", "created_at": datetime.now(UTC)})
    return "//w/team"


# -- more work than a caller is worth ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["//auth/token", "//auth/token/cli", "//auth/login"])
def test_a_log_in_of_many_fields_does_not_hold_up_the_server(api: Api, path: str) -> None:
    began = time.process_time()  # what it costs, whatever else the machine does
    assert api.post(path, b"a&" * 1_000_000, headers=FORM, role=None).status == 413
    assert api.post(path, b"a&" * 10_000, headers=FORM, role=None).status == 400
    assert time.process_time() - began < 1


def test_a_log_in_with_the_longest_name_and_password_is_read(api: Api) -> None:
    body = urlencode({"username": "é" * 250, "password": "\U0001f511" * 1024}).encode()
    assert api.post("//auth/token", body, headers=FORM, role=None).status == 401


def test_a_log_in_nested_too_deeply_is_wrong_input(api: Api) -> None:
    body = b'{"username": "admin", "password": "p", "x": ' + b"[" * 10_000
    assert api.post("//auth/token", body, role=None).status == 400


@pytest.mark.parametrize("path", ["/variables", "//auth/tokens", "//w/team/api/v2/variables"])
def test_a_large_body_is_read_from_who_is_known_alone(api: Api, path: str) -> None:
    body = b"[" * 100_000  # no JSON: who reads it says 400
    for headers in ({}, {"authorization": "Bearer x.y.z"}, {"cookie": "tradewind_session=thought-up"}):
        assert api.post(path, body, role=None, headers=headers).status in (401, 403)
    assert api.post(path, body, role=None, headers={"transfer-encoding": "chunked"}).status == 401
    assert api.post(path, body).status == 400


@pytest.mark.parametrize("value", [b"[" * 900 + b"]" * 900, b'"\\ud800"'])
@pytest.mark.parametrize("key", [b"k", b"\\ud800"])
def test_what_can_not_be_written_down_is_wrong_input(api: Api, key: bytes, value: bytes) -> None:
    body = b'{"key": "' + key + b'", "value": ' + value + b"}"
    assert api.post("/variables", body).status in (400, 422)


def test_names_without_end_are_refused_and_many_are_not(api: Api) -> None:
    assert api.post("/dags/~/dagRuns/list", {"dag_ids": [f"{number:x}" for number in range(100_000)]}).status == 200
    assert api.post("/dags/~/dagRuns/list", {"dag_ids": [str(number) for number in range(260_000)]}).status == 413


# -- across workspaces -------------------------------------------------------------------------------------------------


def test_an_entry_of_the_event_log_is_found_in_its_own_workspace_alone(api: Api, team: str) -> None:
    api.post("/variables", {"key": "k", "value": "v"}).ok(201)
    entry = api.get("/eventLogs").ok()["event_logs"][0]["event_log_id"]
    theirs = user(api, "ann", "Viewer", workspace="team")
    assert theirs.get(f"{team}/api/v2/eventLogs/{entry}").status == 404
    assert api.get(f"/eventLogs/{entry}").status == 200


def test_who_rules_one_workspace_takes_back_no_token_of_who_rules_all(api: Api, team: str) -> None:
    mine = api.post("//auth/tokens", {"name": "mine", "expires_in": 600}).ok(201)
    ann = user(api, "ann", "Admin", workspace="team")
    # One that is not there for them: it is not even told that there is such a token.
    assert ann.send("DELETE", f"{team}/auth/tokens/{mine['id']}").status == 404
    assert api.get("/dags", role=None, headers={"authorization": f"Bearer {mine['token']}"}).status == 200


def test_who_rules_one_workspace_unlocks_nobody_above_them(api: Api, team: str) -> None:
    ann = user(api, "ann", "Admin", workspace="team")
    assert ann.send("POST", f"{team}/auth/users/admin/unlock").status == 403
    bob = user(api, "bob", "Viewer", workspace="team")
    assert bob.get("/dags").status == 403
    assert ann.send("POST", f"{team}/auth/users/bob/unlock").status == 204


def test_who_manages_users_takes_back_no_token_of_an_admin(api: Api) -> None:
    now = datetime.now(UTC)
    with api.database.write() as tx:
        roles.add_role(tx, "staff", [Grant.parse("*:user"), Grant.parse("*:token")], None, now)
    ann = user(api, "ann", "staff")
    mine = api.post("//auth/tokens", {"name": "mine", "expires_in": 600}).ok(201)
    assert ann.send("DELETE", f"//auth/tokens/{mine['id']}").status == 403
    assert api.delete(f"//auth/tokens/{mine['id']}").status == 204


# -- values that are more than values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        {"__tw__": "file", "name": "0" * 40 + ".pickle", "format": "pickle"},
        {"__tw__": "object", "c": "os:path", "v": [1, {}]},
        {"__tw__": "dataclass", "c": "subprocess:Popen", "v": {"args": "id"}},
        {"__tw__": "enum", "c": "this:Zen", "v": 1},
        [{"deep": [{"__tw__": "tuple", "v": [{"__tw__": "pydantic", "c": "a:B", "v": {}}]}]}],
        {"__tw__": ["file"], "name": "x"},
    ],
)
def test_a_value_set_by_hand_names_no_file_and_no_class(api: Api, forged: Any) -> None:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    assert api.post(XCOMS, {"key": "forged", "value": forged}, role="user").status == 400
    assert api.post(XCOMS, {"key": "k", "value": 1}, role="user").status == 201
    assert api.patch(f"{XCOMS}/k", {"value": forged}, role="user").status == 400
    assert api.get(f"{XCOMS}/k").ok()["value"] == 1


def test_a_value_set_by_hand_may_be_a_date_or_a_tuple(api: Api) -> None:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    value = {"__tw__": "tuple", "v": [{"__tw__": "date", "v": "2026-01-01"}, {"a": None}]}
    api.post(XCOMS, {"key": "k", "value": value}).ok(201)
    assert api.get(f"{XCOMS}/k").ok()["value"] == value


def test_the_schema_of_a_param_opens_no_file_and_no_address_of_the_server(api: Api, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"const": "0451"}')
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        for where in (secret.as_uri(), f"http://127.0.0.1:{server.getsockname()[1]}/x"):
            param = ParamSpec(name="n", default=None, has_default=False, schema={"$ref": where})
            dag_id = f"etl_{where[:4]}"
            api.has(spec(dag_id, params=(param,)))
            answer = api.post(f"/dags/{dag_id}/dagRuns", {"conf": {"n": 1}})
            assert (answer.status, "0451" in answer.text, "nothing is fetched" in answer.text) == (400, False, True)
            with pytest.raises(ParamValidationError, match="nothing is fetched"):
                Param(1, **cast("dict[str, Any]", {"$ref": where})).resolve()
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_schema_may_refer_to_its_own_parts() -> None:
    schema: dict[str, Any] = {"$ref": "#/$defs/small", "$defs": {"small": {"maximum": 3}}}
    assert Param(2, **schema).resolve() == 2
    with pytest.raises(ParamValidationError, match="4 is greater than the maximum of 3"):
        Param(4, **schema).resolve()


def test_all_that_lies_below_a_secret_key_is_hidden(api: Api) -> None:
    extra = {"keyfile_dict": {"id": "abc-123", "parts": [{"n": 7}]}, "region": "eu"}
    body = {"connection_id": "c", "conn_type": "http", "extra": json.dumps(extra)}
    shown = api.post("/connections", body).ok(201)
    assert json.loads(shown["extra"]) == {"keyfile_dict": {"id": "***", "parts": [{"n": "***"}]}, "region": "eu"}
    api.patch("/connections/c", {**shown, "host": "h"}).ok()
    api.post("/variables", {"key": "db_secret", "value": {"user": "u", "word": "hunter22"}}).ok(201)
    assert json.loads(api.get("/variables/db_secret").ok()["value"]) == {"user": "***", "word": "***"}
    cipher = api.services.cipher
    with api.database.read() as tx:
        assert json.loads(connections.get_connection(tx, cipher, "default", "c").extra or "") == extra


# -- log-ins -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["//auth/token", "//auth/login"])
def test_a_log_in_under_way_while_the_password_changes_gives_nothing(api: Api, path: str) -> None:
    """Whoever knows the old password and tries all the time must be out once the new one is set."""
    logins = api.app.state.desk.sessions.logins
    within = logins._outcome

    def slow(password: str, stored: str | None) -> Any:
        found = within(password, stored)
        if not changed.is_set():
            changed.set()
            with api.database.write() as tx:
                users.update_user(tx, "user", password_hash="another", tokens_from=datetime.now(UTC))
        return found

    changed = threading.Event()
    logins._outcome = slow
    body = {"username": "user", "password": PASSWORD}
    assert api.post(path, body, role=None).status == 401


def test_failures_count_for_a_whole_network_of_version_6() -> None:
    one, other, far = "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"
    assert login_failures.of_address(one) == login_failures.of_address(other) != login_failures.of_address(far)
    assert login_failures.of_address("192.0.2.1") != login_failures.of_address("192.0.2.2")
    assert login_failures.of_address("a socket") == "address:a socket"


def test_a_permission_whose_name_was_left_empty_is_none(api: Api) -> None:
    body = {"name": "t", "expires_in": 600, "scopes": ["read:dag:"]}
    assert api.post("//auth/tokens", body).status == 400
