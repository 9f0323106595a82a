"""`tradewind partitions`, without a server."""

from __future__ import annotations

import pytest

DAYS = """
from tradewind import DAG, task
from tradewind.sdk import CronPartitionTimetable

with DAG("days", schedule=CronPartitionTimetable("0 0 * * *", timezone="Europe/Berlin"), is_paused_upon_creation=False):
    task(lambda: 1, task_id="work")()
"""
KEYS = ("2026-03-01T00:00:00", "2026-03-02T00:00:00", "2026-03-03T00:00:00")


@pytest.fixture
def days(tradewind, read_home, tmp_path):
    """A command line, and three runs that are each about a day."""
    folder = tmp_path / "dags"
    folder.mkdir(exist_ok=True)
    (folder / "days.py").write_text(DAYS)
    tradewind("dags", "reserialize")
    for key in KEYS:
        tradewind("dags", "trigger", "days", "--run-id", key[:10], "--partition-key", key)
    return tradewind


def left(days) -> str:
    """How many runs are about a day still."""
    return days("partitions", "clear", "-d", "days", "--date", "2026-03-01~2026-03-03", "--dry-run").out


def test_runs_forget_their_partition_by_date_key_or_id(days) -> None:
    assert left(days) == left(days) == "Would make 3 runs of days forget their partition.\n"
    days("partitions", "clear", "-d", "days", "-s", "2026-03-03")
    days("partitions", "clear", "-d", "days", "-k", KEYS[1])
    assert left(days) == "Would make 1 runs of days forget their partition.\n"
    again = days("partitions", "clear", "-d", "days", "--run-id", "2026-03-01", "--clear-task-instances")
    assert "Made 1 runs of days forget their partition." in again.out
    assert left(days) == "Would make 0 runs of days forget their partition.\n"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--run-id", "a", "-k", "b"),
        ("--date", "2026-03-01"),
        ("--date", "2026-03-01~2026-03-02", "-s", "2026-03-01"),
        ("-s", "soon"),
    ],
)
def test_which_runs_are_meant_has_to_be_said_in_one_way(tradewind, words: tuple[str, ...]) -> None:
    refused = tradewind("partitions", "clear", "-d", "days", *words, expect=2)
    assert "Error" in refused.err
