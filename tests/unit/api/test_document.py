"""The OpenAPI document is one that Airflow's client could have been made from: its fields and its words are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, get_args

import airflow_client.client.models as theirs
import pytest
from pydantic import BaseModel

from tradewind.api.document import TAGS, stored_document

DOCUMENT = stored_document()
SCHEMAS: Mapping[str, Any] = DOCUMENT["components"]["schemas"]
BOOKKEEPING = ("actual_instance", "schema_validator", "one_of", "any_of", "additional_properties")
"""Fields of the client's models that are no fields of what is sent."""

REFUSED_BY_BOTH = (("PatchTaskInstanceBody", "new_state"), ("BulkTaskInstanceBody", "new_state"))
"""Where Airflow's document lists more words than its server takes, and ours lists those that are taken."""


def names_in(schema: object) -> Iterator[str]:
    """The schemas that a schema speaks of."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rsplit("/", 1)[1]
        for value in schema.values():
            yield from names_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from names_in(value)


def reached_from(place: str) -> set[str]:
    """All schemas that `responses` or `requestBody` of some operation needs."""
    found: set[str] = set()
    waiting = [
        name
        for methods in DOCUMENT["paths"].values()
        for one in methods.values()
        for name in names_in(one.get(place, {}))
    ]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += names_in(SCHEMAS[name])
    return found


def words_in(schema: Mapping[str, Any]) -> set[str]:
    """The words that a schema lists, also by way of others."""
    if "$ref" in schema:
        return words_in(SCHEMAS[schema["$ref"].rsplit("/", 1)[1]])
    words = {*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])}
    below = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    return words.union(*map(words_in, below))


def closed(kind: Any) -> Iterator[set[str]]:
    """The words of an enumeration in an annotation."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield {member.value for member in kind}
    for inner in get_args(kind):
        yield from closed(inner)


SENT = reached_from("responses")
ASKED = reached_from("requestBody")
MODELS = {name: model for name in sorted(SENT | ASKED) if isinstance(model := getattr(theirs, name, None), type)}

CLOSED = [
    pytest.param(name, field.alias or key, words, id=f"{name}.{field.alias or key}")
    for name, model in MODELS.items()
    if issubclass(model, BaseModel)
    for key, field in model.model_fields.items()
    for words in closed(field.annotation)
]


def test_most_schemas_are_known_to_airflows_client() -> None:
    assert len(MODELS) > 100


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if issubclass(model, BaseModel)])
def test_fields_that_airflows_client_needs_are_always_sent(name: str) -> None:
    fields = {field.alias or key: field for key, field in MODELS[name].model_fields.items()}
    fields = {key: field for key, field in fields.items() if not key.startswith(BOOKKEEPING)}
    assert fields.keys() - SCHEMAS[name].get("properties", {}).keys() == set()
    if name in SENT:
        needed = {key for key, field in fields.items() if field.is_required()}
        assert needed - set(SCHEMAS[name].get("required", ())) == set()


@pytest.mark.parametrize(("name", "key", "words"), CLOSED)
def test_words_that_airflows_client_sends_or_takes_are_those_of_ours(name: str, key: str, words: set[str]) -> None:
    ours = words_in(SCHEMAS[name]["properties"][key])
    if not ours:
        assert name not in SENT  # any text is taken there, and the code refuses what it does not know
    if ours and name in SENT:
        assert ours <= words
    if ours and name in ASKED and (name, key) not in REFUSED_BY_BOTH:
        assert words <= ours


def test_every_tag_is_used_and_told() -> None:
    used = {tag for methods in DOCUMENT["paths"].values() for one in methods.values() for tag in one["tags"]}
    assert used == set(TAGS)


def test_every_operation_tells_what_it_does_and_how_it_refuses() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method, one in methods.items():
            assert one["operationId"].isidentifier()
            assert one["description"].strip(), f"{method} {path}"
            if "security" in one:
                assert {"401", "404", "503"} <= set(one["responses"]), f"{method} {path}"
