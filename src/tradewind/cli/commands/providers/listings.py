"""`tradewind providers list`, `get` and the lists of what the packages bring that need no look into their code."""

from __future__ import annotations

from collections.abc import Callable

import click

from tradewind.cli.output import show, show_one
from tradewind.cli.provider_reads import catalogue_of, named, real_airflow, simple_rows
from tradewind.cli.session import Session, output_option, pass_session

__all__ = [
    "auth_managers", "configs", "decorators", "dialects", "executors", "filesystems", "get", "links", "list_providers",
    "logging_handlers", "notifications", "queues", "secrets",
]  # fmt: skip


@click.command("list")
@output_option
@pass_session
def list_providers(session: Session, output: str) -> None:
    """List the installed packages."""
    if airflow := real_airflow():
        click.echo(
            f"{click.style('Warning:', fg='yellow')} Airflow itself is installed: {', '.join(airflow)}", err=True
        )
    rows = [
        {"package_name": name, "description": record.summary, "version": record.version}
        for name, record in catalogue_of(session).providers.items()
    ]
    show(rows, ["package_name", "description", "version"], output)


@click.command()
@click.argument("provider_name")
@click.option("-f", "--full", is_flag=True, help="Show all that the package says of itself.")
@click.option("--color", is_flag=True, hidden=True, help="Airflow's flag: colours are used where there is a terminal.")
@output_option
@pass_session
def get(session: Session, provider_name: str, full: bool, color: bool, output: str) -> None:  # noqa: ARG001 - Airflow's flag
    """Show a package."""
    record = named(catalogue_of(session), provider_name)
    if full:
        show_one({**record.data, "description": record.summary, "version": record.version}, output)
    else:
        show([{"Provider": record.package_name, "Version": record.version}], ["Provider", "Version"], output)


def _names(command: str, section: str, column: str, help_text: str) -> click.Command:
    """A command that lists the names in one section of the packages' info."""

    @output_option
    @pass_session
    def listed(session: Session, output: str) -> None:
        show(simple_rows(catalogue_of(session).section(section), column), [column, "package_name"], output)

    callback: Callable[..., None] = listed
    return click.command(command, help=help_text)(callback)


links = _names("links", "extra-links", "extra_link_class_name", "List links of operators.")
logging_handlers = _names("logging", "logging", "logging_class_name", "List handlers of task logs.")
secrets = _names("secrets", "secrets-backends", "secrets_backend_class_name", "List secrets backends.")
executors = _names("executors", "executors", "executor_class_names", "List executors; Tradewind has its own.")
queues = _names("queues", "queues", "queue_class_names", "List message queues.")
notifications = _names("notifications", "notifications", "notification_class_name", "List notifiers.")
auth_managers = _names(
    "auth-managers", "auth-managers", "auth_managers_module", "List auth managers; Tradewind has no use for them."
)


@click.command()
@output_option
@pass_session
def configs(session: Session, output: str) -> None:
    """List the packages that have options of their own."""
    rows = [
        {"provider_config": package, "sections": sorted(sections)}
        for package, sections in catalogue_of(session).section("config")
    ]
    show(rows, ["provider_config", "sections"], output)


@click.command()
@output_option
@pass_session
def dialects(session: Session, output: str) -> None:
    """List SQL dialects."""
    rows = [
        {"dialect_name": one["dialect-type"], "class": one["dialect-class-name"], "package_name": package}
        for package, one in catalogue_of(session).section("dialects")
    ]
    show(rows, ["dialect_name", "class", "package_name"], output)


@click.command()
@output_option
@pass_session
def decorators(session: Session, output: str) -> None:
    """List what `@task.` offers beyond the standard."""
    rows = [
        {"decorator": f"@task.{one['name']}", "class": one["class-name"], "package_name": package}
        for package, one in catalogue_of(session).section("task-decorators")
    ]
    show(rows, ["decorator", "class", "package_name"], output)


@click.command()
@output_option
@pass_session
def filesystems(session: Session, output: str) -> None:
    """List the schemes that ObjectStoragePath can open."""
    rows = [{"scheme": scheme, "module": module} for scheme, module in catalogue_of(session).filesystem_schemes.items()]
    show(rows, ["scheme", "module"], output)
