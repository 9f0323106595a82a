"""`tradewind plugins` and what the API tells of plugins: loaded in a process of their own."""

from __future__ import annotations

from pathlib import Path

from tradewind.sdk.plugin_facts import plugin_facts

PLUGIN = """
from tradewind.sdk.plugins import AirflowPlugin

def shout(text):
    return text.upper()

class Voice(AirflowPlugin):
    name = "voice"
    macros = [shout]
    fastapi_apps = [{"app": object(), "url_prefix": "/voice", "name": "Voice"}]
"""


def with_plugins(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "voice_of_cli_test.py").write_text(PLUGIN)
    (folder / "broken_of_cli_test.py").write_text("import no_such_module")
    return folder


def test_what_plugins_bring_and_what_of_it_has_no_effect_is_told(tmp_path: Path):
    found = plugin_facts(with_plugins(tmp_path))
    voice = next(one for one in found["plugins"] if one["name"] == "voice")
    assert voice["macros"] == ["voice_of_cli_test.shout"]
    assert voice["source"] == "voice_of_cli_test.Voice"
    assert voice["fastapi_apps"] == [{"app": "builtins.object", "url_prefix": "/voice", "name": "Voice"}]
    assert voice["not_supported"] == ["fastapi_apps"]
    [(source, why)] = found["errors"].items()
    assert source.endswith("broken_of_cli_test.py")
    assert why == "ModuleNotFoundError: No module named 'no_such_module'"


def test_the_command_line_lists_plugins(tradewind):
    with_plugins(tradewind.home / "plugins")
    answer = tradewind("plugins", "-o", "json")
    row = next(one for one in answer.json() if one["name"] == "voice")
    assert (row["brings"], row["without_effect"]) == ("macros (1)", "fastapi_apps")
    assert "broken_of_cli_test.py can't be loaded" in answer.err
