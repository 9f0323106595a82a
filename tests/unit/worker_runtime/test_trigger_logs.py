"""What triggers print and log: whole lines, without the secrets that their tasks handed on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tradewind.protocol.triggers import Watch
from tradewind.sdk.trigger import BaseTrigger
from tradewind.triggerer.logs import RoutedOutput, append, current_watch
from tradewind.worker.triggers import make_trigger


class Polls(BaseTrigger):
    def __init__(self, api_token: str, place: str) -> None:
        super().__init__()
        self.api_token, self.place = api_token, place

    def serialize(self):
        return "Polls", {"api_token": self.api_token, "place": self.place}

    async def run(self):
        yield None


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    one = Watch(
        id="a",
        classpath="polls_of_test.Polls",
        kwargs=json.dumps({"api_token": "hunter2hunter2", "place": "harbour"}),
        log_path=str(tmp_path / "a.log"),
    )
    token = current_watch.set(one)
    yield one
    current_watch.reset(token)


def events(watch: Watch) -> list[str]:
    path = Path(watch.log_path)
    return [json.loads(line)["event"] for line in path.read_text().splitlines()] if path.exists() else []


def test_what_is_printed_in_parts_is_one_line(watch: Watch) -> None:
    out = RoutedOutput()
    print("one", 2, "three", file=out)
    print("begun", end="", file=out)
    assert events(watch) == ["one 2 three"]
    out.flush()
    assert events(watch) == ["one 2 three", "begun"]


def test_a_secret_that_a_task_hands_to_its_trigger_is_masked(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polls_of_test", SimpleNamespace(Polls=Polls))
    trigger = make_trigger(watch)
    assert isinstance(trigger, Polls)
    append(watch, "info", "x", f"asks {trigger.place} with {trigger.api_token}")
    assert events(watch) == ["asks harbour with ***"]
