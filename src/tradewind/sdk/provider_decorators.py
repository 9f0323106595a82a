"""`@task.<name>` decorators that provider packages bring; for one that none brings, the name of the package that would."""

from __future__ import annotations

from tradewind.sdk.authoring_errors import UnknownTaskDecorator
from tradewind.sdk.provider_catalogue import catalogue, imported
from tradewind.sdk.provider_hints import how_to_add, package_of_decorator

__all__ = ["provider_decorator"]


def provider_decorator(name: str) -> object:
    """The decorator behind `@task.<name>`; its package is imported now.

    Raises:
        UnknownTaskDecorator: no installed package has it, or the package can't be imported.
    """
    path = catalogue().task_decorators.get(name) or catalogue(again=True).task_decorators.get(name)
    if path is None:
        raise UnknownTaskDecorator(f"task decorator {name!r} not found{how_to_add(package_of_decorator(name))}")
    try:
        return imported(path)
    except (ImportError, AttributeError) as error:
        raise UnknownTaskDecorator(f"task decorator {name!r} can't be loaded from {path}: {error}") from error
