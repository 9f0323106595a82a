"""Where a request comes from: its address and scheme, told by `X-Forwarded-*` only where a trusted proxy says so."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from tradewind.base.errors import Forbidden, InvalidInput

__all__ = ["Network", "address_of", "check_same_origin", "is_from_proxy", "is_secure", "networks"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(text: str, setting: str) -> tuple[Network, ...]:
    """Networks from a list with commas: ``10.0.0.0/8, ::1``.

    Raises:
        InvalidInput: one of them is none.
    """
    found: list[Network] = []
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise InvalidInput(
                f"{setting}: {part!r} is no network such as 10.0.0.0/8 ({error})", name=setting
            ) from error
    return tuple(found)


def is_from_proxy(request: HTTPConnection, trusted: Sequence[Network]) -> bool:
    """Whether the peer at the other end of the connection is a trusted proxy."""
    return request.client is not None and _is_among(request.client.host, trusted)


def address_of(request: HTTPConnection, trusted: Sequence[Network]) -> str:
    """The address of who asks; behind trusted proxies, the last one that none of them is. Empty: not known."""
    if request.client is None:
        return ""
    address = request.client.host
    if not is_from_proxy(request, trusted):
        return address
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    for hop in reversed(hops):
        if _parsed(hop) is None:  # nobody knows what stood before something that is no address
            break
        address = hop
        if not _is_among(hop, trusted):
            break
    return address


def is_secure(request: HTTPConnection, trusted: Sequence[Network]) -> bool:
    """Whether the one who asks speaks https, with us or with the trusted proxy before us."""
    if is_from_proxy(request, trusted):
        said = request.headers.get("x-forwarded-proto")
        if said:
            return said.split(",")[-1].strip().lower() == "https"
    return request.url.scheme == "https"


def check_same_origin(request: HTTPConnection, base_url: str = "") -> None:
    """Refuse what the page of another site had a browser send; programs that are no browsers say neither header.

    Args:
        request: what was sent.
        base_url: where people reach this server, should a proxy say another host to it.

    Raises:
        Forbidden: the browser says that it comes from elsewhere.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_foreign = site not in (None, "same-origin", "none")
    if origin is not None and site is None:
        ours = {request.headers.get("host", "").lower(), urlsplit(base_url).netloc.lower()} - {""}
        is_foreign = urlsplit(origin).netloc.lower() not in ours
    if is_foreign:
        raise Forbidden(
            "this request was sent by a page of another site; open this server's own page and try again",
            origin=origin or site,
        )


def _is_among(host: str, trusted: Sequence[Network]) -> bool:
    address = _parsed(host)
    return address is not None and any(address in network for network in trusted)


def _parsed(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
