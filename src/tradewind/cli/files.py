"""Reads and writes the files of import and export: JSON, YAML, or lines of KEY=VALUE; `-` is the terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from tradewind.base.errors import InvalidInput

__all__ = ["as_yaml", "read_objects", "write_secret_text", "write_text"]


def read_objects(file: str) -> dict[str, Any]:
    """The object in a file; its suffix says how it is written: .json, .yaml, .yml or .env.

    Raises:
        InvalidInput: it can't be read, or holds something else than an object.
    """
    path = Path(file)
    text = path.read_text(encoding="utf-8")
    match path.suffix.lower():
        case ".json" | "":
            content = _json(text, file)
        case ".yaml" | ".yml":
            content = _yaml(text, file)
        case ".env":
            content = _lines(text, file)
        case other:
            raise InvalidInput(f"{file}: can't tell how {other} files are written; use .json, .yaml, .yml or .env")
    if not isinstance(content, dict):
        raise InvalidInput(f"{file} must hold an object of names and values, not a {type(content).__name__}")
    return {str(name): value for name, value in content.items()}


def as_yaml(content: Mapping[str, Any]) -> str:
    """The object as YAML."""
    import yaml

    return yaml.safe_dump(dict(content), sort_keys=True, allow_unicode=True)


def write_text(file: str, text: str) -> None:
    """Write to the file, or to the terminal for `-`."""
    if file == "-":
        click.echo(text, nl=False)
    else:
        Path(file).write_text(text, encoding="utf-8")


def write_secret_text(file: str, text: str) -> None:
    """As `write_text`; a new file can be read by its owner only."""
    if file != "-":
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    write_text(file, text)


def _json(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{file} is not valid JSON: {error}") from error


def _yaml(text: str, file: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput(f"{file} is not valid YAML: {error}") from error


def _lines(text: str, file: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign:
            raise InvalidInput(f"{file}, line {number}: {line!r} is not KEY=VALUE")
        found[name.strip()] = value
    return found
