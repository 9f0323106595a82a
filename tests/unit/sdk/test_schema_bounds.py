"""Schemas and values that mean ill are told so in time; all others are checked as ever."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from tradewind.sdk.json_schemas import SchemaBroken, mistakes

ENDLESS = r"^(a|aa)+$"
VALUE = "a" * 60 + "!"


def messages(value: object, schema: Mapping[str, Any], limit_s: float = 30.0) -> list[str]:
    return [one.message for one in mistakes(value, schema, limit_s)]


def twice(depth: int) -> dict[str, Any]:
    """Each definition asks for the next one twice."""
    both = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/0", "$defs": {**both, str(depth): {"type": "integer"}}}


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (VALUE, {"type": "string", "pattern": ENDLESS}),
        ({VALUE: 1}, {"patternProperties": {ENDLESS: {}}}),
        ({VALUE: 1}, {"additionalProperties": False, "patternProperties": {ENDLESS: {}}}),
        ([{"a": VALUE}], {"items": {"properties": {"a": {"pattern": ENDLESS}}}}),
        (VALUE, {"$schema": "http://json-schema.org/draft-07/schema#", "allOf": [{"pattern": ENDLESS}]}),
        (VALUE, {"$defs": {"x": {"pattern": ENDLESS}}, "$ref": "#/$defs/x"}),
        (1, twice(40)),
        (1, {"$ref": "#"}),
        ([*range(20_000)], {"items": {"enum": [*range(20_000)]}}),
        (dict.fromkeys(map(str, range(20_000)), 20_000), {"additionalProperties": {"enum": [*range(20_000)]}}),
        ([*range(60_000)], {"unevaluatedItems": False, "allOf": [{"items": True}]}),
        (dict.fromkeys(map(str, range(60_000))),
         {"unevaluatedProperties": False, "allOf": [{"additionalProperties": True}]}),
    ],
)  # fmt: skip
def test_a_check_that_would_not_end_is_stopped(value: object, schema: dict[str, Any]) -> None:
    began = time.process_time()
    with pytest.raises(SchemaBroken, match=r"longer than|without end"):
        messages(value, schema, 0.1)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"$schema": "http://json-schema.org/draft-07/schema#", "pattern": ENDLESS}]},
        {"patternProperties": {ENDLESS: {}}, "unevaluatedProperties": False},
    ],
)
def test_what_can_not_be_bounded_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaBroken):
        messages({VALUE: VALUE}, schema)


def test_many_items_that_can_not_be_sorted_are_compared_quickly() -> None:
    many: list[object] = [*range(20_000), *map(str, range(20_000)), {"a": 1}, True]
    began = time.process_time()
    assert messages(many, {"uniqueItems": True}, 60.0) == []
    assert len(messages([*many, {"a": 1.0}], {"uniqueItems": True}, 60.0)) == 1
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("value", "schema", "wrong"),
    [
        ("ab", {"pattern": "^a(?=b)"}, []),
        ("cab", {"pattern": "^a"}, ["'cab' does not match '^a'"]),
        ({"s_a": "x", "n": 1}, {"patternProperties": {"^s_": {"type": "string"}}}, []),
        ({"s_a": 1}, {"patternProperties": {"^s_": {"type": "string"}}}, ["1 is not of type 'string'"]),
        (
            {"s_a": 1, "n": 1},
            {"patternProperties": {"^s_": {}}, "additionalProperties": False},
            ["Additional properties are not allowed ('n' was unexpected)"],
        ),
        ({"s_a": 1, "n": "x"}, {"patternProperties": {"^s_": {}}, "additionalProperties": {"type": "integer"}},
         ["'x' is not of type 'integer'"]),
        ([1, True, 0, False], {"uniqueItems": True}, []),
        ([1, 1.0], {"uniqueItems": True}, ["[1, 1.0] has non-unique elements"]),
        ({"a": [{"a": []}]}, {"properties": {"a": {"items": {"$ref": "#"}}}}, []),
        ({"a": 1, "b": 2}, {"properties": {"a": {}}, "unevaluatedProperties": False},
         ["Unevaluated properties are not allowed ('b' was unexpected)"]),
    ],
)  # fmt: skip
def test_what_means_well_is_checked_as_ever(value: object, schema: dict[str, Any], wrong: list[str]) -> None:
    assert messages(value, schema) == wrong


def test_a_pattern_that_is_none_is_told() -> None:
    with pytest.raises(SchemaBroken, match="a pattern of it is none"):
        messages("a", {"pattern": "("})
