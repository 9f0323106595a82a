"""What the commands about provider packages read: the catalogue of this home, with its problems told."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from typing import Any

import click

from tradewind.base.errors import NotFound
from tradewind.cli.provider_names import AIRFLOW, distribution_name
from tradewind.cli.session import Session
from tradewind.sdk.provider_catalogue import Catalogue, ProviderRecord, installed_catalogue

__all__ = ["catalogue_of", "named", "real_airflow", "simple_rows"]


def catalogue_of(session: Session) -> Catalogue:
    """The catalogue; packages that can't be read are told on the error output."""
    found = installed_catalogue(str(session.settings.home))
    for package, problem in found.problems.items():
        click.echo(f"{click.style('Warning:', fg='yellow')} {package} can't be read: {problem}", err=True)
    return found


def named(found: Catalogue, name: str) -> ProviderRecord:
    """The package of a name, in full or as `tradewind providers add` takes it.

    Raises:
        NotFound: it is not installed.
    """
    for one in (name, distribution_name(name)):
        if one in found.providers:
            return found.providers[one]
    raise NotFound(f"No such provider installed: {name}", name=name)


def real_airflow() -> list[str]:
    """The distributions of Airflow itself that are installed here."""
    found = []
    for name in AIRFLOW:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def simple_rows(entries: Iterable[tuple[str, Any]], column: str) -> list[dict[str, Any]]:
    """Rows of a list whose entries are names."""
    return [{column: entry, "package_name": package} for package, entry in entries if isinstance(entry, str)]
