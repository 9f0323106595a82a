"""What Airflow 2's lineage names: files, tables, people. They may stand in inlets and outlets; nothing is sent anywhere."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

__all__ = ["Column", "File", "Table", "Tag", "User", "default_if_none"]


def default_if_none(arg: bool | None) -> bool:
    """The value, or False."""
    return bool(arg)


@attrs.define(auto_attribs=True, kw_only=True)
class File:
    """A file."""

    template_fields: ClassVar[tuple[str, ...]] = ("url",)

    url: str
    type_hint: str | None = None


@attrs.define(auto_attribs=True, kw_only=True)
class User:
    """Somebody."""

    template_fields: ClassVar[tuple[str, ...]] = ("email", "first_name", "last_name")

    email: str
    first_name: str | None = None
    last_name: str | None = None


@attrs.define(auto_attribs=True, kw_only=True)
class Tag:
    """A word."""

    template_fields: ClassVar[tuple[str, ...]] = ("tag_name",)

    tag_name: str


@attrs.define(auto_attribs=True, kw_only=True)
class Column:
    """A column of a table."""

    template_fields: ClassVar[tuple[str, ...]] = ("name", "description", "data_type", "tags")

    name: str
    description: str | None = None
    data_type: str
    tags: list[Tag] = attrs.field(factory=list)


@attrs.define(auto_attribs=True, kw_only=True)
class Table:
    """A table."""

    template_fields: ClassVar[tuple[str, ...]] = (
        "database", "cluster", "name", "tags", "description", "columns", "owners", "extra",
    )  # fmt: skip

    database: str
    cluster: str
    name: str
    tags: list[Tag] = attrs.field(factory=list)
    description: str | None = None
    columns: list[Column] = attrs.field(factory=list)
    owners: list[User] = attrs.field(factory=list)
    extra: dict[str, Any] = attrs.field(factory=dict)
    type_hint: str | None = None
