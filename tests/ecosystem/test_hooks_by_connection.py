"""A connection finds its hook by its type, and hooks their connection, for synchronous and asynchronous code."""

from __future__ import annotations

import asyncio
import json

import pytest
from airflow.exceptions import AirflowException, AirflowOptionalProviderFeatureException
from airflow.providers.common.compat.connection import get_async_connection, get_async_extra_dejson
from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from airflow.sdk import BaseHook, Connection

from tradewind.sdk.provider_catalogue import catalogue

EXECUTES = [SqliteHook]


def test_a_connection_has_a_hook_that_works(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setenv(
        "AIRFLOW_CONN_BOOKS", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "Books & more.db")})
    )
    hook = BaseHook.get_hook("books")
    assert type(hook) is SqliteHook
    hook.run(["create table t (n)", "insert into t values (7)"])
    assert hook.get_first("select n from t") == (7,)
    assert (tmp_path / "Books & more.db").exists()
    assert BaseHook.get_connection("books").test_connection() == (True, "Connection successfully tested")


def test_arguments_of_the_hook_are_passed_on():
    hook = Connection("site", "http", host="h").get_hook(hook_params={"method": "GET"})
    assert (type(hook), hook.method, hook.http_conn_id) == (HttpHook, "GET", "site")


def test_a_type_that_nobody_brings_is_told():
    with pytest.raises(AirflowException, match='Unknown hook type "no_such_type"'):
        Connection("c", "no_such_type").get_hook()


def test_each_installed_hook_says_which_argument_takes_its_connection():
    missing = []
    for kind, record in catalogue().hooks.items():
        try:
            name = record.connection_id_attribute
        except (ImportError, AirflowOptionalProviderFeatureException):
            continue  # its third-party client is not installed here
        if not name.endswith(("conn_id", "config_id")):
            missing.append((kind, name))
    assert missing == []


def test_async_code_of_providers_reads_connections(monkeypatch: pytest.MonkeyPatch):
    async def read() -> tuple[str | None, dict[str, str]]:
        connection = await get_async_connection("site", hook=HttpHook)
        return connection.host, await get_async_extra_dejson(connection)

    monkeypatch.setenv("AIRFLOW_CONN_SITE", "http://h/?k=v")
    assert asyncio.run(read()) == ("h", {"k": "v"})
