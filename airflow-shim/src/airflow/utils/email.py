"""Mail: addresses, messages of several parts, and sending them by the server of the settings."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Iterable
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate
from pathlib import Path
from smtplib import SMTP, SMTP_SSL
from typing import Any

from airflow.configuration import conf
from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowConfigException, AirflowNotFoundException

__all__ = ["build_mime_message", "get_email_address_list", "send_email", "send_email_smtp"]

log = logging.getLogger(__name__)

Addresses = str | Iterable[str]


def get_email_address_list(addresses: Addresses) -> list[str]:
    """Each address of a list, or of a text with commas or semicolons.

    Raises:
        TypeError: something in it is no text.
    """
    if isinstance(addresses, str):
        return [part.strip() for part in re.split(r"\s*[,;]\s*", addresses.strip()) if part.strip()]
    found = list(addresses)
    if not all(isinstance(one, str) for one in found):
        raise TypeError("The items in your iterable must be strings.")
    return [address for one in found for address in get_email_address_list(one)]


def build_mime_message(  # noqa: PLR0917 - Airflow's signature
    mail_from: str | None,
    to: Addresses,
    subject: str,
    html_content: str,
    files: list[str] | None = None,
    cc: Addresses | None = None,
    bcc: Addresses | None = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    custom_headers: dict[str, Any] | None = None,
) -> tuple[MIMEMultipart, list[str]]:
    """A message, and everybody it goes to.

    Args:
        mail_from, to, cc, bcc: addresses.
        subject, html_content: what it says.
        files: paths of attachments.
        mime_subtype, mime_charset: of the message.
        custom_headers: more headers.
    """
    recipients = get_email_address_list(to)
    message = MIMEMultipart(mime_subtype)
    message["Subject"] = subject
    if mail_from:
        message["From"] = mail_from
    message["To"] = ", ".join(recipients)
    everybody = list(recipients)
    if cc:
        copies = get_email_address_list(cc)
        message["CC"] = ", ".join(copies)
        everybody += copies
    if bcc:
        everybody += get_email_address_list(bcc)
    message["Date"] = formatdate(localtime=True)
    message.attach(MIMEText(html_content, "html", mime_charset))
    for name in files or ():
        part = MIMEApplication(Path(name).read_bytes(), Name=Path(name).name)
        part["Content-Disposition"] = f'attachment; filename="{Path(name).name}"'
        message.attach(part)
    for header, value in (custom_headers or {}).items():
        message[header] = value
    return message, everybody


def send_email(  # noqa: PLR0917 - Airflow's signature
    to: Addresses,
    subject: str,
    html_content: str,
    files: list[str] | None = None,
    dryrun: bool = False,
    cc: Addresses | None = None,
    bcc: Addresses | None = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    conn_id: str | None = None,
    custom_headers: dict[str, Any] | None = None,
    **more: Any,
) -> Any:
    """Send a mail by the backend that ``[email] email_backend`` of the settings names.

    Args:
        to, cc, bcc: addresses.
        subject, html_content: what it says.
        files: paths of attachments.
        dryrun: make it, and do not send it.
        mime_subtype, mime_charset: of the message.
        conn_id: the connection; None: that of ``[email] email_conn_id``.
        custom_headers: more headers.
        more: for the backend.

    Raises:
        AirflowConfigException: there is no such backend.
    """
    backend = conf.getimport("email", "email_backend") or send_email_smtp
    return backend(
        get_email_address_list(to),
        subject,
        html_content,
        files=files,
        dryrun=dryrun,
        cc=cc,
        bcc=bcc,
        mime_subtype=mime_subtype,
        mime_charset=mime_charset,
        conn_id=conn_id or conf.get("email", "email_conn_id", fallback=None),
        from_email=conf.get("email", "from_email", fallback=None),
        custom_headers=custom_headers,
        **more,
    )


def send_email_smtp(to: Addresses, subject: str, html_content: str, files: list[str] | None = None,
                    dryrun: bool = False, **more: Any) -> None:  # fmt: skip
    """Send a mail by the server that ``[smtp]`` of the settings names; the login is that of the connection, where it exists.

    Args:
        to: addresses.
        subject, html_content: what it says.
        files: paths of attachments.
        dryrun: make it, and do not send it.
        more: further arguments of `build_mime_message`, `from_email`, `conn_id`; others are passed over.

    Raises:
        smtplib.SMTPException, OSError: the server does not take it.
    """
    known = {
        name: more[name] for name in ("cc", "bcc", "mime_subtype", "mime_charset", "custom_headers") if name in more
    }
    sender = more.get("from_email") or conf.get("smtp", "smtp_mail_from")
    message, everybody = build_mime_message(sender, to, subject, html_content, files, **known)
    if dryrun:
        return
    user, password = _login(more.get("conn_id"))
    with _server() as server:
        if conf.getboolean("smtp", "smtp_starttls") and not conf.getboolean("smtp", "smtp_ssl"):
            server.starttls(context=_tls())
        if user:
            server.login(user, password)
        server.sendmail(sender, everybody, message.as_string())


def _server() -> SMTP:
    host, port = conf.get("smtp", "smtp_host"), conf.getint("smtp", "smtp_port")
    timeout = conf.getfloat("smtp", "smtp_timeout", fallback=30.0)
    if conf.getboolean("smtp", "smtp_ssl"):
        return SMTP_SSL(host, port, timeout=timeout, context=_tls())
    return SMTP(host, port, timeout=timeout)


def _tls() -> ssl.SSLContext | None:
    """How the server has to prove its name; None: not at all.

    Raises:
        AirflowConfigException: the setting is neither `default` nor `none`.
    """
    word = conf.get("email", "ssl_context", fallback="default")
    if word not in {"default", "none"}:
        raise AirflowConfigException(f"[email] ssl_context must be 'default' or 'none', not {word!r}")
    return ssl.create_default_context() if word == "default" else None


def _login(conn_id: str | None) -> tuple[str, str]:
    """User and password: of the connection, else of the settings; no user: no login."""
    if conn_id:
        try:
            connection = Connection.get(conn_id)
        except AirflowNotFoundException:
            log.debug("there is no connection %s; the settings tell the login", conn_id)
        else:
            return connection.login or "", connection.password or ""
    return conf.get("smtp", "smtp_user", fallback=""), conf.get("smtp", "smtp_password", fallback="")
