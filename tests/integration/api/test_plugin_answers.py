"""What plugins bring is told by a process, and that process is not started for each who asks."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tradewind.api.plugin_answers import KEPT_S, PluginAnswers
from tradewind.base.clock import FakeClock

PLUGIN = """from tradewind import AirflowPlugin

class {name}(AirflowPlugin):
    name = "{name}"
"""


def processes_started() -> float:
    """Processor seconds of all ended children: it grows with each."""
    times = os.times()
    return times.children_user + times.children_system


def test_an_answer_is_kept_until_a_file_changes_or_a_minute_has_gone(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    (tmp_path / "one.py").write_text(PLUGIN.format(name="One"))
    answers = PluginAnswers(tmp_path, clock)
    assert [one["name"] for one in answers.get()["plugins"]] == ["One"]
    before = processes_started()
    assert all(answers.get() is answers.get() for _ in range(50))
    assert processes_started() == before
    (tmp_path / "two.py").write_text(PLUGIN.format(name="Two"))
    assert [one["name"] for one in answers.get()["plugins"]] == ["One", "Two"]
    kept = answers.get()
    clock.advance(timedelta(seconds=KEPT_S + 1))
    assert answers.get() is not kept
    assert answers.get() == kept
