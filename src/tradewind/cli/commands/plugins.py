"""`tradewind plugins`: which plugins are loaded where user code runs, and what of them has no effect here."""

from __future__ import annotations

import click

from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["plugins"]


@click.command()
@output_option
@pass_session
def plugins(session: Session, output: str) -> None:
    """List plugins, what they bring, and those that can't be loaded."""
    from tradewind.sdk.plugin_facts import USED, plugin_facts

    found = plugin_facts(session.settings.plugins_folder)
    rows = [
        {
            "name": one["name"],
            "source": one["source"],
            "brings": ", ".join(f"{key} ({len(one[key])})" for key in USED if one[key]),
            "without_effect": ", ".join(one["not_supported"]),
        }
        for one in found["plugins"]
    ]
    show(rows, ["name", "source", "brings", "without_effect"], output)
    for source, why in found["errors"].items():
        click.echo(f"{click.style('Warning:', fg='yellow')} {source} can't be loaded: {why}", err=True)
