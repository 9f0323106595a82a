"""What the plugins of a home bring, told by a process of its own, since loading them runs their code."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewind.sdk.provider_process import ask

__all__ = ["NOT_SUPPORTED", "facts", "plugin_facts"]

USED = (
    "macros", "timetables", "listeners", "priority_weight_strategies", "global_operator_extra_links",
    "operator_extra_links", "hook_lineage_readers", "partition_mappers", "windows", "deadline_references",
)  # fmt: skip
NOT_SUPPORTED = (
    "flask_blueprints", "fastapi_apps", "fastapi_root_middlewares", "external_views", "react_apps", "appbuilder_views",
    "appbuilder_menu_items", "admin_views", "menu_links",
)  # fmt: skip
"""Lists of a plugin that add to Airflow's web server; here they have no effect."""


def plugin_facts(folder: Path) -> dict[str, Any]:
    """`plugins`, by name with what they bring, and `errors`: source -> why it can't be loaded.

    Raises:
        ChildFailed: loading them ended the process.
    """
    return ask("tradewind.sdk.plugin_facts.facts", str(folder), folders=[one for one in sys.path if one])


def facts(folder: str) -> dict[str, Any]:
    """As `plugin_facts`, in the process that loads them."""
    from tradewind.sdk.plugins import Plugins  # noqa: PLC0415 - not in the process that asks, which may be the server

    plugins = Plugins()
    plugins.load(Path(folder))
    return {"plugins": [_told(name, one) for name, one in sorted(plugins.found.items())], "errors": plugins.errors}


def _told(name: str, plugin: type[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "source": f"{plugin.__module__}.{plugin.__qualname__}"}
    for key in (*USED, *NOT_SUPPORTED):
        told[key] = [_named(one) for one in getattr(plugin, key, ())]
    told["not_supported"] = [key for key in NOT_SUPPORTED if told[key]]
    return told


def _named(item: Any) -> Any:
    if isinstance(item, dict):
        return {
            str(key): value if isinstance(value, str | int | None) else _named(value) for key, value in item.items()
        }
    if isinstance(item, ModuleType):
        return item.__name__
    kind = item if hasattr(item, "__qualname__") else type(item)
    return f"{kind.__module__}.{kind.__qualname__}"
