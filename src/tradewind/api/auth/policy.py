"""What somebody may do, under the API's name for it; `tradewind.base.policy` decides, and the database knows it too."""

from __future__ import annotations

from tradewind.base.policy import (
    ACTIONS,
    BELOW_A_DAG,
    BUILT_IN,
    RESOURCES,
    Action,
    Decision,
    Grant,
    Held,
    Names,
    Resource,
    Rights,
    parse_scopes,
)

__all__ = [
    "ACTIONS",
    "BELOW_A_DAG",
    "BUILT_IN",
    "RESOURCES",
    "Action",
    "Decision",
    "Grant",
    "Held",
    "Names",
    "Resource",
    "Rights",
    "parse_scopes",
]
