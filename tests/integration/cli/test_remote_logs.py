"""Logs that go to a remote store: nothing of them is lost, hidden or told twice, whatever the store does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.provider_package import install
from tradewind.base.settings import load_settings
from tradewind.cli.remote_logs import RemoteLogs
from tradewind.db import connections, open_database, schema
from tradewind.db.cipher import key_file_cipher
from tradewind.executors.base import CalledBack

KEY = ("sales", "monday", "load", -1)
NAME = "dag_id=sales/run_id=monday/task_id=load/attempt=1.log"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE_S = 60.0
INFO = '{"remote-logging": [{"scheme": "shelf", "classpath": "shelf_provider.Shelf"}]}'
# Like the published ones: it appends, and says nothing of how it went; what it has taken it deletes where it is told to.
STORE = """
import shutil, sys, time
from pathlib import Path

from airflow.configuration import conf
from airflow.sdk.bases.hook import BaseHook


class Shelf:
    processors = ()

    @classmethod
    def from_config(cls):
        shelf = cls()
        shelf.base = Path(conf.get("logging", "base_log_folder"))
        shelf.folder = Path(conf.get("logging", "remote_base_log_folder").removeprefix("shelf://"))
        shelf.deletes = conf.getboolean("logging", "delete_local_logs")
        return shelf

    def upload(self, path, ti):
        if (self.folder / "hangs").exists():
            (self.folder / "is-hanging").touch()
            time.sleep(600)
        if (self.folder / "breaks").exists():
            raise RuntimeError("no entry with " + BaseHook.get_connection("shelf").password)
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as end:
            end.write((self.base / path).read_text())
        if self.deletes:
            shutil.rmtree((self.base / path).parent)

    def read(self, path, ti):
        file = self.folder / path
        return [str(file)], [file.read_text()] if file.exists() else None
"""


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store that an installed package brings."""
    site, folder = tmp_path / "site", tmp_path / "shelf"
    install(site, "shelf-provider", INFO, more=STORE)
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER", f"shelf://{folder}")
    monkeypatch.setenv("AIRFLOW__LOGGING__REMOTE_LOG_CONN_ID", "shelf")
    return folder


@contextmanager
def remote_logs(home: Path, stop_s: float = 10.0) -> Iterator[RemoteLogs]:
    settings = load_settings({"TRADEWIND_HOME": str(home)}, overrides={"logs": {"remote_conn_id": "shelf"}})
    home.mkdir(exist_ok=True)
    database, cipher = open_database(settings.db, settings.db_url), key_file_cipher(home)
    schema.migrate(database, NOW)
    with database.write() as tx:
        if connections.find_connection(tx, cipher, "default", "shelf") is None:
            new = connections.ConnectionRecord(conn_id="shelf", conn_type="shelf", password="open-sesame")
            connections.add_connection(tx, cipher, "default", new)
    logs = RemoteLogs(settings, database, cipher, stop_s=stop_s)
    logs.start()
    try:
        yield logs
    finally:
        logs.stop()
        database.close()


def write(home: Path, line: str) -> Path:
    file = home / "logs" / NAME
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as end:
        end.write(f"{line}\n")
    return file


def ended(logs: RemoteLogs, file: Path) -> None:
    logs.watching(lambda _: None)(CalledBack("callback", NOW, str(file)))


def until(said: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not said():
        assert time.monotonic() < end
        time.sleep(0.02)


def text(logs: RemoteLogs, home: Path) -> str:
    return (logs.read(KEY, 1) or home / "logs" / NAME).read_text()


def test_a_log_that_a_callback_goes_on_with_is_whole_in_the_store_and_when_it_is_read(shelf: Path, tmp_path: Path):
    home = tmp_path / "home"
    with remote_logs(home) as logs:
        ended(logs, write(home, "the task"))
        until(lambda: (shelf / NAME).exists() and (shelf / NAME).read_text() == "the task\n")
        file = write(home, "its callback")
        assert text(logs, home) == "the task\nits callback\n"
        ended(logs, file)
        until(lambda: (shelf / NAME).read_text().endswith("callback\n"))
        assert (shelf / NAME).read_text() == "the task\nits callback\n"
        until(lambda: text(logs, home) == "the task\nits callback\n")


def test_a_store_that_hangs_does_not_hold_up_the_end_and_gets_the_log_after_the_next_start(shelf: Path, tmp_path: Path):
    home = tmp_path / "home"
    (shelf / "hangs").touch()
    with remote_logs(home, stop_s=0.0) as logs:
        ended(logs, write(home, "the task"))
        until(lambda: (shelf / "is-hanging").exists())
        began = time.monotonic()
    assert time.monotonic() - began < PATIENCE_S
    (shelf / "hangs").unlink()
    with remote_logs(home) as logs:
        until(lambda: (shelf / NAME).exists())
        until(lambda: text(logs, home) == "the task\n")
    assert (shelf / NAME).read_text() == "the task\n"


def test_a_log_that_the_store_refuses_is_read_here_and_no_secret_is_in_the_error(
    shelf: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    home = tmp_path / "home"
    (shelf / "breaks").touch()
    with remote_logs(home) as logs:
        ended(logs, write(home, "the task"))
        until(lambda: "is not uploaded; it stays here" in caplog.text)
        assert text(logs, home) == "the task\n"
    said = caplog.text + capfd.readouterr().err
    assert "no entry with ***" in said
    assert "open-sesame" not in said
