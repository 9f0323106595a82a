"""Bulk requests over connections, variables and pools: each action with each way to meet what is there or is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from support.api import Api


@dataclass(frozen=True)
class Kind:
    """A kind of thing that is changed in bulk."""

    path: str
    key: str
    old: dict[str, Any]
    new: dict[str, Any]
    changed: str
    """The field that differs between old and new."""
    kept: str
    """A field that an update mask leaves out."""

    def named(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return {self.key: name, **(self.old if body is None else body)}

    def of(self, api: Api, name: str) -> dict[str, Any] | None:
        answer = api.get(f"{self.path}/{name}")
        return answer.json if answer.status == 200 else None

    def bulk(self, api: Api, *actions: dict[str, Any]) -> dict[str, Any]:
        return api.patch(self.path, {"actions": list(actions)}).ok()


KINDS = [
    Kind(
        "/connections", "connection_id", {"conn_type": "http", "host": "a", "description": "first"},
        {"conn_type": "http", "host": "b", "description": "second"}, "host", "description",
    ),
    Kind("/variables", "key", {"value": "1", "description": "first"}, {"value": "2", "description": "second"}, "value",
         "description"),
    Kind("/pools", "name", {"slots": 1, "description": "first"}, {"slots": 2, "description": "second"}, "slots",
         "description"),
]  # fmt: skip


@pytest.fixture(params=KINDS, ids=lambda kind: kind.path[1:])
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def stocked(api: Api, kind: Kind) -> Api:
    """One of the kind is there, by the name of `there`."""
    api.post(kind.path, kind.named("there")).ok(201)
    return api


@pytest.mark.parametrize(
    ("way", "success", "errors", "is_changed"),
    [(None, ["absent"], [409], False), ("fail", ["absent"], [409], False), ("skip", ["absent"], [], False),
     ("overwrite", ["there", "absent"], [], True)],
)  # fmt: skip
def test_what_is_created_may_be_there(
    stocked: Api, kind: Kind, way: str | None, success: list[str], errors: list[int], is_changed: bool
) -> None:
    action = {"action": "create", "entities": [kind.named("there", kind.new), kind.named("absent")]}
    done = kind.bulk(stocked, action | ({"action_on_existence": way} if way else {}))
    assert done["create"]["success"] == success
    assert [error["status_code"] for error in done["create"]["errors"]] == errors
    assert (done["update"], done["delete"]) == (None, None)
    there, absent = kind.of(stocked, "there"), kind.of(stocked, "absent")
    assert there is not None
    assert (there[kind.changed] == (kind.new if is_changed else kind.old)[kind.changed]) is True
    assert absent is not None


@pytest.mark.parametrize(("way", "errors"), [(None, [404]), ("fail", [404]), ("skip", [])])
def test_what_is_changed_may_be_absent(stocked: Api, kind: Kind, way: str | None, errors: list[int]) -> None:
    action = {"action": "update", "entities": [kind.named("absent", kind.new), kind.named("there", kind.new)]}
    done = kind.bulk(stocked, action | ({"action_on_non_existence": way} if way else {}))
    assert done["update"]["success"] == ["there"]
    assert [error["status_code"] for error in done["update"]["errors"]] == errors
    assert kind.of(stocked, "absent") is None
    there = kind.of(stocked, "there")
    assert there is not None
    assert there[kind.kept] == "second"


def test_an_update_mask_leaves_the_other_fields(stocked: Api, kind: Kind) -> None:
    entities = [kind.named("there", kind.new)]
    kind.bulk(stocked, {"action": "update", "entities": entities, "update_mask": [kind.changed]})
    there = kind.of(stocked, "there")
    assert there is not None
    assert (there[kind.changed], there[kind.kept]) == (kind.new[kind.changed], "first")
    refused = kind.bulk(stocked, {"action": "update", "entities": entities, "update_mask": ["no_such_field"]})
    assert [error["status_code"] for error in refused["update"]["errors"]] == [400]


@pytest.mark.parametrize(("way", "errors"), [(None, [404]), ("fail", [404]), ("skip", [])])
@pytest.mark.parametrize("is_object", [False, True], ids=["by-name", "by-object"])
def test_what_is_deleted_may_be_absent(
    stocked: Api, kind: Kind, way: str | None, errors: list[int], is_object: bool
) -> None:
    entities = [kind.named(name) if is_object else name for name in ("absent", "there")]
    action = {"action": "delete", "entities": entities}
    done = kind.bulk(stocked, action | ({"action_on_non_existence": way} if way else {}))
    assert done["delete"]["success"] == ["there"]
    assert [error["status_code"] for error in done["delete"]["errors"]] == errors
    assert kind.of(stocked, "there") is None


def test_actions_follow_each_other(stocked: Api, kind: Kind) -> None:
    done = kind.bulk(
        stocked,
        {"action": "delete", "entities": ["there"]},
        {"action": "create", "entities": [kind.named("there", kind.new)]},
        {"action": "update", "entities": [kind.named("there")]},
    )
    assert [result["success"] for result in done.values()] == [["there"]] * 3
    there = kind.of(stocked, "there")
    assert there is not None
    assert there[kind.changed] == kind.old[kind.changed]


@pytest.mark.parametrize(
    "action",
    [
        {"action": "replace", "entities": []},
        {"action": "create"},
        {"action": "create", "entities": [{"colour": "red"}]},
        {"action": "create", "entities": [], "action_on_existence": "ignore"},
        {"action": "update", "entities": [], "action_on_existence": "skip"},
        {"action": "delete", "entities": [1]},
    ],
)
def test_an_action_that_can_not_be_is_refused_before_anything_is_done(
    stocked: Api, kind: Kind, action: dict[str, Any]
) -> None:
    first = {"action": "delete", "entities": ["there"]}
    assert stocked.patch(kind.path, {"actions": [first, action]}).status == 422
    assert kind.of(stocked, "there") is not None
