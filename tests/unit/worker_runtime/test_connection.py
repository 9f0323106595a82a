"""Connections: texts there and back, and where they are looked up."""

from __future__ import annotations

import asyncio
import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.provider_package import install
from tradewind import Connection, Variable
from tradewind.sdk.connection_testing import try_connection
from tradewind.sdk.exceptions import AirflowException, AirflowNotFoundException
from tradewind.sdk.hook import BaseHook
from tradewind.sdk.task_api import NoTaskApi, bound
from tradewind.testing.memory import MemoryApi, MemoryServer

CHATTY = """
class ChattyHook:
    conn_name_attr = "chatty_conn_id"

    def __init__(self, chatty_conn_id):
        from tradewind import Connection

        self.connection = Connection.get(chatty_conn_id)

    def test_connection(self):
        known = self.connection
        raise RuntimeError(f"no entry with {known.password} or {known.extra_dejson['api_token']}")
"""


@pytest.mark.parametrize(
    ("uri", "fields"),
    [
        (
            "postgres://me:p%40ss%2Fword@host.example:5432/base",
            {"conn_type": "postgres", "login": "me", "password": "p@ss/word", "host": "host.example", "port": 5432, "schema": "base"},
        ),
        ("postgresql://host/base", {"conn_type": "postgres", "host": "host", "schema": "base"}),
        ("google-cloud-platform://?project=p", {"conn_type": "google_cloud_platform", "extra": '{"project": "p"}'}),
        ("http://https%3A%2F%2Fhost", {"conn_type": "http", "host": "https://host"}),
        ("http://https://host:8080/path", {"conn_type": "http", "host": "https://host", "port": 8080, "schema": "path"}),
        ("fs://", {"conn_type": "fs", "host": "", "schema": "", "login": None, "port": None, "extra": None}),
        ("aws://?__extra__=%7B%22a%22%3A+%7B%22b%22%3A+1%7D%7D", {"conn_type": "aws", "extra": '{"a": {"b": 1}}'}),
        ("ssh://Host.Example", {"host": "Host.Example"}),
        ("mysql://:secret@host", {"login": "", "password": "secret"}),
        ("sqlite://%2Ftmp%2FSome.db", {"host": "/tmp/Some.db"}),
        ("http://http%3A%2F%2Fhost:80", {"host": "http://host", "port": 80}),
    ],
)  # fmt: skip
def test_a_uri_is_read(uri, fields):
    connection = Connection("c", uri=uri)
    assert {name: getattr(connection, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("fields", "uri"),
    [
        ({"conn_type": "postgres", "login": "me", "password": "p@ss", "host": "h", "port": 5, "schema": "s"}, "postgres://me:p%40ss@h:5/s"),
        ({"conn_type": "aws", "extra": {"region": "eu west"}}, "aws:///?region=eu+west"),
        ({"conn_type": "aws", "host": "h", "extra": {"n": 1}}, "aws://h/?__extra__=%7B%22n%22%3A+1%7D"),
        ({"conn_type": "my_type", "host": "h"}, "my-type://h"),
        ({"conn_type": "http", "host": "https://h"}, "http://https://h"),
        ({"conn_type": "x", "port": 9}, "x://@:9"),
        ({"conn_type": "http", "host": "http://h"}, "http://http%3A%2F%2Fh"),
        ({"conn_type": "sqlite", "host": "/tmp/a b.db"}, "sqlite://%2Ftmp%2Fa%20b.db"),
        ({"conn_type": "x", "schema": "s/t", "extra": {"a": ""}}, "x:///s%2Ft?a="),
        ({"conn_type": "x", "extra": "{}"}, "x:///?__extra__=%7B%7D"),
        ({"conn_type": "x", "login": "a:b", "password": ""}, "x://a%3Ab:@"),
        ({"host": "h"}, "//h"),
    ],
)  # fmt: skip
def test_a_uri_is_written(fields, uri):
    assert Connection("c", **fields).get_uri() == uri


names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)


