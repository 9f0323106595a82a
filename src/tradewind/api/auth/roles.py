"""Who may do what: four roles, each with all that the one before it may."""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

from tradewind.base.errors import InvalidInput

__all__ = ["Action", "Resource", "Role", "least_role"]

Action = Literal["read", "edit"]
Resource = Literal[
    "asset",
    "backfill",
    "config",
    "connection",
    "dag",
    "dag_run",
    "event_log",
    "favorite",
    "import_error",
    "job",
    "log",
    "plugin",
    "pool",
    "provider",
    "task",
    "task_instance",
    "user",
    "variable",
    "xcom",
]


class Role(IntEnum):
    """Airflow's roles, least first."""

    VIEWER = 0
    """Reads everything about DAGs."""
    USER = 1
    """Runs and changes DAGs."""
    OP = 2
    """Sees and changes connections, variables and pools."""
    ADMIN = 3
    """Manages users."""

    @classmethod
    def named(cls, name: str) -> Role:
        """The role of this name, in any case.

        Raises:
            InvalidInput: there is no such role.
        """
        try:
            return cls[name.upper()]
        except KeyError:
            names = ", ".join(role.name.capitalize() for role in cls)
            raise InvalidInput(f"no role {name!r}; there are {names}", role=name) from None


_EDIT: dict[Resource, Role] = {
    "backfill": Role.USER,
    "asset": Role.USER,
    "dag": Role.USER,
    "dag_run": Role.USER,
    "task_instance": Role.USER,
    "xcom": Role.USER,
    "favorite": Role.VIEWER,
    "connection": Role.OP,
    "variable": Role.OP,
    "pool": Role.OP,
}
"""What is not listed only an Admin may change."""

_READ: dict[Resource, Role] = {"connection": Role.OP, "variable": Role.OP, "user": Role.ADMIN}
"""What is not listed every Viewer may see."""


def least_role(action: Action, resource: Resource) -> Role:
    """The least role that may do this."""
    return _READ.get(resource, Role.VIEWER) if action == "read" else _EDIT.get(resource, Role.ADMIN)
