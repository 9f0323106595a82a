"""The FTP, SMTP and IMAP providers against servers of each, unmodified."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.ftp.hooks.ftp import FTPHook
from airflow.providers.ftp.operators.ftp import FTPFileTransmitOperator
from airflow.providers.ftp.sensors.ftp import FTPSensor
from airflow.providers.imap.hooks.imap import ImapHook
from airflow.providers.imap.sensors.imap_attachment import ImapAttachmentSensor
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.smtp.operators.smtp import EmailOperator

from support.connections import connection
from support.dag_files import run_dag_file
from support.ftp_server import FtpSite, ftp_server
from support.imap_server import MailServer, mail_server
from support.mailbox import mailbox
from support.server import free_port

EXECUTES = [
    FTPHook, FTPFileTransmitOperator, FTPSensor, SmtpHook, SmtpNotifier, EmailOperator, ImapHook, ImapAttachmentSensor
]  # fmt: skip

FILE = Path(__file__).parent / "services_dags/post.py"
PLAIN = {"disable_ssl": True, "disable_tls": True, "from_email": "tradewind@example.com"}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FtpSite]:
    """An FTP server with an empty folder; a file to carry there."""
    root = tmp_path / "shelf"
    root.mkdir()
    (tmp_path / "here.txt").write_text("carried")
    with ftp_server(root) as shelf:
        there = connection("ftp", shelf.port, login=shelf.login, password=shelf.password)
        monkeypatch.setenv("AIRFLOW_CONN_SHELF", there)
        monkeypatch.setenv("AIRFLOW_CONN_SHELF_OF_A_STRANGER", connection("ftp", shelf.port, login="eve", password="?"))
        yield shelf


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server that takes every mail, and a connection to where there is none."""
    with mailbox() as post:
        monkeypatch.setenv("AIRFLOW_CONN_POST", connection("smtp", post.port, extra=PLAIN))
        nowhere = connection("smtp", free_port(), extra={**PLAIN, "retry_limit": 1})
        monkeypatch.setenv("AIRFLOW_CONN_POST_OF_NOBODY", nowhere)
        yield post


@pytest.fixture
def inbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server to read from, with nothing in it."""
    with mail_server() as inbox:
        who = {"login": inbox.login, "password": inbox.password}
        monkeypatch.setenv("AIRFLOW_CONN_INBOX", connection("imap", inbox.port, **who, extra={"use_ssl": False}))
        yield inbox


def test_files_go_to_the_ftp_server_and_come_back(shelf: FtpSite, tmp_path: Path):
    result = run_dag_file(FILE, "ftp", {"folder": str(tmp_path)})
    assert set(result.states.values()) == {"success"}, result.states
    assert (tmp_path / "back.txt").read_text() == (shelf.root / "new/there.txt").read_text() == "carried"
    names, year = result.xcom("listed")
    assert (names, year >= 2024) == (["there.txt"], True)


def test_mails_are_sent_with_their_templates_filled_in_and_files_attached(post: Any, tmp_path: Path):
    (tmp_path / "here.txt").write_text("carried")
    result = run_dag_file(FILE, "mail", {"folder": str(tmp_path), "words": "all is well"})
    assert set(result.states.values()) == {"success"}, result.states
    report, plain = sorted(post.messages, key=lambda mail: mail["Subject"])
    assert report["Subject"].endswith(" report")
    assert (report["To"], report["Cc"]) == ("ada@example.com", "grace@example.com")
    assert report["From"] == "tradewind@example.com"
    assert report.get_body(("html",)).get_content().strip() == "<b>all is well</b>"
    assert [part.get_filename() for part in report.iter_attachments()] == ["here.txt"]
    assert plain["Subject"] == "plain"


def test_an_attachment_is_waited_for_and_taken(inbox: MailServer):
    mail = EmailMessage()
    mail["Subject"] = "this month"
    mail.set_content("see there")
    mail.add_attachment("1,2\n", filename="numbers.csv", subtype="csv")
    inbox.messages.append(mail)
    result = run_dag_file(FILE, "inbox")
    assert result.states == {"wait": "success", "taken": "success"}
    assert [[name, text.strip()] for name, text in result.xcom("taken")] == [["numbers.csv", "1,2"]]


def test_notifiers_write_when_a_task_and_when_a_run_fails(post: Any, shelf: FtpSite):
    result = run_dag_file(FILE, "mail_fails")
    assert set(result.states.values()) == {"failed"}
    assert "ConnectionRefusedError" in (result.task("nowhere").error or "")
    assert "530" in (result.task("stranger").error or "")
    of_the_run, of_the_task = sorted(post.messages, key=lambda mail: "run " not in mail["Subject"])
    assert of_the_run["Subject"].startswith("run manual__")
    assert "breaks" in of_the_task["Subject"], "the provider's own template names the task"
    assert "no bread" in of_the_task.as_string() or "mail_fails" in of_the_task.as_string()
