"""`tradewind providers add` and `remove`: provider packages come and go, as published and without Airflow."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterable, Sequence

import click

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.cli.output import show
from tradewind.cli.provider_names import AIRFLOW, distribution_name, requirement
from tradewind.cli.provider_reads import catalogue_of
from tradewind.cli.session import Session, output_option, pass_session, yes_option
from tradewind.sdk.provider_catalogue import Catalogue

__all__ = ["add", "remove"]

SHOWN_FAILURES = 10
COLUMNS = ("package_name", "version", "connection_types", "classes", "decorators", "filesystems", "not_importable")


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option("-U", "--upgrade", is_flag=True, help="Bring packages that are installed to their newest versions.")
@click.option("--dry-run", is_flag=True, help="Only show what would be installed.")
@click.option("--no-check", is_flag=True, help="Do not import the packages' modules afterwards.")
@click.option("--pip", "prefer_pip", is_flag=True, help="Install with pip, also where uv is there.")
@output_option
@pass_session
def add(
    session: Session,
    *,
    names: Sequence[str],
    upgrade: bool,
    dry_run: bool,
    no_check: bool,
    prefer_pip: bool,
    output: str,
) -> None:
    """Install provider packages, as published and without Airflow.

    NAMES are short (`postgres`, `common-sql`), full with versions and extras (`apache-airflow-providers-http==6.3.0`,
    `amazon[s3fs]`), or those of packages by others (`astronomer-cosmos`).
    """
    from tradewind.cli.installer import check_environment, find_installer, missing_namespace

    wanted = [requirement(name) for name in names]
    check_environment()
    namespace = missing_namespace()
    installer = find_installer(prefer_pip=prefer_pip)
    before = _versions()
    if namespace:
        click.echo("tradewind-airflow, which provider packages stand on, is missing and is installed too", err=True)
    click.echo(f"Installing {', '.join(wanted)} with {installer.name}, without Airflow", err=True)
    installer.install([*wanted, *namespace], upgrade=upgrade, dry_run=dry_run)
    if dry_run:
        return
    importlib.invalidate_caches()
    after = _versions()
    asked = {_name(one) for one in wanted}
    found = catalogue_of(session)
    for name in sorted(asked - found.providers.keys()):
        click.echo(
            f"{name} {after.get(name, '')} is installed; it does not describe itself as a provider package", err=True
        )
    _show_what_came(found, _new(before, after, asked), output, is_checked=not no_check)


def _new(before: dict[str, str], after: dict[str, str], asked: set[str]) -> list[str]:
    return [name for name in sorted(after) if after[name] != before.get(name) or name in asked]


def _show_what_came(found: Catalogue, names: Iterable[str], output: str, *, is_checked: bool) -> None:
    from tradewind.sdk.provider_contents import all_modules, check

    rows = []
    for name in names:
        record = found.providers.get(name)
        if record is None:
            continue
        modules = all_modules(record.data)
        checked = check(modules) if is_checked and modules else {"failed": {}, "classes": {}}
        for module, error in list(checked["failed"].items())[:SHOWN_FAILURES]:
            click.echo(f"{click.style('Note:', fg='yellow')} {module} can't be imported: {error}", err=True)
        rows.append(
            {
                "package_name": name,
                "version": record.version,
                "connection_types": [kind for kind, hook in found.hooks.items() if hook.package_name == name],
                "classes": [f"{count} {kind}" for kind, count in checked["classes"].items() if count],
                "decorators": [f"@task.{one['name']}" for one in record.data.get("task-decorators") or ()],
                "filesystems": [
                    s for s, m in found.filesystem_schemes.items() if m in (record.data.get("filesystems") or ())
                ],
                "not_importable": f"{len(checked['failed'])} of {len(modules)} modules" if checked["failed"] else None,
            }
        )
    if rows:
        show(rows, COLUMNS, output)
    else:
        click.echo(
            "What is installed says nothing of itself as a provider package; its modules can be imported in DAGs"
        )


@click.command()
@click.argument("names", nargs=-1, required=True)
@yes_option
@pass_session
def remove(session: Session, *, names: Sequence[str], yes: bool) -> None:
    """Uninstall provider packages; what they needed stays."""
    from tradewind.cli.installer import check_environment, find_installer

    installed = _versions()
    wanted = [_removable(name, installed) for name in names]
    check_environment()
    for name in wanted:
        users = sorted(_users(name) - set(wanted))
        if users and not yes:
            raise Conflict(f"{name} is needed by {', '.join(users)}; name these too, or say --yes to break them")
    find_installer().uninstall(wanted)
    left = catalogue_of(session).providers
    click.echo(f"Removed {', '.join(wanted)}; what they needed stays. Provider packages left: {len(left)}")


def _removable(name: str, installed: dict[str, str]) -> str:
    full = distribution_name(name)
    if full not in installed:
        raise NotFound(f"No such provider installed: {full}", name=full)
    distribution = importlib.metadata.distribution(full)
    declares = any(entry.group == "apache_airflow_provider" for entry in distribution.entry_points)
    if not declares and not any(_name(one) in AIRFLOW for one in distribution.requires or ()):
        raise InvalidInput(f"{full} is no provider package; pip or uv uninstalls it")
    return full


def _users(name: str) -> set[str]:
    """Installed distributions that can't do without it."""
    from packaging.requirements import Requirement

    users = set[str]()
    for distribution in importlib.metadata.distributions():
        for text in distribution.requires or ():
            one = Requirement(text)
            if _canonical(one.name) == name and (one.marker is None or one.marker.evaluate({"extra": ""})):
                users.add(_canonical(distribution.metadata["Name"]))
    return users


def _versions() -> dict[str, str]:
    return {_canonical(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()}


def _name(text: str) -> str:
    from packaging.requirements import Requirement

    return _canonical(Requirement(text).name)


def _canonical(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
