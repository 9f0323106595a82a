"""`tradewind config`: what is set, and what each setting means."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from tradewind.base.errors import NotFound
from tradewind.cli.output import print_json
from tradewind.cli.session import Session, pass_session

__all__ = ["config"]

SECRET = "< hidden >"  # noqa: S105 - what is shown instead of one


@click.group()
def config() -> None:
    """Show what is set, and where it came from."""


@config.command("get-value")
@click.argument("section")
@click.argument("option")
@pass_session
def get_value(session: Session, section: str, option: str) -> None:
    """Print the value of one setting."""
    from tradewind.base.settings import SECTIONS

    if section not in SECTIONS:
        raise NotFound(f"there is no section {section!r}; there are {', '.join(SECTIONS)}", section=section)
    part = getattr(session.settings, section)
    if option not in {field.name for field in fields(part)}:
        raise NotFound(f"[{section}] has no option {option!r}; `tradewind config list --section {section}` shows all")
    click.echo(_effective(session, section, option))


@config.command("list")
@click.option("--section", help="Only this section.")
@click.option("-d", "--include-descriptions", is_flag=True, help="Say what each setting means.")
@click.option("-V", "--include-env-vars", is_flag=True, help="Name the environment variables that set it.")
@click.option("-s", "--include-sources", is_flag=True, help="Say where each value came from.")
@click.option("-a", "--defaults", is_flag=True, help="Show the defaults instead of what is set.")
@click.option("--hide-sensitive", is_flag=True, help="Hide what may hold a password; this is the default.")
@click.option("--show-values", is_flag=True, help="Show what may hold a password too.")
@click.option("--json", "is_json", is_flag=True, help="Print as JSON.")
@pass_session
def list_config(
    session: Session, section: str | None, defaults: bool, is_json: bool, show_values: bool, **include: bool
) -> None:
    """List all settings in the form of `tradewind.toml`."""
    from tradewind.base.settings import SECTIONS, Settings

    if section is not None and section not in SECTIONS:
        raise NotFound(f"there is no section {section!r}; there are {', '.join(SECTIONS)}", section=section)
    settings = Settings(home=session.settings.home) if defaults else session.settings
    names = [section] if section else list(SECTIONS)
    found = {
        name: {field.name: _shown(settings, name, field.name, show_values) for field in fields(getattr(settings, name))}
        for name in names
    }
    if is_json:
        print_json({"home": str(settings.home), **found})
        return
    click.echo(f"# home: {settings.home}")
    for name, values in found.items():
        click.echo(f"\n[{name}]")
        for field in fields(getattr(settings, name)):
            for line in _comments(session, name, field, include):
                click.echo(f"# {line}")
            click.echo(f"{field.name} = {_toml(values[field.name])}")


def _effective(session: Session, section: str, option: str) -> str:
    """The value in use: empty settings that stand for a place in the home folder are filled in."""
    filled = {("db", "url"): session.settings.db_url, ("parsing", "dags_folder"): session.settings.dags_folder}
    filled |= {
        ("logs", "folder"): session.settings.log_folder,
        ("worker", "artifact_url"): session.settings.artifact_url,
    }
    return str(filled.get((section, option), getattr(getattr(session.settings, section), option)))


def _shown(settings: Any, section: str, option: str, show_values: bool) -> Any:
    value = getattr(getattr(settings, section), option)
    field = next(one for one in fields(getattr(settings, section)) if one.name == option)
    is_secret = ((section, option) == ("db", "url") and "@" in str(value)) or (field.metadata["is_secret"] and value)
    return SECRET if is_secret and not show_values else value


def _comments(session: Session, section: str, field: Any, include: dict[str, bool]) -> list[str]:
    ours, theirs = f"TRADEWIND__{section.upper()}__{field.name.upper()}", field.metadata["airflow"]
    lines = [field.metadata["doc"]] if include["include_descriptions"] else []
    if include["include_env_vars"]:
        lines.append(ours + (f", AIRFLOW__{theirs}" if theirs else ""))
    if include["include_sources"]:
        lines.append(f"from: {_source(session, section, field, ours, f'AIRFLOW__{theirs}')}")
    return lines


def _source(session: Session, section: str, field: Any, ours: str, theirs: str) -> str:
    for name in (ours, theirs):
        if name in session.environ:
            return name
    is_default = getattr(getattr(session.settings, section), field.name) == field.default
    return "default" if is_default else str(session.settings.home / "tradewind.toml")


def _toml(value: Any) -> str:
    import json

    return json.dumps(value)
