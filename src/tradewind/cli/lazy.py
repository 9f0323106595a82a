"""A group of commands that imports a command's module when that command is used, and not before."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

__all__ = ["LazyGroup", "Listed"]

Listed = Mapping[str, tuple[str, str]]
"""Name of a command -> where it is (`module:attribute`) and what it does, in one line."""


class LazyGroup(click.Group):
    """Lists its commands without importing them.

    Args:
        listed: the commands; the line of help shown in the list must be that of the command itself (a test compares).
    """

    def __init__(self, *args: Any, listed: Listed | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed: Listed = listed or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the alphabet."""
        return sorted({*self.listed, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None: there is no such name."""
        if cmd_name not in self.listed:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self.listed[cmd_name][0].partition(":")
        return getattr(importlib.import_module(module), attribute)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the group's help."""
        rows = [(name, self._line(ctx, name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def _line(self, ctx: click.Context, name: str) -> str:
        if name in self.listed:
            return self.listed[name][1]
        command = self.get_command(ctx, name)
        return command.get_short_help_str(limit=100) if command else ""
