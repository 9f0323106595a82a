"""`tradewind airflow`: moving from Airflow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.migration.holdings import KINDS, Holdings
from tradewind.cli.session import Session, pass_session

if TYPE_CHECKING:
    from tradewind.cli.migration.taking_over import Outcome

__all__ = ["airflow"]

FILE = click.Path(exists=True, dir_okay=False)


@click.group()
def airflow() -> None:
    """Move from Airflow: check DAG files, take over connections, variables and pools."""


@airflow.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--static", "is_static", is_flag=True, help="Read the files as text only; import none of them.")
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="An airflow.cfg to check too."
)
@click.option(
    "--plugins",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of plugins that the files need.",
)
@click.option(
    "--from",
    "version",
    type=click.Choice(["2", "3"]),
    help="The version of Airflow that the files were written for; else each file tells.",
)
@click.option(
    "--ignore-syntax",
    type=click.Choice(["glob", "regexp"]),
    help="Patterns in .airflowignore; else parsing.ignore_syntax.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Show only what keeps files from running.")
@click.pass_context
@pass_session
def check_files(
    session: Session, ctx: click.Context, path: Path, *, is_static: bool, output: str, quiet: bool, **given: Any
) -> None:
    """Say what runs here of DAG files of Airflow 2 and 3, and what to change: a folder, a file, an archive.

    Ends with 1 where something is not supported, or (except with --static) needs a package that is not installed.
    """
    from tradewind.cli.migration.check import Asked, check
    from tradewind.cli.migration.progress import Progress
    from tradewind.cli.migration.report import as_json, print_report
    from tradewind.cli.output import print_json

    asked = Asked(
        path=path,
        is_static=is_static,
        config=given["config"],
        plugins=given["plugins"],
        ignore_syntax=given["ignore_syntax"] or session.settings.parsing.ignore_syntax,
        airflow=int(given["version"] or 0),
    )
    with Progress() as progress:
        checked = check(asked, session, progress)
    if output == "json":
        print_json(as_json(checked))
    else:
        print_report(checked, is_quiet=quiet)
    ctx.exit(0 if checked.is_supported and (is_static or not checked.lacks_packages) else 1)


@airflow.command("import")
@click.option(
    "--connections",
    "connection_files",
    multiple=True,
    type=FILE,
    help="What `airflow connections export` wrote: JSON, YAML or .env.",
)
@click.option("--variables", "variable_files", multiple=True, type=FILE, help="What `airflow variables export` wrote.")
@click.option("--pools", "pool_files", multiple=True, type=FILE, help="What `airflow pools export` wrote.")
@click.option(
    "--env", "env_files", multiple=True, type=FILE, help="A file with lines AIRFLOW_CONN_...= and AIRFLOW_VAR_...=."
)
@click.option("--url", help="Address of a running Airflow (2 or 3) to ask instead.")
@click.option("--username", help="Who asks there.")
@click.option("--password", help="Their password; `-` asks for it.")
@click.option("--token", help="A token to show there, instead of a password.")
@click.option(
    "--only", type=click.Choice(KINDS), multiple=True, help="Of a running Airflow, take over these kinds only."
)
@click.option(
    "--overwrite/--skip-existing", default=False, show_default=True, help="What to do with those that are here already."
)
@click.option(
    "--missing",
    type=click.Path(dir_okay=False),
    help="Write connections that lack a password to this file, to fill in and import.",
)
@click.option("--dry-run", is_flag=True, help="Change nothing, and say what would be.")
@click.pass_context
@pass_session
def import_all(
    session: Session, ctx: click.Context, *, overwrite: bool, missing: str | None, dry_run: bool, **given: Any
) -> None:
    """Take over connections, variables and pools: from files that Airflow exported, or from a running Airflow.

    Ends with 1 where something was refused. Airflow's API gives no passwords: what is to be filled in is listed.
    """
    from tradewind.cli.files import write_secret_text
    from tradewind.cli.migration.taking_over import missing_as_json, store

    holdings = _from_files(given)
    if given["url"]:
        holdings.add(_from_server(given))
    outcome = store(session.client, holdings, overwrites=overwrite, is_dry_run=dry_run)
    _tell(outcome, is_dry_run=dry_run)
    if given["env_files"] and holdings.variables:
        click.echo(
            "Names of variables from an environment are in lower case here: a file that asks for another case, as "
            'Variable.get("REGION"), needs `tradewind variables set REGION VALUE`'
        )
    if holdings.to_fill_in:
        _tell_missing(holdings, missing)
    if missing:
        write_secret_text(missing, missing_as_json(holdings))
    ctx.exit(1 if outcome.refused else 0)


def _from_files(given: dict[str, Any]) -> Holdings:
    from tradewind.cli.migration import exports

    readers = {
        "connection_files": exports.read_connections,
        "variable_files": exports.read_variables,
        "pool_files": exports.read_pools,
        "env_files": exports.read_environment,
    }
    if not given["url"] and not any(given[option] for option in readers):
        raise InvalidInput(
            "say what to take over: --connections, --variables, --pools or --env FILE, or --url of a running Airflow"
        )
    found = Holdings()
    for option, read in readers.items():
        for file in given[option]:
            found.add(read(file))
    return found


def _from_server(given: dict[str, Any]) -> Holdings:
    from tradewind.cli.migration.remote import connect, read_remote

    password = click.prompt("Password", hide_input=True) if given["password"] == "-" else given["password"]  # noqa: S105 - asks for one
    return read_remote(connect(given["url"], given["username"], password, given["token"]), given["only"] or KINDS)


def _tell(outcome: Outcome, *, is_dry_run: bool) -> None:
    for kind, counts in outcome.counts.items():
        if counts:
            words = ", ".join(f"{count} {became}" for became, count in sorted(counts.items()))
            click.echo(f"{kind}: {words}{' (dry run: nothing was changed)' if is_dry_run else ''}")
    if outcome.kept:
        click.echo(f"Here already, and kept (--overwrite replaces them): {', '.join(outcome.kept)}")
    for sentence in outcome.refused:
        click.echo(f"{click.style('Refused:', fg='red')} {sentence}", err=True)


def _tell_missing(holdings: Holdings, missing: str | None) -> None:
    click.echo("\nThe API does not give these, so fill them in:")
    for place, names in holdings.to_fill_in.items():
        click.echo(f"  {place}: {', '.join(names)}")
    if any(place.startswith("connections/") for place in holdings.to_fill_in):
        file = missing or "missing.json"
        first = f"fill in {file}" if missing else f"run this again with --missing {file}, fill in the file"
        click.echo(f"For connections, {first}, then: tradewind airflow import --connections {file} --overwrite")
        click.echo(
            "Or take the file that `airflow connections export` writes on Airflow's machine: it has the passwords."
        )
    if any(place.startswith("variables/") for place in holdings.to_fill_in):
        click.echo("For variables: tradewind variables set KEY VALUE")
