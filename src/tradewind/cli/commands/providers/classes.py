"""`tradewind providers operators`, `sensors`, `triggers`, `transfers`: the classes in the packages' modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from tradewind.cli.output import show
from tradewind.cli.provider_reads import catalogue_of
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["operators", "sensors", "transfers", "triggers"]


def _classes(kind: str, help_text: str) -> click.Command:
    @click.option("-p", "--package", help="Of one package only; a part of its name will do.")
    @output_option
    @pass_session
    def listed(session: Session, package: str | None, output: str) -> None:
        show(_rows(session, kind, package or ""), ["class", "package_name", "integration_name"], output)

    callback: Callable[..., None] = listed
    return click.command(kind, help=help_text)(callback)


def _rows(session: Session, kind: str, part: str) -> list[dict[str, str]]:
    from tradewind.sdk.provider_contents import classes, modules_of

    entries = [
        (module, package, _integration(entry))
        for package, entry in catalogue_of(session).section(kind)
        if part in package
        for module in modules_of({kind: [entry]}, kind)
    ]
    found = classes(kind, [module for module, _, _ in entries]) if entries else {}
    return [
        {"package_name": package, "class": f"{module}.{name}", "integration_name": integration}
        for module, package, integration in entries
        for name in found[module]
    ]


def _integration(entry: Mapping[str, Any]) -> str:
    if "integration-name" in entry:
        return entry["integration-name"]
    return f"{entry.get('source-integration-name', '?')} to {entry.get('target-integration-name', '?')}"


operators = _classes("operators", "List operators.")
sensors = _classes("sensors", "List sensors.")
triggers = _classes("triggers", "List triggers.")
transfers = _classes("transfers", "List operators that move data from one system to another.")
