"""Prints rows as a table, plain columns, JSON or YAML; only the format that is asked for is loaded."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

__all__ = ["STATE_COLOURS", "as_text", "print_json", "show", "show_one"]

STATE_COLOURS = {
    "success": "green",
    "running": "bright_green",
    "failed": "red",
    "upstream_failed": "yellow",
    "skipped": "magenta",
    "queued": "bright_black",
    "scheduled": "bright_black",
    "up_for_retry": "yellow",
    "up_for_reschedule": "cyan",
    "deferred": "cyan",
    "restarting": "magenta",
    "removed": "bright_black",
}


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], output: str) -> None:
    """Print rows.

    Args:
        rows: each a mapping that has the columns; what else it has is not shown.
        columns: names, in order.
        output: `table`, `plain`, `json` or `yaml`.
    """
    chosen = [{column: row.get(column) for column in columns} for row in rows]
    if output == "json":
        print_json(chosen)
    elif output == "yaml":
        import yaml

        click.echo(yaml.safe_dump(json.loads(_json(chosen)), sort_keys=False, allow_unicode=True), nl=False)
    elif output == "plain":
        _plain(chosen, columns)
    elif chosen:
        _table(chosen, columns)
    else:
        click.echo("No data found")


def show_one(fields: Mapping[str, Any], output: str) -> None:
    """Print one thing: as a table of names and values, or as an object of JSON or YAML."""
    if output == "json":
        print_json(fields)
    elif output == "yaml":
        import yaml

        click.echo(yaml.safe_dump(json.loads(_json(fields)), sort_keys=False, allow_unicode=True), nl=False)
    else:
        show([{"property": name, "value": value} for name, value in fields.items()], ["property", "value"], output)


def print_json(value: Any) -> None:
    """Print as JSON."""
    click.echo(_json(value))


def as_text(value: Any) -> str:
    """A cell: nothing for None, JSON for what is nested, no fraction of seconds in a time."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | int() | float():
            return str(value)
        case datetime():
            return value.isoformat()
        case list() | tuple() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case _:
            return _json(value, indent=None)


def _json(value: Any, indent: int | None = 2) -> str:
    return json.dumps(value, indent=indent, default=str, ensure_ascii=False)


def _plain(rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    cells = [list(columns), *([as_text(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        click.echo(" ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Cut to the width of a terminal, never for a file or another program.
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 10_000, highlight=False)
    table = Table(box=box.SIMPLE_HEAD if sys.stdout.isatty() else box.ASCII2, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(as_text(row[c]), style=_style(c, row[c])) for c in columns))
    console.print(table)


def _style(column: str, value: Any) -> str:
    return STATE_COLOURS.get(value, "") if column == "state" and isinstance(value, str) else ""
