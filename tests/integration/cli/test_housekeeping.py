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
from tradewind.cli.housekeeping import Housekeeper, cut_changes, tidy
from tradewind.core.states import RunState
from tradewind.db import Database, change_log, login_failures, login_sessions, tokens, users
from tradewind.db.change_log import Change
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


def test_a_failure_does_not_end_it() -> None:
    calls, is_done = [], threading.Event()

    def work() -> dict[str, int]:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk is away")
        is_done.set()
        return {}

    keeper = Housekeeper(work, every_s=0.0, first_after_s=0.0)
    keeper.start()
    assert is_done.wait(60)
    keeper.stop()


def test_the_stream_of_changes_goes_back_as_far_as_is_set(database: Database, tmp_path: Path) -> None:
    for second in range(3):
        with database.write() as tx:
            change = Change(kind="dag", workspace="default", dag_id="etl", new="added")
            change_log.append(tx, [change], EPOCH + timedelta(seconds=second))
    settings = replace(Settings(home=tmp_path), retention=RetentionSettings(changes_s=60))
    assert cut_changes(database, settings, FakeClock(EPOCH + timedelta(seconds=60))) == {}
    assert cut_changes(database, settings, FakeClock(EPOCH + timedelta(seconds=61))) == {"changes": 1}
    assert cut_changes(database, settings, FakeClock(EPOCH + timedelta(days=1))) == {"changes": 1}
    assert len(rows(database, "change_log")) == 1