@given(
    login=st.none() | names,
    password=st.none() | names,
    host=st.none() | st.from_regex(r"[a-zA-Z0-9.-]{1,10}", fullmatch=True),
    schema=st.none() | names,
    port=st.none() | st.integers(1, 65535),
    extra=st.dictionaries(names, names | st.integers() | st.none(), max_size=3),
)
def test_what_is_written_is_read_back(login, password, host, schema, port, extra):
    before = Connection(
        "c", "some_type", login=login, password=password, host=host, schema=schema, port=port, extra=extra
    )
    after = Connection("c", uri=before.get_uri())
    assert after.extra_dejson == before.extra_dejson
    for name in ("conn_type", "login", "password", "host", "schema", "port"):
        assert (getattr(after, name) or None) == (getattr(before, name) or None), name
    assert Connection.from_json(before.as_json(), "c") == before


@pytest.mark.parametrize("uri", ["a://b://c://d", "a://me@http://h", "a://h:1/http://h"])
def test_a_uri_with_protocols_in_the_wrong_place_is_refused(uri):
    with pytest.raises(AirflowException, match="Invalid connection string"):
        Connection("c", uri=uri)


@pytest.mark.parametrize("uri", ["a://me:hush-hush@b://c://d", "a://me:hush-hush/@h"])
def test_a_uri_that_is_refused_is_not_repeated_as_it_has_the_password(uri):
    with pytest.raises((AirflowException, ValueError)) as refused:
        Connection("c", uri=uri)
    assert "hush" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("port", [-1, 65_536, "many"])
def test_a_port_that_can_not_be_is_refused(port):
    with pytest.raises(ValueError, match="for `port`"):
        Connection("c", "x", port=port)


def test_what_has_no_value_is_left_out_of_the_fields_and_an_empty_text_is_not():
    connection = Connection("c", "x", host="", port=0)
    assert connection.to_dict(prune_empty=True) == {"conn_id": "c", "conn_type": "x", "host": "", "port": 0}
    assert json.loads(connection.as_json()) == {"conn_type": "x", "host": "", "port": 0}


def test_async_code_reads_connections_too(monkeypatch):
    async def read() -> None:
        connection = await BaseHook.aget_connection("a")
        assert connection.host == "h"
        assert await connection.aextra_dejson() == {"k": "v"}
        assert (await BaseHook.aget_hook("folder")).get_path() == "/"
        with pytest.raises(AirflowNotFoundException):
            await BaseHook.aget_connection("b")

    monkeypatch.setenv("AIRFLOW_CONN_A", "x://h/?k=v")
    monkeypatch.setenv("AIRFLOW_CONN_FOLDER", "fs:///?path=/")
    asyncio.run(read())


def test_a_connection_that_cannot_be_tested_says_so():
    assert Connection("c", "odd").test_connection() == (
        False,
        'Unknown hook type "odd": no installed package brings a hook for such connections',
    )
    went_well, said = Connection("c", "fs").test_connection()
    assert not went_well
    assert said


def test_what_a_hook_says_of_a_tested_connection_has_no_secret(monkeypatch, tmp_path):
    info = """{"connection-types": [{"connection-type": "chatty", "hook-class-name": "chatty_provider.ChattyHook"}]}"""
    install(tmp_path, "chatty-provider", info, more=CHATTY)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path / "home"))
    fields = {"conn_id": "c", "conn_type": "chatty", "password": "hush-hush", "extra": '{"api_token": "quite-quiet"}'}
    went_well, said = try_connection(fields)
    assert (went_well, said) == (False, "no entry with *** or ***")


def test_a_uri_and_fields_do_not_mix():
    with pytest.raises(AirflowException, match="You can't mix these two ways"):
        Connection("c", uri="x://h", host="other")


def test_extra_that_is_no_json_is_empty_when_read():
    assert Connection("c", "x", extra="not json").extra_dejson == {}


def test_nested_json_in_extra_is_read_on_request():
    connection = Connection("c", "x", extra={"a": '{"b": 1}', "c": "text"})
    assert connection.get_extra_dejson(nested=True) == {"a": {"b": 1}, "c": "text"}


