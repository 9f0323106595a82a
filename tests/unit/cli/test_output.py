"""Rows are printed for people, for programs, and without losing anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import yaml

from tradewind.cli.output import as_text, show, show_one

ROWS = [
    {"dag_id": "a", "tags": ["x", "y"], "is_paused": True, "state": "success", "hidden": 1},
    {"dag_id": "b" * 150, "tags": [], "is_paused": False, "state": None},
]
COLUMNS = ("dag_id", "tags", "is_paused", "state")


def test_json_has_the_columns_that_were_asked_for_in_their_types(capsys) -> None:
    show(ROWS, COLUMNS, "json")
    first, _ = json.loads(capsys.readouterr().out)
    assert first == {"dag_id": "a", "tags": ["x", "y"], "is_paused": True, "state": "success"}


def test_yaml_says_the_same_as_json(capsys) -> None:
    show(ROWS, COLUMNS, "yaml")
    first, second = yaml.safe_load(capsys.readouterr().out)
    assert first == {"dag_id": "a", "tags": ["x", "y"], "is_paused": True, "state": "success"}
    assert second["state"] is None


def test_plain_rows_have_no_lines_around_them(capsys) -> None:
    show(ROWS[:1], COLUMNS, "plain")
    assert capsys.readouterr().out == "dag_id tags is_paused state\na      x, y True      success\n"


def test_a_table_that_is_no_terminal_is_never_cut(capsys) -> None:
    show(ROWS, COLUMNS, "table")
    assert "b" * 150 in capsys.readouterr().out


def test_an_empty_table_says_so_and_empty_json_is_a_list(capsys) -> None:
    show([], COLUMNS, "table")
    show([], COLUMNS, "json")
    assert capsys.readouterr().out == "No data found\n[]\n"


def test_one_thing_is_an_object(capsys) -> None:
    show_one({"a": 1}, "json")
    show_one({"a": 1}, "plain")
    assert capsys.readouterr().out == '{\n  "a": 1\n}\nproperty value\na        1\n'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "True"),
        (1.5, "1.5"),
        (["a", "b"], "a, b"),
        ([1], "[1]"),
        ({"k": "ü"}, '{"k": "ü"}'),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
    ],
)
def test_a_cell(value, text) -> None:
    assert as_text(value) == text


def test_brackets_in_a_cell_are_text_and_no_colours(capsys) -> None:
    show([{"dag_id": "[red]x[/red]"}], ["dag_id"], "table")
    assert "[red]x[/red]" in capsys.readouterr().out
