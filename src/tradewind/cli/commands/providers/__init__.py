"""`tradewind providers`: the list of its commands."""

from __future__ import annotations

import click

from tradewind.cli.lazy import LazyGroup, Listed

__all__ = ["providers"]

HERE = "tradewind.cli.commands.providers"
COMMANDS: Listed = {
    "add": (f"{HERE}.packages:add", "Install provider packages, as published and without Airflow."),
    "auth-managers": (f"{HERE}.listings:auth_managers", "List auth managers; Tradewind has no use for them."),
    "behaviours": (f"{HERE}.forms:behaviours", "List the connection types whose forms have hints of their own."),
    "configs": (f"{HERE}.listings:configs", "List the packages that have options of their own."),
    "connection-types": (f"{HERE}.forms:connection_types", "List connection types, with their fields."),
    "decorators": (f"{HERE}.listings:decorators", "List what `@task.` offers beyond the standard."),
    "dialects": (f"{HERE}.listings:dialects", "List SQL dialects."),
    "executors": (f"{HERE}.listings:executors", "List executors; Tradewind has its own."),
    "filesystems": (f"{HERE}.listings:filesystems", "List the schemes that ObjectStoragePath can open."),
    "get": (f"{HERE}.listings:get", "Show a package."),
    "hooks": (f"{HERE}.forms:hooks", "List hooks."),
    "links": (f"{HERE}.listings:links", "List links of operators."),
    "list": (f"{HERE}.listings:list_providers", "List the installed packages."),
    "logging": (f"{HERE}.listings:logging_handlers", "List handlers of task logs."),
    "notifications": (f"{HERE}.listings:notifications", "List notifiers."),
    "operators": (f"{HERE}.classes:operators", "List operators."),
    "queues": (f"{HERE}.listings:queues", "List message queues."),
    "remove": (f"{HERE}.packages:remove", "Uninstall provider packages; what they needed stays."),
    "secrets": (f"{HERE}.listings:secrets", "List secrets backends."),
    "sensors": (f"{HERE}.classes:sensors", "List sensors."),
    "transfers": (f"{HERE}.classes:transfers", "List operators that move data from one system to another."),
    "triggers": (f"{HERE}.classes:triggers", "List triggers."),
    "widgets": (f"{HERE}.forms:widgets", "List the fields that forms of connections have beyond the common ones."),
}


@click.group(cls=LazyGroup, listed=COMMANDS)
def providers() -> None:
    """Install provider packages, and see what they bring."""
