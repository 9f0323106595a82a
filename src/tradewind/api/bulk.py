"""Bulk requests, one entity at a time: what fails is listed with its reason, and the rest is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tradewind.api.models.bulk import BulkBody, CreateAction, UpdateAction
from tradewind.api.problems import status_of
from tradewind.base.errors import Conflict, NotFound, TradewindError
from tradewind.base.policy import Action

__all__ = ["Verbs", "names_in", "run_bulk"]

T = TypeVar("T")
_PERMISSION: dict[str, Action] = {"create": "create", "update": "edit", "delete": "delete"}


@dataclass(frozen=True, slots=True)
class Verbs(Generic[T]):
    """What can be done to one kind of thing."""

    check: Callable[[Action, str | T], None]
    """Whether the caller may do this to an entity. Raises `Forbidden`."""
    name: Callable[[T], str]
    """The name of an entity, for the answer."""
    create: Callable[[T], None]
    """Raises `Conflict` where it exists."""
    update: Callable[[T, Sequence[str] | None], None]
    """With the fields that count (None: those given). Raises `NotFound`."""
    delete: Callable[[str | T], None]
    """By name or entity. Raises `NotFound`."""


def names_in(body: BulkBody[T], name: Callable[[T], str]) -> list[str]:
    """The names of all entities that a request is about, each once."""
    entities = [one for action in body.actions for one in action.entities]
    return list(dict.fromkeys(one if isinstance(one, str) else name(one) for one in entities))


def run_bulk(body: BulkBody[T], verbs: Verbs[T]) -> dict[str, object]:
    """Carry out all actions in the order given; the answer is `BulkResponse`."""
    answer: dict[str, Any] = {"create": None, "update": None, "delete": None}
    for action in body.actions:
        result: dict[str, list[Any]] = answer[action.action] or {"success": [], "errors": []}
        answer[action.action] = result
        for entity in action.entities:
            name = entity if isinstance(entity, str) else verbs.name(entity)
            try:
                if _carry_out(action, entity, verbs):
                    result["success"].append(name)
            except TradewindError as error:
                result["errors"].append({"error": error.message, "status_code": status_of(error)})
    return answer


def _carry_out(action: Any, entity: Any, verbs: Verbs[Any]) -> bool:
    """Do it; False where it was passed over."""
    verbs.check(_PERMISSION[action.action], entity)
    if isinstance(action, CreateAction):
        return _create(action.action_on_existence, entity, verbs)
    try:
        if isinstance(action, UpdateAction):
            verbs.update(entity, action.update_mask)
        else:
            verbs.delete(entity)
    except NotFound:
        if action.action_on_non_existence == "fail":
            raise
        return False
    return True


def _create(on_existence: str, entity: Any, verbs: Verbs[Any]) -> bool:
    try:
        verbs.create(entity)
    except Conflict:
        if on_existence == "fail":
            raise
        if on_existence == "skip":
            return False
        verbs.check("edit", entity)
        verbs.update(entity, None)
    return True
