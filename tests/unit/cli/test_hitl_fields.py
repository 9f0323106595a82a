"""Fields of a form on the command line."""

from __future__ import annotations

import pytest

from tradewind.base.errors import InvalidInput
from tradewind.cli.commands.hitl import _field

PARAMS = {"name": {"value": "", "schema": {"type": "string"}}, "rows": {"value": 1, "schema": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name=7", ("name", "7")),
        ("rows=7", ("rows", 7)),
        ('other={"a": [1]}', ("other", {"a": [1]})),
        ("other=plain text", ("other", "plain text")),
        ("name=a=b", ("name", "a=b")),
    ],
)
def test_a_value_is_text_where_the_form_wants_one_else_json_where_it_is(text: str, field: tuple[str, object]) -> None:
    assert _field(text, PARAMS) == field


def test_a_field_needs_a_value() -> None:
    with pytest.raises(InvalidInput, match="NAME=VALUE"):
        _field("name", PARAMS)
