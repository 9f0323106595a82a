"""DAG files: those that could not be imported, and reading all of them again."""

from __future__ import annotations

import click

from tradewind.base.headline import headline
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["list_import_errors", "reserialize"]


@click.command("list-import-errors")
@output_option
@click.option("-B", "--bundle-name", help="Only files of this bundle.")
@click.pass_context
@pass_session
def list_import_errors(session: Session, ctx: click.Context, output: str, bundle_name: str | None) -> None:
    """List the files that could not be imported.

    Ends with 1 where there are some.
    """
    rows = [
        {"filepath": row["filename"], "bundle_name": row["bundle_name"], "error": row["stack_trace"]}
        for row in session.client.all("import_errors", "importErrors")
        if bundle_name in (None, row["bundle_name"])
    ]
    show(rows, ["filepath", "bundle_name", "error"], output)
    if rows:
        ctx.exit(1)


@click.command()
@click.option(
    "--timeout", type=click.FloatRange(1), default=600.0, show_default=True, help="Seconds to wait for all files."
)
@click.pass_context
@pass_session
def reserialize(session: Session, ctx: click.Context, timeout: float) -> None:
    """Read all DAG files again, now.

    A running server reads changed files by itself; this reads all of them, changed or not. Ends with 1 where a file
    can't be imported.
    """
    from tradewind.cli.parse_now import parse_now
    from tradewind.parsing.build import BUNDLE

    parse_now(session.served_settings, session.database, timeout)
    dags = [dag for dag in session.client.all("dags", "dags") if dag["bundle_name"] == BUNDLE]
    errors = list(session.client.all("import_errors", "importErrors"))
    click.echo(f"{len(dags)} DAGs in {session.served_settings.dags_folder}, {len(errors)} files with errors")
    for error in errors:
        click.echo(f"{error['filename']}: {headline(error['stack_trace'])}", err=True)
    ctx.exit(1 if errors else 0)
