"""Having a DAG file parsed again: by the token of a DAG in it, where somebody parses, by who may change what is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.api import PATIENCE_S, Api
from support.databases import sqlite_database
from support.rows import spec
from tradewind.api import deps
from tradewind.api.app import create_app
from tradewind.api.public import dags as dag_routes


@pytest.fixture
def asked() -> list[str]:
    """Files that the parser was asked for."""
    return []


@pytest.fixture
def parsing(tmp_path: Path, asked: list[str]) -> Iterator[Api]:
    """A server with a parser."""
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path) as opened:
        opened.app.state.desk.close()
        opened.app = create_app(replace(opened.services, reparse=asked.append))
        yield opened


def test_a_file_is_parsed_again_by_the_token_of_its_dag(parsing: Api, asked: list[str]) -> None:
    parsing.has(spec())
    token = parsing.get("/dags/etl").ok()["file_token"]
    assert parsing.put(f"/parseDagFile/{token}", None).status == 201
    assert asked == ["etl.py"]
    assert parsing.get("/eventLogs", event="reparse_dag_file").ok()["total_entries"] == 1


def back(parsing: Api, asked: list[str]) -> None:
    """Once the file of the deleted DAG has been parsed again."""
    until = time.monotonic() + PATIENCE_S
    while not asked:
        assert time.monotonic() < until, "its file was not parsed again"
        parsing.get("/dags")
    assert parsing.get("/dags/etl").status == 404
    assert asked == ["etl.py"]


def test_the_file_of_a_deleted_dag_is_parsed_again_a_while_later_so_that_it_comes_back(
    parsing: Api, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsing.has(spec())
    assert dag_routes.RETURN_AFTER_S >= 30, "a client that deletes a DAG finds it gone"
    monkeypatch.setattr(dag_routes, "RETURN_AFTER_S", 0.01)
    assert parsing.delete("/dags/etl").status == 200
    back(parsing, asked)


def test_so_is_that_of_a_dag_that_is_deleted_after_the_answer(
    parsing: Api, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    parsing.has(spec())
    monkeypatch.setattr(deps, "EFFECT_WAIT_S", 0.05)
    monkeypatch.setattr(dag_routes, "RETURN_AFTER_S", 0.01)
    monkeypatch.setattr(dag_routes, "RETURN_LOOKS", 14)
    with parsing.engine.held():
        assert parsing.delete("/dags/etl").status == 202
        assert parsing.get("/dags/etl").status == 200
        assert asked == []
    back(parsing, asked)


@pytest.mark.parametrize("token", ["nothing", "e30=", "eyJidW5kbGVfbmFtZSI6ImEiLCJyZWxhdGl2ZV9maWxlbG9jIjoiYi5weSJ9"])
def test_a_token_that_names_no_file_of_dags_is_not_found(parsing: Api, asked: list[str], token: str) -> None:
    assert parsing.put(f"/parseDagFile/{token}", None).status == 404
    assert asked == []


def test_who_may_not_change_the_dag_does_not_have_it_parsed(parsing: Api, asked: list[str]) -> None:
    parsing.has(spec())
    token = parsing.get("/dags/etl").ok()["file_token"]
    assert parsing.put(f"/parseDagFile/{token}", None, role="viewer").status == 403
    assert asked == []


def test_where_nobody_parses_that_is_said(api: Api) -> None:
    api.has(spec())
    token = api.get("/dags/etl").ok()["file_token"]
    refused = api.put(f"/parseDagFile/{token}", None)
    assert (refused.status, "tradewind dags reserialize" in refused.json["detail"]) == (400, True)
