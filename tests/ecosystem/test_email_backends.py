"""`send_email` goes by the backend of the settings: Airflow's own, or that of a provider package."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from airflow.configuration import conf
from airflow.exceptions import AirflowConfigException
from airflow.utils.email import send_email

from support.aws import Aws, aws_server
from support.mailbox import Mailbox, mailbox


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server, and the settings and a connection that name it."""
    with mailbox() as box:
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_PORT", str(box.port))
        monkeypatch.setenv("AIRFLOW__SMTP__SMTP_STARTTLS", "False")
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "us@example.org"}
        fields = {"conn_type": "smtp", "host": "127.0.0.1", "port": box.port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_BOX", json.dumps(fields))
        yield box


def test_the_backend_of_airflow_itself_is_the_default(box: Mailbox):
    assert conf.get("email", "email_backend") == "airflow.utils.email.send_email_smtp"
    send_email(
        "a@example.org; b@example.org", "hello", "<b>x</b>", cc=["c@example.org"], custom_headers={"X-Ours": "1"}
    )
    [message] = box.received()
    assert (message["Subject"], message["To"], message["X-Ours"]) == ("hello", "a@example.org, b@example.org", "1")


def test_the_backend_of_the_smtp_package_takes_its_connection(box: Mailbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW__EMAIL__EMAIL_BACKEND", "airflow.providers.smtp.utils.emailer.send_email_smtp")
    monkeypatch.setenv("AIRFLOW__EMAIL__EMAIL_CONN_ID", "box")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_MAIL_FROM", "us@example.org")
    send_email(["a@example.org"], "by the package", "<b>x</b>")
    [message] = box.received()
    assert (message["Subject"], message["From"]) == ("by the package", "us@example.org")


def test_the_backend_of_the_amazon_package_sends_by_ses(monkeypatch: pytest.MonkeyPatch):
    with aws_server() as aws:
        _send_by_ses(aws, monkeypatch)


def _send_by_ses(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.client("ses").verify_email_identity(EmailAddress="us@example.org")
    monkeypatch.setenv("AIRFLOW__EMAIL__EMAIL_BACKEND", "airflow.providers.amazon.aws.utils.emailer.send_email")
    monkeypatch.setenv("AIRFLOW__EMAIL__FROM_EMAIL", "us@example.org")
    monkeypatch.setenv("AIRFLOW__EMAIL__EMAIL_CONN_ID", "aws_default")
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", aws.connection())
    send_email(["a@example.org"], "by ses", "<b>x</b>")
    assert aws.client("ses").get_send_quota()["SentLast24Hours"] >= 1


def test_a_backend_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW__EMAIL__EMAIL_BACKEND", "no.such.backend")
    with pytest.raises(AirflowConfigException, match="email_backend"):
        send_email("a@example.org", "s", "h")
