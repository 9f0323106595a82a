"""Connections as URIs: the fields that a text means, and the text that fields make; percent signs as Airflow sets them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from tradewind.sdk.exceptions import AirflowException

if TYPE_CHECKING:
    from tradewind.sdk.connection import Connection

__all__ = ["EXTRA_KEY", "fields_of_uri", "type_from_scheme", "uri_of"]

EXTRA_KEY = "__extra__"
"""The name in a URI's query under which `extra` stands whole, where it is more than a list of texts."""


def fields_of_uri(uri: str) -> dict[str, Any]:
    """The fields that a URI means. A host and schema that it lacks are empty texts; all else that it lacks is None.

    Raises:
        AirflowException: it has more protocols than a type and one of the host.
        ValueError: its port is no number.
    """
    outer = urlsplit(uri)
    pieces = uri.split("://")
    protocol = ""
    parts: SplitResult = outer
    if len(pieces) == 3:  # type://protocol://host
        protocol = pieces[1]
        parts = urlsplit(f"{protocol}://{pieces[2]}")
    if len(pieces) > 3 or "@" in protocol or ":" in protocol:
        # Not repeated whole: errors are shown to everybody, and it has the password.
        raise AirflowException(
            f"Invalid connection string: of a URI of type {outer.scheme!r}, more than `type://protocol://host` is in front "
            "of its host. Percent-encode what is in the login and password"
        )
    host = _host(parts)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return {
        "conn_type": type_from_scheme(outer.scheme),
        "host": f"{protocol}://{host}" if protocol and host else host,
        "schema": unquote(parts.path.removeprefix("/")),
        "login": unquote(parts.username) if parts.username else parts.username,
        "password": unquote(parts.password) if parts.password else parts.password,
        "port": _port(parts),
        "extra": query.get(EXTRA_KEY, json.dumps(query)) if query else None,
    }


def _host(parts: SplitResult) -> str:
    """The host with its case kept, which `SplitResult.hostname` folds."""
    place = re.sub(r":\d*$", "", parts.netloc.rpartition("@")[2])
    return unquote(place.strip("[]"))


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:  # its words repeat what stands there: a part of the password, where that has a slash
        raise ValueError(
            "Invalid connection string: what stands where the port is expected is no number up to 65535. Percent-encode "
            "what is in the login and password"
        ) from None


def uri_of(connection: Connection) -> str:
    """The connection as one URI."""
    kind, host = connection.conn_type, connection.host or ""
    uri = f"{kind.lower().replace('_', '-')}://" if kind else "//"
    protocol, separator, rest = host.partition("://")
    if separator and protocol != kind:
        uri += f"{protocol}://"
        host = rest
    authority = ""
    if connection.login is not None:
        authority += quote(connection.login, safe="")
    if connection.password is not None:
        authority += ":" + quote(connection.password, safe="")
    if authority:
        authority += "@"
    block = quote(host, safe="")
    if connection.port is not None:
        block += f":{connection.port}" if block or authority else f"@:{connection.port}"
    if connection.schema:
        block += f"/{quote(connection.schema, safe='')}"
    uri += authority + block
    if connection.extra:
        uri += ("?" if connection.schema else "/?") + _query(connection.extra, connection.extra_dejson)
    return uri


def _query(text: str, extra: dict[str, Any]) -> str:
    if extra and all(isinstance(value, str) for value in extra.values()):
        query = urlencode(extra)
        if dict(parse_qsl(query, keep_blank_values=True)) == extra:
            return query
    return urlencode({EXTRA_KEY: text})


def type_from_scheme(scheme: str) -> str:
    """The connection type that a URI's scheme means."""
    return "postgres" if scheme == "postgresql" else scheme.replace("-", "_")
