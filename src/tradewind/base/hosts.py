"""Names and addresses of machines as a URL or a `Host` header says them."""

from __future__ import annotations

import ipaddress

__all__ = ["address_of", "is_local", "name_of"]


def name_of(host: str) -> str:
    """The host without its port, in small letters."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    name, _, port = host.partition(":")
    if port.isdecimal():
        host = name
    return host.lower().rstrip(".")


def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a name is; None: it is none."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def is_local(host: str) -> bool:
    """Whether a name or an address, with or without a port, means the machine that says it."""
    name = name_of(host)
    address = address_of(name)
    return address.is_loopback if address else name == "localhost" or name.endswith(".localhost")
