"""Mails about failed tasks: what `email`, `email_on_failure` and `email_on_retry` of a task ask for."""

from __future__ import annotations

import html
import logging
import os
import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import replace
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from tradewind.base.settings import SmtpSettings, load_settings
from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowNotFoundException
from tradewind.worker.secrets_masking import MASKER

__all__ = ["MailNotice", "send_mail"]

log = logging.getLogger("tradewind.task.mail")

CONNECTION = "smtp_default"


class MailNotice:
    """A callback that mails what happened to the addresses of a task."""

    def __init__(self, task: Any, kind: str) -> None:
        self._to = _addresses(task.email)
        self._kind = kind

    @property
    def __name__(self) -> str:
        return f"mail to {', '.join(self._to)}"

    def __call__(self, context: Any) -> None:
        settings = _smtp()
        if not settings.host:
            log.warning("no mail is sent to %s: neither smtp.host nor the connection %s tells a mail server",
                        ", ".join(self._to), CONNECTION)  # fmt: skip
            return
        send_mail(settings, self._message(context, settings))
        log.info("mail about %s sent to %s", self._kind.removeprefix("on_"), ", ".join(self._to))

    def _message(self, context: Any, settings: SmtpSettings) -> EmailMessage:
        ti = context["ti"]
        what = "failed" if self._kind == "on_failure" else "failed, and is tried again"
        where = f"{ti.dag_id}.{ti.task_id}" + (f"[{ti.map_index}]" if ti.map_index >= 0 else "")
        facts = {
            "DAG": ti.dag_id,
            "Task": where.partition(".")[2],
            "Run": ti.run_id,
            "Try": f"{ti.try_number} of {ti.max_tries + 1}",
            "Host": ti.hostname,
            "Error": MASKER.redact(str(context.get("exception") or context.get("reason") or "")),
        }
        message = EmailMessage()
        message["Subject"] = f"Airflow alert: {where} [{ti.run_id}] {what}".replace("\n", " ")
        message["From"], message["To"] = settings.mail_from, ", ".join(self._to)
        message["Date"], message["Message-ID"] = formatdate(usegmt=True), make_msgid(domain="tradewind.local")
        message.set_content("\n".join(f"{name}: {value}" for name, value in facts.items()))
        rows = "".join(
            f"<tr><th align=left>{name}</th><td><pre>{html.escape(str(value))}</pre></td></tr>"
            for name, value in facts.items()
        )
        message.add_alternative(f"<p>The task {html.escape(where)} {what}.</p><table>{rows}</table>", subtype="html")
        return message


def send_mail(settings: SmtpSettings, message: EmailMessage) -> None:
    """Hand a message to the mail server.

    Raises:
        smtplib.SMTPException, OSError: it is not taken; or the server can't prove its name, or would get the password in
            the clear though TLS is asked for.
    """
    with _server(settings) as server:
        server.ehlo_or_helo_if_needed()
        if settings.starttls and not settings.ssl:
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            elif settings.user:
                raise smtplib.SMTPNotSupportedError(
                    f"{settings.host} offers no TLS, so it does not get the password; smtp.starttls = false lets it have it"
                )
        if settings.user:
            server.login(settings.user, settings.password)
        server.send_message(message)


def _server(settings: SmtpSettings) -> smtplib.SMTP:
    if not settings.ssl:
        return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout_s, context=context)


def _addresses(given: str | Iterable[str]) -> list[str]:
    texts = [given] if isinstance(given, str) else list(given)
    return [one.strip() for text in texts for one in text.replace(";", ",").split(",") if one.strip()]


def _smtp() -> SmtpSettings:
    """The mail server: of the settings, else of the connection `smtp_default`."""
    settings = load_settings(os.environ).smtp
    if settings.host:
        return settings
    try:
        found = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return settings
    if not found.host:
        return settings
    extra = found.extra_dejson
    return replace(
        settings,
        host=found.host,
        port=found.port or settings.port,
        user=found.login or "",
        password=found.password or "",
        mail_from=str(extra.get("from_email") or settings.mail_from),
        ssl=not extra.get("disable_ssl", True),
        starttls=not extra.get("disable_tls", False),
    )