@pytest.mark.parametrize("prefix", ["AIRFLOW_CONN_", "TRADEWIND_CONN_"])
def test_the_environment_wins_over_the_server(monkeypatch, prefix):
    server = MemoryServer("d", "r")
    server.connections["my_db"] = {"conn_type": "postgres", "host": "server"}
    with bound(MemoryApi(server, "t", -1)):
        assert Connection.get("my_db").host == "server"
        monkeypatch.setenv(prefix + "MY_DB", "postgres://environment")
        assert Connection.get("my_db").host == "environment"
        monkeypatch.setenv(prefix + "MY_DB", '{"conn_type": "x", "host": "json", "port": "5"}')
        assert (Connection.get("my_db").host, Connection.get("my_db").port) == ("json", 5)


def test_without_a_name_there_is_no_connection():
    with pytest.raises(AirflowNotFoundException, match="The conn_id `None` isn't defined"):
        Connection.get(None)


def test_a_connection_that_is_nowhere_says_how_to_add_it():
    with pytest.raises(AirflowNotFoundException, match=r"The conn_id `nope` isn't defined.*TRADEWIND_CONN_NOPE"):
        BaseHook.get_connection("nope")


def test_secrets_are_masked_when_a_connection_is_read():
    masked = []
    server = MemoryServer("d", "r")
    server.connections["db"] = {"conn_type": "x", "password": "very-secret", "extra": json.dumps({"token": "abc"})}
    with bound(MemoryApi(server, "t", -1), lambda value, name: masked.append((value, name))):
        Connection.get("db")
    assert ("very-secret", "password") in masked
    assert ({"token": "abc"}, None) in masked


def test_a_hook_is_found_by_the_type_of_the_connection(monkeypatch, tmp_path):
    monkeypatch.setenv("AIRFLOW_CONN_FOLDER", json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path)}}))
    assert BaseHook.get_hook("folder").get_path() == str(tmp_path)
    with pytest.raises(AirflowException, match='Unknown hook type "odd"'):
        Connection("c", "odd").get_hook()


def test_the_parts_are_shown_without_secrets():
    shown = repr(Connection("c", "x", password="hidden", host="h"))
    assert "hidden" not in shown
    assert "'h'" in shown


def test_variables_are_read_written_listed_and_deleted():
    server = MemoryServer("d", "r")
    with bound(MemoryApi(server, "t", -1)):
        Variable.set("a", {"n": 1}, serialize_json=True)
        Variable.set("b", 2)
        assert Variable.get("a", deserialize_json=True) == {"n": 1}
        assert Variable.get("b") == "2"
        assert list(Variable.keys()) == ["a", "b"]
        assert list(Variable.keys("b")) == ["b"]
        Variable.delete("a")
        assert Variable.get("a", default=None) is None
        assert Variable.get("a", default_var=5) == 5
        with pytest.raises(KeyError, match="Variable a does not exist"):  # and, as in Airflow 3, an AirflowRuntimeError
            Variable.get("a")


def test_variables_have_the_methods_of_airflow_2_too():
    server = MemoryServer("d", "r")
    with bound(MemoryApi(server, "t", -1)):
        assert Variable.setdefault("a", {"n": 1}, deserialize_json=True) == {"n": 1}
        assert Variable.get("a") == '{\n  "n": 1\n}'
        assert Variable.setdefault("a", {"n": 2}, deserialize_json=True) == {"n": 1}
        assert Variable.setdefault("b", "text") == Variable.get("b") == "text"
        Variable.update("a", [1], serialize_json=True)
        assert Variable.get("a", deserialize_json=True) == [1]
        with pytest.raises(ValueError, match="no variable 'c' yet"):
            Variable.setdefault("c", None)


def test_variables_cannot_be_written_outside_of_a_task():
    with pytest.raises(NoTaskApi, match="only a running task can set variables"):
        Variable.set("a", "b")


def test_threads_of_user_code_reach_the_api_too():
    from concurrent.futures import ThreadPoolExecutor

    server = MemoryServer("d", "r")
    server.variables["a"] = "from the server"
    with bound(MemoryApi(server, "t", -1)), ThreadPoolExecutor(1) as pool:
        assert pool.submit(Variable.get, "a").result() == "from the server"


def test_fs_default_is_there_without_being_made() -> None:
    found = Connection.get("fs_default")
    assert (found.conn_type, found.extra_dejson) == ("fs", {"path": "/"})
