"""Run as a program: asks the `airflow` namespace of this environment for names, and says what it has.

In: a JSON list of ``[module, name]``, the name empty for the module itself. Out: a JSON list of ``[answer, detail]``: ``ok``;
``moved`` with where it is now; ``refused``: it can be named and not used; ``missing`` or ``broken`` with the reason.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType

__all__ = ["answer_of", "answers", "moves"]

MOVED = " is a name of Airflow 2; use "

REFUSALS = "airflow._refusals"
"""Where the namespace has classes that can be named and not used."""


def answers(asked: list[list[str]]) -> list[list[str]]:
    """One answer for each question."""
    with moves() as moved:
        found = [answer_of(module, name) for module, name in asked]
    pairs = zip(asked, found, strict=True)
    return [
        ["moved", moved.get(f"{module}.{name}") or moved[module]]
        if answer[0] == "ok" and (module in moved or f"{module}.{name}" in moved)
        else answer
        for (module, name), answer in pairs
    ]


@contextlib.contextmanager
def moves() -> Iterator[dict[str, str]]:
    """Paths and names of Airflow 2 that are imported meanwhile -> where they are now: they say so themselves, once."""
    found: dict[str, str] = {}

    def hear(message: Warning | str, *_: object) -> None:
        module, sign, instead = str(message).partition(MOVED)
        if sign:
            found[module] = instead

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = hear  # type: ignore[assignment] - with fewer names for what it does not look at
        yield found


def answer_of(module: str, name: str) -> list[str]:
    """What the namespace has under a name."""
    try:
        found = importlib.import_module(module)
        if name:
            thing = _attribute(found, module, name)
            if type(thing).__module__ == REFUSALS:
                return ["refused", str(getattr(type(thing), "instead", ""))]
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if module == missing or module.startswith(f"{missing}."):
            return _part_of_parent(module, name)
        return ["broken", str(error)]
    except (ImportError, AttributeError) as error:
        return ["missing", str(error)]
    except Exception as error:  # noqa: BLE001 - code of packages; that it fails is the answer
        return ["broken", f"{type(error).__name__}: {error}"]
    return ["ok", ""]


def _attribute(found: ModuleType, module: str, name: str) -> object:
    if not hasattr(found, name):
        try:
            return importlib.import_module(f"{module}.{name}")
        except ModuleNotFoundError:
            pass
    return getattr(found, name)  # if it is not there, its own words say so


def _part_of_parent(module: str, name: str) -> list[str]:
    """`airflow.configuration.conf` is no module, and yet may have names: what they are is not ours to say."""
    parent, _, last = module.rpartition(".")
    if parent and parent != "airflow.providers":
        try:
            if hasattr(importlib.import_module(parent), last):
                return ["ok", ""]
        except Exception as error:  # noqa: BLE001 - as above
            return ["missing", f"{type(error).__name__}: {error}"]
    return ["missing", f"there is no module {module}" + (f" to take {name} from" if name else "")]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(answers(json.load(sys.stdin))) + "\n")
