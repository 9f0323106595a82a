"""Several executors in one scheduler: what the setting says, and what tasks may call them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tradewind.base.errors import InvalidInput, NotFound
from tradewind.base.settings import ExecutorSettings, Settings
from tradewind.executors import named
from tradewind.executors.named import NamedExecutor, build_executors, capacities, named_executors


def listed(name: str, limits: str = "") -> list[NamedExecutor]:
    return named_executors(ExecutorSettings(name=name, capacities=limits))


def test_airflows_names_and_aliases_are_understood() -> None:
    found = listed("LocalExecutor, fast:LocalExecutor, queue:acme.executors.QueueExecutor", "fast=4")
    assert [(one.name, one.kind, one.capacity) for one in found] == [
        ("local", "local", None),
        ("fast", "local", 4),
        ("queue", "acme.executors.QueueExecutor", None),
    ]
    assert capacities(found) == {"fast": ("fast", 4)}


def test_the_default_has_a_capacity_under_every_name() -> None:
    found = capacities(listed("local", "LocalExecutor=3"))
    assert {found[name] for name in ("", "local", "LocalExecutor")} == {("local", 3)}


@pytest.mark.parametrize(
    ("name", "limits", "words"),
    [
        ("", "", "lists no executor"),
        ("LocalExecutor,local", "", "two executors are called 'local'"),
        ("local", "fast=4", "names fast, but the executors are local"),
        ("local", "local=0", "name=number"),
        ("local", "local", "name=number"),
    ],
)
def test_a_setting_that_can_not_be_is_refused(name: str, limits: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        listed(name, limits)


class Other:
    """An executor of a plug-in."""

    name = "other"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings


def test_local_executors_share_one_fleet_and_plugins_bring_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named, "BUILT_IN", {"other": f"{__name__}:Other"})
    local: Any = object()
    settings = Settings(home=Path("home"))
    found = build_executors(listed("fast:local,local,other"), local, settings)
    assert next(iter(found.values())) is local
    assert found["LocalExecutor"] is found["fast"] is local
    assert isinstance(found["other"], Other)
    assert found["other"].settings is settings


def test_an_executor_that_nobody_brings_is_named_in_the_error() -> None:
    with pytest.raises(NotFound, match="CeleryExecutor"):
        build_executors(listed("CeleryExecutor"), object(), Settings(home=Path("home")))  # type: ignore[arg-type]
