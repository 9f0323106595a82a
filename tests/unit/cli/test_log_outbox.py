"""Logs on their way to a store: nothing of them is lost, whenever it is written, and nothing is sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.cli import log_outbox
from tradewind.cli.log_outbox import Outbox

NAME = "dag_id=d/attempt=1.log"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "logs" / NAME
    file.parent.mkdir(parents=True)
    return file


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox", tmp_path / "logs")


def sent(outbox: Outbox) -> str | None:
    """What the store gets, if anything is to go; it takes it."""
    if not outbox.take(NAME):
        return None
    outbox.stage(NAME)
    copy = outbox.staged / NAME
    text = copy.read_text()
    copy.unlink()
    assert outbox.settle(NAME)
    return text


def test_a_log_goes_once(outbox: Outbox, log: Path) -> None:
    log.write_text("one\n")
    assert sent(outbox) == "one\n"
    assert sent(outbox) is None
    assert outbox.waiting() == []
    assert outbox.rest(NAME) == (True, b"", b"")


def test_what_is_written_after_it_went_goes_too(outbox: Outbox, log: Path) -> None:
    log.write_text("one\n")
    assert sent(outbox) == "one\n"
    log.write_text("two\n")
    assert outbox.rest(NAME) == (True, b"", b"two\n")
    assert sent(outbox) == "two\n"
    assert sent(outbox) is None


@pytest.mark.parametrize("moment", ["on its way", "with the store"])
def test_what_somebody_writes_who_had_it_open_before_goes_too(outbox: Outbox, log: Path, moment: str) -> None:
    log.write_text("one\n")
    with log.open("a") as callback:
        assert outbox.take(NAME)
        outbox.stage(NAME)
        (outbox.staged / NAME).unlink()
        if moment == "on its way":
            callback.write("two\n")
            callback.flush()
        assert outbox.settle(NAME)
        if moment == "with the store":
            callback.write("two\n")
    assert outbox.waiting() == [NAME]
    assert outbox.rest(NAME) == (True, b"two\n", b"")
    log.write_text("three\n")
    assert sent(outbox) == "two\nthree\n"
    assert sent(outbox) is None


def test_what_the_store_did_not_take_goes_the_next_time_whole(outbox: Outbox, log: Path) -> None:
    log.write_text("one\n")
    assert outbox.take(NAME)
    outbox.stage(NAME)
    assert not outbox.settle(NAME)
    log.write_text("two\n")
    assert sent(outbox) == "one\ntwo\n"


def test_files_that_went_take_no_room_for_long(
    outbox: Outbox, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_outbox, "KEPT_S", 0.0)
    for text in ("one\n", "two\n"):
        log.write_text(text)
        assert sent(outbox) == text
        assert not list((tmp_path / "outbox" / "waiting").rglob("*.log"))


def test_files_that_went_are_gone_after_the_next_start(outbox: Outbox, log: Path, tmp_path: Path) -> None:
    log.write_text("one\n")
    assert sent(outbox) == "one\n"
    assert Outbox(tmp_path / "outbox", tmp_path / "logs").waiting() == []
    assert not list((tmp_path / "outbox" / "waiting").rglob("*.log"))
    assert outbox.rest(NAME) == (True, b"", b"")
