"""Mail: addresses, messages of several parts, and sending them by the server of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate
from pathlib import Path
from smtplib import SMTP, SMTP_SSL
from typing import Any

from airflow.configuration import conf

__all__ = ["build_mime_message", "get_email_address_list", "send_email", "send_email_smtp"]

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


def send_email(to: Addresses, subject: str, html_content: str, files: list[str] | None = None, dryrun: bool = False,
               **more: Any) -> None:  # fmt: skip
    """Send a mail by the server that ``[smtp]`` of the settings names.

    Args:
        to: addresses.
        subject, html_content: what it says.
        files: paths of attachments.
        dryrun: make it, and do not send it.
        more: further arguments of `build_mime_message`; those that it does not know are passed over.

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
    make = SMTP_SSL if conf.getboolean("smtp", "smtp_ssl") else SMTP
    timeout = conf.getfloat("smtp", "smtp_timeout", fallback=30.0)
    with make(conf.get("smtp", "smtp_host"), conf.getint("smtp", "smtp_port"), timeout=timeout) as server:
        if conf.getboolean("smtp", "smtp_starttls") and not conf.getboolean("smtp", "smtp_ssl"):
            server.starttls()
        if user := conf.get("smtp", "smtp_user", fallback=""):
            server.login(user, conf.get("smtp", "smtp_password", fallback=""))
        server.sendmail(sender, everybody, message.as_string())


send_email_smtp = send_email
