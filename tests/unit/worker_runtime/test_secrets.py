"""Secrets backends: asked before the environment and the server, in user code's processes only."""

from __future__ import annotations

import json
import logging
import traceback

import pytest

from tradewind import Connection, Variable
from tradewind.sdk.exceptions import AirflowConfigException, AirflowNotFoundException
from tradewind.sdk.task_api import bound
from tradewind.testing.memory import MemoryApi, MemoryServer

VAULT = """
from tradewind import Connection

CALLS = []

class Vault:
    def __init__(self, connections=None, variables=None, broken=False):
        self.connections, self.variables, self.broken = connections or {}, variables or {}, broken

    def get_connection(self, conn_id):
        CALLS.append(conn_id)
        if self.broken:
            raise RuntimeError("the vault is sealed")
        uri = self.connections.get(conn_id)
        return None if uri is None else Connection(conn_id, uri=uri)

    def get_variable(self, key):
        CALLS.append(key)
        if self.broken:
            raise RuntimeError("the vault is sealed")
        return self.variables.get(key)

    def get_config(self, key):
        return self.variables.get(key)
"""


@pytest.fixture
def vault(monkeypatch, tmp_path):
    """Sets the backend with these arguments; gives its module."""
    name = f"vault_of_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(VAULT)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path / "home"))

    def use(section="SECRETS__BACKEND", **arguments):
        monkeypatch.setenv(f"AIRFLOW__{section}", f"{name}.Vault")
        monkeypatch.setenv(f"AIRFLOW__{section}_KWARGS", json.dumps(arguments))
        return __import__(name)

    return use


@pytest.fixture
def server():
    server = MemoryServer("d", "r")
    server.connections["db"] = {"conn_type": "x", "host": "server"}
    server.variables["v"] = "server"
    with bound(MemoryApi(server, "t", -1)):
        yield server


@pytest.mark.usefixtures("server")
def test_a_backend_wins_over_the_environment_and_that_over_the_server(vault, monkeypatch):
    assert (Connection.get("db").host, Variable.get("v")) == ("server", "server")
    monkeypatch.setenv("AIRFLOW_CONN_DB", "x://environment")
    monkeypatch.setenv("AIRFLOW_VAR_V", "environment")
    assert (Connection.get("db").host, Variable.get("v")) == ("environment", "environment")
    vault(connections={"db": "x://vault"}, variables={"v": "vault"})
    assert (Connection.get("db").host, Variable.get("v")) == ("vault", "vault")


@pytest.mark.usefixtures("server")
def test_what_a_backend_lacks_is_looked_for_further_on(vault):
    vault(connections={}, variables={})
    assert (Connection.get("db").host, Variable.get("v")) == ("server", "server")
    with pytest.raises(AirflowNotFoundException):
        Connection.get("nowhere")


@pytest.mark.usefixtures("server")
def test_a_backend_that_fails_is_told_in_the_log_and_passed_by(vault, caplog):
    vault(broken=True)
    with caplog.at_level(logging.ERROR):
        assert Variable.get("v") == "server"
    assert "Vault failed for the variable 'v'" in caplog.text
    assert "the vault is sealed" in caplog.text


def test_a_backend_that_cannot_be_made_stops_whoever_asks(vault, monkeypatch):
    vault(no_such_argument=1)
    with pytest.raises(AirflowConfigException, match=r"Vault' can't be made: TypeError.*no_such_argument"):
        Variable.get("v")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "not_there.Vault")
    with pytest.raises(AirflowConfigException, match=r"not_there.Vault' can't be made: ModuleNotFoundError"):
        Connection.get("db")


@pytest.mark.parametrize("arguments", ['["hush-hush"]', '{"token": hush-hush}'])
def test_the_arguments_of_a_backend_are_not_in_the_error_that_refuses_them(vault, monkeypatch, arguments):
    vault()
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", arguments)
    with pytest.raises(AirflowConfigException, match="can't be made") as refused:
        Connection.get("db")
    assert "hush" not in "".join(traceback.format_exception(refused.value))


def test_the_backend_of_workers_is_the_stronger_one(vault):
    vault(variables={"v": "for all"})
    vault("WORKERS__SECRETS_BACKEND", variables={"v": "for workers"})
    assert Variable.get("v") == "for workers"


def test_answers_are_kept_where_that_is_set(vault, monkeypatch):
    module = vault(variables={"v": "1"})
    for _ in range(3):
        Variable.get("v")
    assert module.CALLS == ["v"] * 3
    monkeypatch.setenv("AIRFLOW__SECRETS__USE_CACHE", "True")
    for _ in range(3):
        Variable.get("v")
    assert module.CALLS == ["v"] * 4


def test_what_a_backend_says_is_masked(vault):
    vault(connections={"db": "x://me:very-secret@h"}, variables={"api_token": "also-secret"})
    masked = []
    with bound(MemoryApi(MemoryServer("d", "r"), "t", -1), lambda value, name: masked.append((value, name))):
        Connection.get("db")
        Variable.get("api_token")
    assert ("very-secret", "password") in masked
    assert ("also-secret", "api_token") in masked


def test_the_backend_may_stand_in_airflow_cfg(vault, monkeypatch, tmp_path):
    name = vault().__name__
    monkeypatch.delenv("AIRFLOW__SECRETS__BACKEND")
    monkeypatch.delenv("AIRFLOW__SECRETS__BACKEND_KWARGS")
    (tmp_path / "airflow.cfg").write_text(
        f'[secrets]\nbackend = {name}.Vault\nbackend_kwargs = {{"variables": {{"v": "by the file"}}}}\n'
    )
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    assert Variable.get("v") == "by the file"
