"""Every command explains itself, is listed with its own words, and is in the reference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from tradewind.cli.lazy import LazyGroup
from tradewind.cli.main import cli

ROOT = Path(__file__).parents[3]


def _all_commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        found.append((" ".join((*path, name)), command))
        if isinstance(command, click.Group):
            found += _all_commands(command, (*path, name))
    return found


COMMANDS = dict(_all_commands(cli))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_have_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    unexplained = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert unexplained == []


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if isinstance(command, LazyGroup)] + [""])
def test_the_line_in_a_list_is_the_first_line_of_the_commands_help(name: str) -> None:
    group = COMMANDS[name] if name else cli
    assert isinstance(group, LazyGroup)
    for below, (_, line) in group.listed.items():
        command = COMMANDS[f"{name} {below}".strip()]
        assert (command.help or "").splitlines()[0].rstrip() == line, below


def test_airflows_nouns_and_verbs_of_this_release_are_there() -> None:
    expected = {
        "dags": "list show trigger pause unpause delete test state list-runs list-import-errors next-execution details reserialize",
        "tasks": "list state render test clear states-for-dag-run",
        "connections": "list get add delete import export test create-default-connections",
        "variables": "list get set delete import export",
        "pools": "list get set delete import export",
        "db": "migrate check check-migrations clean reset shell",
        "users": "create list delete add-role remove-role reset-password import export unlock",
        "config": "list get-value",
    }
    missing = [
        f"{noun} {verb}"
        for noun, verbs in expected.items()
        for verb in verbs.split()
        if f"{noun} {verb}" not in COMMANDS
    ]
    assert missing == []
    assert {"info", "version", "run", "standalone"} <= set(COMMANDS)


def test_the_reference_is_up_to_date() -> None:
    # In a process of its own: a command keeps the help option of the context that first asked it, here any test's.
    command = [sys.executable, str(ROOT / "tools" / "cli_reference.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_version_is_told_without_loading_what_it_does_not_need() -> None:
    code = "import sys; sys.argv = ['tradewind', 'version']\nfrom tradewind.cli.main import main\ntry: main()\nexcept SystemExit: print(sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.replace("'", "").replace("[", "").replace("]", "").replace(",", "").split())
    assert not {"rich", "sqlalchemy", "fastapi", "urllib3", "yaml", "jinja2", "pendulum", "asyncio", "msgspec"} & loaded
