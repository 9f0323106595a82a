"""Mails go to the server that is meant, and what they carry is not told to others."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.utils.email import send_email_smtp

from support.mailbox import mailbox
from support.self_signed import self_signed
from tradewind.base.settings import SmtpSettings
from tradewind.worker.mail import MailNotice, send_mail
from tradewind.worker.secrets_masking import add_mask


def message() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = "us@example.org", "you@example.org"
    return made


def test_a_server_that_cannot_prove_its_name_gets_no_mail_and_no_password(tmp_path: Path):
    with mailbox(self_signed(tmp_path)) as box:
        settings = SmtpSettings(host="localhost", port=box.port, ssl=True, user="me", password="hush-hush")
        with pytest.raises(ssl.SSLCertVerificationError):
            send_mail(settings, message())
    assert box.commands == []


def test_the_function_of_airflow_checks_the_name_too_unless_it_is_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with mailbox(self_signed(tmp_path)) as box:
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "localhost")
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_PORT", str(box.port))
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_SSL", "True")
        with pytest.raises(ssl.SSLCertVerificationError):
            send_email_smtp("you@example.org", "hello", "x")
        assert box.commands == []
        monkeypatch.setenv("AIRFLOW__EMAIL__SSL_CONTEXT", "none")
        send_email_smtp("you@example.org", "hello", "x")
        assert len(box.received()) == 1


def test_no_password_goes_in_the_clear_where_tls_is_asked_for():
    with mailbox() as box:
        settings = SmtpSettings(host="127.0.0.1", port=box.port, user="me", password="hush-hush")
        with pytest.raises(smtplib.SMTPNotSupportedError, match=r"smtp\.starttls"):
            send_mail(settings, message())
    assert "AUTH" not in box.commands


def test_a_mail_about_a_failure_has_no_secret_that_the_error_has(monkeypatch: pytest.MonkeyPatch):
    add_mask("hush-hush-of-mail")
    with mailbox() as box:
        monkeypatch.setenv("TRADEWIND__SMTP__HOST", "127.0.0.1")
        monkeypatch.setenv("TRADEWIND__SMTP__PORT", str(box.port))
        ti = SimpleNamespace(
            dag_id="d", task_id="t", map_index=-1, run_id="r", try_number=1, max_tries=0, hostname="here"
        )
        context = {"ti": ti, "exception": RuntimeError("no entry with hush-hush-of-mail")}
        MailNotice(SimpleNamespace(email="you@example.org"), "on_failure")(context)
        [mail] = box.received()
    text = mail.as_string()
    assert "no entry with ***" in text
    assert "hush-hush" not in text
