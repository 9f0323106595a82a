"""Conditions on text as each database is quickest with: a pattern in any case, and a prefix that an index serves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

__all__ = ["after_all", "begins", "resembles"]

_LAST = "\U0010ffff"


class _Condition(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """As it is: SQLite would find no index for ``(...) = 1``."""
        return self


class _Resembles(_Condition):
    inherit_cache = True


class _ResemblesAscii(_Condition):
    inherit_cache = True


class _ResemblesCaseless(_Condition):
    inherit_cache = True


class _Begins(_Condition):
    inherit_cache = True


def resembles(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """The column is like a pattern with `%` and `_`, in any case of its letters. A backslash is a letter like others."""
    kind = _Resembles
    if pattern.isascii():
        kind = _ResemblesAscii if pattern.lower() != pattern.upper() else _ResemblesCaseless
    return kind(column, literal(pattern, String), literal(pattern.replace("\\", "\\\\"), String))


def begins(column: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """The column begins with a text, letter by letter."""
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    bounds = [literal(prefix, String), literal(after_all(prefix), String)]
    return _Begins(column, literal(f"{escaped}%", String), *bounds)


def after_all(prefix: str) -> str:
    """The least text beyond all that begin with a prefix; beyond those that no text is beyond, what no name reaches."""
    kept = prefix.rstrip(_LAST)
    if not kept:
        return _LAST * 1000
    following = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if 0xD800 <= following < 0xE000 else following)


@compiles(_Resembles)
def _resembles(element: Any, compiler: Any, **kw: Any) -> str:
    return _between(element, "ILIKE", compiler, kw)


@compiles(_ResemblesAscii)
def _resembles_ascii(element: Any, compiler: Any, **kw: Any) -> str:
    """Of a pattern in ASCII no other letters have a case, and PostgreSQL need not decode each name to fold it."""
    return _between(element, 'COLLATE "C" ILIKE', compiler, kw)


@compiles(_ResemblesCaseless)
def _resembles_caseless(element: Any, compiler: Any, **kw: Any) -> str:
    return _between(element, "LIKE", compiler, kw)


@compiles(_Resembles, "sqlite")
@compiles(_ResemblesAscii, "sqlite")
@compiles(_ResemblesCaseless, "sqlite")
def _resembles_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    """Its LIKE knows no case, and need not be given lower letters."""
    column, pattern, _ = element.clauses
    return f"{compiler.process(column, **kw)} LIKE {compiler.process(pattern, **kw)}"


def _between(element: Any, operator: str, compiler: Any, kw: dict[str, Any]) -> str:
    """PostgreSQL takes a backslash to be there for the next letter."""
    column, _, doubled = element.clauses
    return f"{compiler.process(column, **kw)} {operator} {compiler.process(doubled, **kw)}"


@compiles(_Begins)
def _begins(element: Any, compiler: Any, **kw: Any) -> str:
    column, pattern, *_ = element.clauses
    return f"{compiler.process(column, **kw)} LIKE {compiler.process(pattern, **kw)}"


@compiles(_Begins, "sqlite")
def _begins_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    """Bounds, as its LIKE would take no index that heeds case."""
    column, _, first, beyond = element.clauses
    name = compiler.process(column, **kw)
    return f"({name} >= {compiler.process(first, **kw)} AND {name} < {compiler.process(beyond, **kw)})"
