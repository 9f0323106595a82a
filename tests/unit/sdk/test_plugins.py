"""Plugins of a folder: macros, listeners, and files that are broken."""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tradewind.base import entrypoints
from tradewind.sdk import macros
from tradewind.sdk.plugins import AirflowPlugin, PluginError, Plugins

GOOD = """
from tradewind.sdk.plugins import AirflowPlugin

def shout(text):
    return text.upper()

class Voice(AirflowPlugin):
    name = "voice_{n}"
    macros = [shout]
"""


@pytest.fixture
def folder(tmp_path: Path):
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def test_a_plugin_of_the_folder_adds_macros_by_its_name(folder: Path) -> None:
    (folder / "voice_plugin_one.py").write_text(GOOD.replace("{n}", "one"))
    plugins = Plugins()
    plugins.load(folder)
    assert sorted(plugins.found) == ["voice_one"]
    assert macros.voice_one.shout("ahoy") == "AHOY"


def test_a_plugin_in_a_package_of_the_folder_is_found(folder: Path) -> None:
    (folder / "deeper_two").mkdir()
    (folder / "deeper_two" / "voice_plugin_two.py").write_text(GOOD.replace("{n}", "two"))
    plugins = Plugins()
    plugins.load(folder)
    assert sorted(plugins.found) == ["voice_two"]


def test_a_plugin_whose_file_is_named_as_another_module_is_loaded_and_the_other_stays(folder: Path) -> None:
    (folder / "email.py").write_text(GOOD.replace("{n}", "four"))
    (folder / "logging").mkdir()
    (folder / "logging" / "handlers.py").write_text(GOOD.replace("{n}", "five"))
    plugins = Plugins()
    plugins.load(folder)
    assert sorted(plugins.found) == ["voice_five", "voice_four"]
    assert not plugins.errors
    assert macros.voice_four.shout("ahoy") == "AHOY"
    assert not hasattr(importlib.import_module("email"), "shout")
    plugin = plugins.found["voice_four"]
    assert getattr(sys.modules[plugin.__module__], plugin.__qualname__) is plugin


def test_a_broken_plugin_is_told_and_hides_no_other(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "a_broken_three.py").write_text("import nothing_of_this_name")
    (folder / "voice_plugin_three.py").write_text(GOOD.replace("{n}", "three"))
    plugins = Plugins()
    with caplog.at_level(logging.ERROR, "tradewind.plugins"):
        plugins.load(folder)
    assert sorted(plugins.found) == ["voice_three"]
    assert "a_broken_three.py can't be loaded" in caplog.text
    assert [*plugins.errors.values()] == ["ModuleNotFoundError: No module named 'nothing_of_this_name'"]


def test_a_plugin_of_a_package_that_can_not_be_imported_is_told_in_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    info = folder / "viewer-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: viewer\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tradewind.plugins]\nviewer = viewer_module:Viewer\n")
    (folder / "viewer_module.py").write_text("import nothing_of_this_name\n")
    monkeypatch.syspath_prepend(str(folder))
    entrypoints._declared.cache_clear()
    plugins = Plugins()
    try:
        with caplog.at_level(logging.ERROR, "tradewind.plugins"):
            plugins.load(folder / "none")
    finally:
        entrypoints._declared.cache_clear()
    (record,) = caplog.records
    assert "from viewer, names viewer_module:Viewer" in record.message
    assert "No module named 'nothing_of_this_name'" in record.message
    assert record.exc_info is None


def test_a_plugin_needs_a_name() -> None:
    with pytest.raises(PluginError, match="has no name"):
        Plugins().add(type("Nameless", (AirflowPlugin,), {}))


def _listener(**functions) -> ModuleType:
    module = ModuleType("listener")
    for name, function in functions.items():
        function.airflow_impl = {}
        setattr(module, name, function)
    return module


def test_a_listener_hears_the_facts_that_it_names() -> None:
    heard = []
    plugins = Plugins()
    plugins.listen(_listener(on_task_instance_success=lambda task_instance: heard.append(task_instance)))
    assert plugins.has_listeners
    plugins.tell("on_task_instance_success", previous_state="running", task_instance="the instance", error=None)
    assert heard == ["the instance"]


def test_a_listener_that_fails_is_told_and_keeps_none_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    heard = []

    def fails(task_instance) -> None:
        raise ValueError("deaf")

    plugins = Plugins()
    plugins.listen(_listener(on_task_instance_failed=fails))
    plugins.listen(_listener(on_task_instance_failed=lambda error: heard.append(error)))
    with caplog.at_level(logging.ERROR, "tradewind.plugins"):
        plugins.tell("on_task_instance_failed", previous_state="running", task_instance=1, error="broken")
    assert heard == ["broken"]
    assert "deaf" in caplog.text


def test_functions_without_the_mark_do_not_listen() -> None:
    module = ModuleType("plain")
    module.on_task_instance_success = lambda: None
    plugins = Plugins()
    plugins.listen(module)
    assert not plugins.has_listeners
