"""`tradewind version`."""

from __future__ import annotations

import importlib.metadata

import click

__all__ = ["version"]


@click.command()
def version() -> None:
    """Show the version."""
    click.echo(importlib.metadata.version("tradewind"))
