"""The one loader of plug-ins: a name in an entry-point group becomes an object, imported when it is first asked for.

Plug-ins of ours and of others come the same way: a distribution declares ``name = "module:attribute"`` in a group such
as ``tradewind.executors``; what is built in is passed as a table of the same form and can't be replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from tradewind.base.errors import Conflict, NotFound

__all__ = ["load", "names"]

NOTHING_BUILT_IN: Mapping[str, str] = {}


def names(group: str, built_in: Mapping[str, str] = NOTHING_BUILT_IN) -> list[str]:
    """All names in a group, in order. Nothing is imported."""
    return sorted({*built_in, *_declared(group)})


def load(group: str, name: str, built_in: Mapping[str, str] = NOTHING_BUILT_IN) -> object:
    """The object that a plug-in declares.

    Args:
        group: the entry-point group, e.g. ``tradewind.executors``.
        name: the plug-in's name.
        built_in: name -> ``module:attribute`` of what needs no plug-in; looked at first.

    Raises:
        NotFound: no plug-in has this name, or what it names is not there.
        Conflict: two distributions declare it, with different objects.
    """
    if name in built_in:
        return _resolve(built_in[name], f"{name!r} of {group}")
    found = _declared(group).get(name, ())
    if not found:
        known = ", ".join(names(group, built_in)) or "none"
        raise NotFound(f"no plug-in {name!r} in {group}; there are: {known}", group=group, name=name)
    if len({entry.value for entry in found}) > 1:
        sources = " and ".join(sorted(_source(entry) for entry in found))
        raise Conflict(
            f"plug-in {name!r} of {group} comes from {sources}; uninstall one of them", group=group, name=name
        )
    return _resolve(found[0].value, f"{name!r} of {group}, from {_source(found[0])}")


@cache
def _declared(group: str) -> dict[str, tuple[EntryPoint, ...]]:
    """Name -> declarations. Reading the metadata of all distributions takes milliseconds, so it happens once."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in entry_points(group=group):
        found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


def _source(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value


def _resolve(reference: str, what: str) -> object:
    module, _, attribute = reference.partition(":")
    try:
        found: object = import_module(module)
        for part in filter(None, attribute.split(".")):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise NotFound(
            f"plug-in {what}, names {reference}, which can't be loaded: {error}", reference=reference
        ) from error
    return found
