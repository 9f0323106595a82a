"""The generated client against a live server: people, runs, reasons, and events as they happen."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.server import Server
from tradewind.client import ApiError, Client

DAGS = Path(__file__).parent / "client_dags"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with some DAGs."""
    with Server(tmp_path_factory.mktemp("client"), DAGS) as server:
        server.wait_dags({"spare", "daily"})
        server.request("PATCH", "/api/v2/dags/spare", {"is_paused": False})
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """Logged in as the administrator."""
    with Client(server.url) as client:
        client.token = client.create_token({"username": "admin", "password": server.password()})["access_token"]
        yield client


def test_the_client_has_every_operation_that_is_ours(server: Server) -> None:
    facts = json.loads((Path(__file__).parents[1] / "unit" / "api" / "operations.json").read_text())
    document = server.request("GET", "/openapi.json")
    ours = {one["operationId"] for methods in document["paths"].values() for one in methods.values()}
    ours -= {fact["id"] for fact in facts}
    of_browsers = {"login_page", "create_session", "oidc_login", "oidc_callback", "create_token_all_admins"}
    methods = {name for name, _ in inspect.getmembers(Client, inspect.isfunction) if not name.startswith("_")}
    assert methods - {"close"} == ours - of_browsers


def test_users_are_made_changed_listed_and_removed(client: Client) -> None:
    made = client.post_user({"username": "vera", "password": "a long password", "roles": [{"role": "Viewer"}]})
    assert [role["role"] for role in made["roles"]] == ["Viewer"]
    assert client.patch_user("vera", {"email": "vera@example.org"})["email"] == "vera@example.org"
    assert [user["username"] for user in client.get_users(username_pattern="ver%")["users"]] == ["vera"]
    assert client.can_i(action="delete", resource="dag", name="spare")["allowed"]
    client.delete_user("vera")
    with pytest.raises(ApiError, match="vera") as refused:
        client.get_user("vera")
    assert refused.value.status == 404


def test_a_run_is_executed_explained_and_seen_in_the_stream(client: Client) -> None:
    done = client.execute_dag("spare", {"logical_date": None}, timeout_s=30)["dag_run"]
    assert done["state"] == "success"
    assert client.get_dag_run_result("spare", done["dag_run_id"])["state"] == "success"
    assert client.why_dag_run("spare", done["dag_run_id"])["state"] == "success"
    told = list(client.stream_events(dag_id=["spare"], cursor="oldest", follow=False))
    assert [one for one in told if one.get("dag_run_id") == done["dag_run_id"]]


def test_events_come_while_the_server_goes_on(client: Client) -> None:
    events = client.stream_events(dag_id=["spare"], cursor="oldest")
    first = next(events)
    done = client.execute_dag("spare", {"logical_date": None}, timeout_s=30)["dag_run"]
    assert next(one for one in events if one.get("dag_run_id") == done["dag_run_id"]) != first
    events.close()


def test_what_the_server_refuses_and_a_server_that_is_not_there_are_errors(server: Server, client: Client) -> None:
    with pytest.raises(ApiError, match="Field required") as refused:
        client.post_user({})  # type: ignore[typeddict-item]
    assert refused.value.status == 422
    for url, sentence, status in (server.url, r"\w", 401), ("http://127.0.0.1:1", "does not answer", 0):
        with Client(url) as stranger, pytest.raises(ApiError, match=sentence) as refused:
            stranger.get_me()
        assert refused.value.status == status
