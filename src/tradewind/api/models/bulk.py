"""Bulk requests: lists of create, update and delete actions, each over many entities."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field

from tradewind.api.models.base import Body, Out

__all__ = ["BulkActionResponse", "BulkBody", "BulkResponse", "CreateAction", "DeleteAction", "UpdateAction"]

T = TypeVar("T")


class CreateAction(Body, Generic[T]):
    action: Literal["create"]
    entities: list[T]
    action_on_existence: Literal["fail", "skip", "overwrite"] = "fail"


class UpdateAction(Body, Generic[T]):
    action: Literal["update"]
    entities: list[T]
    action_on_non_existence: Literal["fail", "skip"] = "fail"
    update_mask: list[str] | None = None


class DeleteAction(Body, Generic[T]):
    """Entities are names, or objects of which the name counts."""

    action: Literal["delete"]
    entities: list[str | T]
    action_on_non_existence: Literal["fail", "skip"] = "fail"


class BulkBody(Body, Generic[T]):
    actions: list[Annotated[CreateAction[T] | UpdateAction[T] | DeleteAction[T], Field(discriminator="action")]]


class BulkActionResponse(Out):
    success: list[str] = []
    errors: list[dict[str, Any]] = []


class BulkResponse(Out):
    create: BulkActionResponse | None = None
    update: BulkActionResponse | None = None
    delete: BulkActionResponse | None = None
