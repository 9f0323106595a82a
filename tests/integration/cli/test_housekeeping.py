"""A server lets go by itself of what is older than it is to be kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from support.databases import EPOCH
from support.rows import rows, save_run, with_run
from tradewind.base.clock import FakeClock
from tradewind.base.settings import RetentionSettings, Settings
from tradewind.cli import housekeeping
from tradewind.cli.housekeeping import Housekeeper, tidy
from tradewind.core.states import RunState
from tradewind.db import Database, login_failures, login_sessions, tokens, users
from tradewind.db.transitions import write
from tradewind.worker.xcom import FolderArtifacts

KEPT = RetentionSettings(days=30)


def ended_run(database: Database) -> None:
    with_run(database)
    with database.write() as tx:
        write(tx, [save_run(state=RunState.SUCCESS, end_date=EPOCH)], now=EPOCH)


def test_what_is_older_than_it_is_to_be_kept_goes(database: Database, tmp_path: Path) -> None:
    ended_run(database)
    settings = replace(Settings(home=tmp_path), retention=KEPT)
    FolderArtifacts(tmp_path / "artifacts").put("0" * 40 + ".npy", b"new, so it stays")
    assert tidy(database, settings, FakeClock(EPOCH + timedelta(days=29))) == {}
    assert tidy(database, settings, FakeClock(EPOCH + timedelta(days=31)))["dag_run"] == 1
    assert rows(database, "dag_run") == rows(database, "task_instance") == []


def test_by_default_everything_is_kept(database: Database, tmp_path: Path) -> None:
    ended_run(database)
    assert tidy(database, Settings(home=tmp_path), FakeClock(EPOCH + timedelta(days=9999))) == {}
    assert len(rows(database, "dag_run")) == 1


def test_sessions_tokens_and_failures_that_are_over_go_and_others_stay(database: Database, tmp_path: Path) -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    with database.write() as tx:
        users.add_user(tx, users.UserRecord(username="ann", created_at=EPOCH))
        for name, ends, seen in (("over", hour, hour), ("idle", 9 * day, hour), ("live", 9 * day, day)):
            session = login_sessions.SessionRecord(
                id=name, username="ann", created_at=EPOCH, expires_at=EPOCH + ends, seen_at=EPOCH + seen
            )
            login_sessions.add_session(tx, session)
        for name, ends in (("over", hour), ("live", 9 * day)):
            token = tokens.TokenRecord(
                id=name, username="ann", name=name, workspace="*", scopes=None, created_at=EPOCH, created_by="ann",
                expires_at=EPOCH + ends,
            )  # fmt: skip
            tokens.add_token(tx, token)
            tokens.revoke(tx, name, EPOCH + ends)
        bounds = login_failures.Bounds(5, 30.0, 900.0)
        login_failures.note_failure(tx, "user:old", EPOCH, bounds)
        login_failures.note_failure(tx, "user:new", EPOCH + day, bounds)
    gone = tidy(database, Settings(home=tmp_path), FakeClock(EPOCH + day + hour / 10))
    assert gone == {"ended sessions": 2, "ended tokens": 2, "failed log-ins": 1}
    assert [row["id"] for row in rows(database, "login_session")] == ["live"]
    assert [row["id"] for row in rows(database, "access_token")] == ["live"]
    assert [row["jti"] for row in rows(database, "revoked_token")] == ["live"]
    assert [row["key"] for row in rows(database, "login_failure")] == ["user:new"]


def test_a_failure_does_not_end_it(monkeypatch) -> None:
    monkeypatch.setattr(housekeeping, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(housekeeping, "EVERY_S", 0.0)
    calls, is_done = [], threading.Event()

    def work() -> dict[str, int]:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk is away")
        is_done.set()
        return {}

    keeper = Housekeeper(work)
    keeper.start()
    assert is_done.wait(10)
    keeper.stop()
