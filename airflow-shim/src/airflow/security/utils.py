"""Names of Kerberos principals."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence

from airflow.utils.net import get_hostname

__all__ = ["get_components", "get_fqdn", "get_hostname", "principal_from_username", "replace_hostname_pattern"]


def get_components(principal: str | None) -> list[str] | None:
    """The parts of ``name/host@REALM``, or None."""
    return re.split(r"[/@]", str(principal)) if principal else None


def replace_hostname_pattern(components: Sequence[str], host: str | None = None) -> str:
    """The principal of these three parts, for a host; where none is given, for this one."""
    name = host if host and host != "0.0.0.0" else get_hostname()  # noqa: S104 - means "any" here
    return f"{components[0]}/{name.lower()}@{components[2]}"


def get_fqdn(hostname_or_ip: str | None = None) -> str:
    """The full name of a host; where none is given, of this one."""
    if not hostname_or_ip:
        return get_hostname()
    name = socket.gethostbyaddr(hostname_or_ip)[0]
    return get_hostname() if name == "localhost" else name


def principal_from_username(username: str, realm: str | None) -> str:
    """A principal with its realm."""
    return f"{username}@{realm}" if "@" not in username and realm else username
