"""`tradewind airflow`: moving from Airflow."""

from __future__ import annotations

from pathlib import Path

import click

from tradewind.cli.session import Session, pass_session

__all__ = ["airflow"]


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
    session: Session, ctx: click.Context, path: Path, *, is_static: bool, config: Path | None, plugins: Path | None,
    version: str | None, ignore_syntax: str | None, output: str, quiet: bool,
) -> None:  # fmt: skip
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
        config=config,
        plugins=plugins,
        ignore_syntax=ignore_syntax or session.settings.parsing.ignore_syntax,
        airflow=int(version or 0),
    )
    with Progress() as progress:
        checked = check(asked, session, progress)
    if output == "json":
        print_json(as_json(checked))
    else:
        print_report(checked, is_quiet=quiet)
    ctx.exit(0 if checked.is_supported and (is_static or not checked.lacks_packages) else 1)
