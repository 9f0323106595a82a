"""Names of Airflow's database: importing them works, and using them says what DAG files and tasks use instead.

Airflow 3 keeps its database from user code, and Tradewind's has other tables. Provider packages still import these names at
module level, for annotations and for branches that are never taken; so they are classes that have no rows.
"""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["RefusedAttribute", "Table", "refuse", "table"]

ASKED_BY_SQLALCHEMY = frozenset({"__clause_element__", "__table__", "__tablename__", "__mapper__"})
"""What SQLAlchemy looks for in a class that stands in a query."""
USUALLY = "Variable, Connection, XCom, the context's `ti` and `dag_run`, or the REST API"


class RefusedAttribute(RuntimeError, AttributeError):
    """A column or a query that was asked for. Code that only looks whether it is there sees that it is not."""


def refuse(what: str, instead: str = USUALLY, kind: type[RuntimeError] = RuntimeError) -> NoReturn:
    """Say that there is no database here, and what there is.

    Raises:
        RuntimeError: always.
    """
    raise kind(
        f"Direct database access via the ORM is not allowed in DAG files and tasks, as in Airflow 3.0: {what}. Use {instead}"
    )


class Table(type):
    """The class of such names: calling one, or asking it for a column or a query, is refused."""

    instead: str = USUALLY

    def __call__(cls, *_: Any, **__: Any) -> NoReturn:
        refuse(f"{cls.__qualname__} can't be made", cls.instead)

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("__") and name not in ASKED_BY_SQLALCHEMY:
            raise AttributeError(f"type object {cls.__qualname__!r} has no attribute {name!r}")
        kind = RuntimeError if name in ASKED_BY_SQLALCHEMY else RefusedAttribute
        refuse(f"{cls.__qualname__}.{name} is a matter of the database", cls.instead, kind)


def table(name: str, module: str, instead: str = USUALLY) -> Any:
    """A class without rows.

    Args:
        name, module: where people import it.
        instead: what to use.
    """
    about = f"Airflow's table of this name, which can only be named here. Use {instead}."
    return Table(name, (), {"__module__": module, "__doc__": about, "instead": instead})


def expand_alias_to_assets(*_: Any, **__: Any) -> NoReturn:
    """The assets of an alias, which Airflow looks up: refused.

    Raises:
        RuntimeError: always.
    """
    refuse("expand_alias_to_assets asks the database", "`outlet_events[AssetAlias(...)]` of the context")
