"""`tradewind variables`: values that DAGs read by name."""

from __future__ import annotations

import json
from typing import Any

import click

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.cli.files import read_objects, write_secret_text
from tradewind.cli.output import print_json, show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["variables"]


@click.group()
def variables() -> None:
    """Manage variables."""


@variables.command("list")
@output_option
@click.option("--show-values", is_flag=True, help="Show the values too; those of names that sound secret stay hidden.")
@click.option(
    "--hide-sensitive", is_flag=True, help="Hide what sounds secret; this is always so, the flag is Airflow's."
)
@pass_session
def list_variables(session: Session, output: str, show_values: bool, hide_sensitive: bool) -> None:
    """List variables."""
    columns = ["key", "value", "description"] if show_values or hide_sensitive else ["key"]
    show(session.client.all("variables", "variables"), columns, output)


@variables.command("get")
@click.argument("key")
@click.option("-j", "--json", "is_json", is_flag=True, help="The value is JSON: print it as such.")
@click.option("-d", "--default", help="What to print where there is no such variable.")
@pass_session
def get_variable(session: Session, key: str, is_json: bool, default: str | None) -> None:
    """Print the value of a variable, in clear."""
    from tradewind.cli.stored import variable_value

    value = variable_value(session, key)
    if value is None:
        if default is None:
            raise NotFound(f"there is no variable {key!r}; `tradewind variables list` shows all", key=key)
        value = default
    if is_json:
        print_json(_parsed(value, key))
    else:
        click.echo(value)


@variables.command("set")
@click.argument("key")
@click.argument("value")
@click.option("--description", help="What it is for.")
@click.option("-j", "--json", "is_json", is_flag=True, help="The value is JSON: check it, and store it as such.")
@pass_session
def set_variable(session: Session, key: str, value: str, description: str | None, is_json: bool) -> None:
    """Make a variable, or change one."""
    if is_json:
        value = json.dumps(_parsed(value, key))
    _store(session, key, value, description)
    click.echo(f"Variable {key} is set")


@variables.command("delete")
@click.argument("key")
@pass_session
def delete_variable(session: Session, key: str) -> None:
    """Delete a variable."""
    session.client.call("DELETE", ("variables", key))
    click.echo(f"Variable {key} is deleted")


@variables.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "-a", "--action-on-existing-key", type=click.Choice(["overwrite", "fail", "skip"]), default="overwrite", show_default=True,
    help="What to do where a variable exists.",
)  # fmt: skip
@pass_session
def import_variables(session: Session, file: str, action_on_existing_key: str) -> None:
    """Set the variables that a JSON, YAML or env file lists."""
    wanted = read_objects(file)
    existing = {row["key"] for row in session.client.all("variables", "variables")} & wanted.keys()
    if existing and action_on_existing_key == "fail":
        raise Conflict(f"{len(existing)} of the variables exist: {', '.join(sorted(existing))}; nothing was imported")
    chosen = {
        key: value for key, value in wanted.items() if key not in existing or action_on_existing_key == "overwrite"
    }
    for key, value in chosen.items():
        content, description = _value_and_description(value)
        _store(session, key, content if isinstance(content, str) else json.dumps(content), description)
    click.echo(f"{len(chosen)} variables imported from {file}, {len(wanted) - len(chosen)} skipped")


@variables.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@pass_session
def export_variables(session: Session, file: str) -> None:
    """Write all variables to a JSON file, in clear."""
    from tradewind.cli.stored import all_variables

    found: dict[str, Any] = {}
    for key, value, description in all_variables(session):
        content = _parsed_or_text(value)
        found[key] = {"value": content, "description": description} if description else content
    write_secret_text(file, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    click.echo(f"{len(found)} variables exported to {file}", err=file == "-")


def _value_and_description(value: Any) -> tuple[Any, str | None]:
    """Airflow's export writes {"value": ..., "description": ...} for variables that have a description."""
    if isinstance(value, dict) and "value" in value and value.keys() <= {"value", "description"}:
        return value["value"], value.get("description")
    return value, None


def _store(session: Session, key: str, value: str, description: str | None) -> None:
    body = {"key": key, "value": value, "description": description}
    try:
        session.client.call("POST", ("variables",), body=body)
    except Conflict:
        mask = ["value"] if description is None else ["value", "description"]
        session.client.call("PATCH", ("variables", key), query={"update_mask": mask}, body=body)


def _parsed(text: str, key: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the value of {key} is not valid JSON: {error}") from error


def _parsed_or_text(text: str) -> Any:
    """A value as the file shows it: objects and lists as such; numbers stay texts, as which they were stored."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, dict | list) else text
