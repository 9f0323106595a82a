"""Plug-ins are found by group and name, and loaded when they are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradewind.base import entrypoints
from tradewind.base.errors import Conflict, NotFound

GROUP = "tradewind.test_plugins"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path where distributions can be put."""
    monkeypatch.syspath_prepend(str(tmp_path))
    entrypoints._declared.cache_clear()
    yield tmp_path
    entrypoints._declared.cache_clear()


def distribution(folder: Path, name: str, entry: str, code: str = "") -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{entry}\n")
    (folder / f"{name}.py").write_text(code)


def test_a_declared_plugin_is_loaded_on_first_use(plugins: Path) -> None:
    distribution(plugins, "quick_plugin", "quick = quick_plugin:Thing.made", "class Thing:\n    made = 42\n")
    assert entrypoints.names(GROUP) == ["quick"]
    assert "quick_plugin" not in sys.modules
    assert entrypoints.load(GROUP, "quick") == 42


def test_what_is_built_in_can_not_be_replaced(plugins: Path) -> None:
    distribution(plugins, "sly_plugin", "json = sly_plugin:dumps", "dumps = None\n")
    import json

    assert entrypoints.load(GROUP, "json", {"json": "json:dumps"}) is json.dumps


def test_an_unknown_plugin_is_told_with_those_there_are(plugins: Path) -> None:
    distribution(plugins, "known_plugin", "known = known_plugin:x", "x = 1\n")
    with pytest.raises(NotFound, match=r"no plug-in 'unknown' in .*; there are: built, known"):
        entrypoints.load(GROUP, "unknown", {"built": "json:dumps"})


def test_a_plugin_that_can_not_be_imported_says_who_declares_it(plugins: Path) -> None:
    distribution(plugins, "broken_plugin", "broken = broken_plugin:x", "import no_such_module\n")
    with pytest.raises(NotFound, match=r"from broken_plugin, names broken_plugin:x, which can't be loaded: No module"):
        entrypoints.load(GROUP, "broken")


def test_two_distributions_with_one_name_are_a_conflict(plugins: Path) -> None:
    distribution(plugins, "first_plugin", "same = first_plugin:x", "x = 1\n")
    distribution(plugins, "second_plugin", "same = second_plugin:x", "x = 2\n")
    with pytest.raises(Conflict, match="from first_plugin and second_plugin; uninstall one"):
        entrypoints.load(GROUP, "same")
