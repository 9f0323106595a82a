"""Connections: where an outside system is and how to log in; as URI, as JSON, or from the server."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tradewind.sdk.exceptions import AirflowException, AirflowNotFoundException
from tradewind.sdk.task_api import mask_secret, task_api

__all__ = ["Connection", "ConnectionAccessor"]

_PREFIXES = ("TRADEWIND_CONN_", "AIRFLOW_CONN_")
_FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
_HOOKS = {"fs": "tradewind.providers.standard.hooks.filesystem:FSHook"}
"""Hooks that come with us, by connection type."""


class Connection:
    """A connection. Give either `uri` or the fields.

    Args:
        conn_id: its name.
        conn_type: what kind of system, such as ``postgres``.
        description: for people.
        host, login, password, schema, port: where and as whom.
        extra: more, as JSON text or a dict.
        uri: all of it in one text, ``type://login:password@host:port/schema?key=value``.
    """

    EXTRA_KEY = "__extra__"

    def __init__(
        self,
        conn_id: str = "",
        conn_type: str | None = None,
        *,
        uri: str | None = None,
        extra: str | dict[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        unknown = set(fields) - set(_FIELDS)
        if unknown:
            raise TypeError(f"Connection() got an unexpected keyword argument {min(unknown)!r}")
        if uri and (conn_type or extra or any(value is not None for value in fields.values())):
            raise AirflowException(
                "You must create an object using the URI or individual values (conn_type, host, login, password, "
                "schema, port or extra). You can't mix these two ways to create this object."
            )
        self.conn_id = conn_id
        self.conn_type = conn_type or ""
        self.description: str | None = fields.get("description")
        self.host: str | None = fields.get("host")
        self.login: str | None = fields.get("login")
        self.password: str | None = fields.get("password")
        self.schema: str | None = fields.get("schema")
        port = fields.get("port")
        self.port: int | None = None if port in (None, "") else int(port)
        self.extra: str | None = json.dumps(extra) if isinstance(extra, dict) else extra
        if uri:
            self._read_uri(uri)
        self._mask()

    def _mask(self) -> None:
        if self.password:
            mask_secret(self.password, "password")
        if self.extra:
            extra = _json_or_none(self.extra)
            if isinstance(extra, dict):
                mask_secret(extra, None)

    def _read_uri(self, uri: str) -> None:
        parts = urlsplit(uri)
        self.conn_type = _type_from_scheme(parts.scheme)
        netloc, host = parts.netloc, parts.hostname or ""
        rest = uri.split("://", 2)
        if len(rest) == 3:  # type://protocol://host: the host carries a protocol of its own
            inner = urlsplit(f"{rest[1]}://{rest[2]}")
            self.conn_type, parts = _type_from_scheme(rest[0]), inner
            netloc, host = inner.netloc, f"{rest[1]}://{inner.hostname or ''}"
        self.host = _host(netloc, host) or None
        path = parts.path.removeprefix("/")
        self.schema = unquote(path) or None
        self.login = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        self.port = parts.port
        if parts.query:
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            self.extra = query[self.EXTRA_KEY] if self.EXTRA_KEY in query else json.dumps(query)

    # -- texts --------------------------------------------------------------------------------------------------

    def get_uri(self) -> str:
        """The connection as one URI, that `Connection(uri=...)` reads back."""
        uri = f"{self.conn_type.lower().replace('_', '-')}://" if self.conn_type else "//"
        host = self.host or ""
        protocol_to_add = ""
        if "://" in host:
            protocol, host = host.split("://", 1)
            if protocol == self.conn_type:
                protocol_to_add = ""
            else:
                protocol_to_add = f"{protocol}://"
        uri += protocol_to_add
        authority = ""
        if self.login is not None:
            authority += quote(self.login, safe="")
        if self.password is not None:
            authority += ":" + quote(self.password, safe="")
        if authority:
            authority += "@"
        block = quote(host, safe="") if host else ""
        if self.port is not None:
            block += f":{self.port}" if block or authority else f"@:{self.port}"
        if self.schema:
            block += f"/{quote(self.schema, safe='')}"
        uri += authority + block
        extra = self.extra_dejson
        if self.extra and self.extra != "{}":
            uri += "?" if self.schema else "/?"
            flat = all(isinstance(value, str) for value in extra.values()) if extra else False
            query = urlencode(extra) if flat else ""
            if flat and dict(parse_qsl(query, keep_blank_values=True)) == extra:
                uri += query
            else:
                uri += urlencode({self.EXTRA_KEY: self.extra})
        return uri

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """`extra` as a dict; empty where it is no JSON object."""
        value = _json_or_none(self.extra) if self.extra else None
        return value if isinstance(value, dict) else {}

    def get_extra_dejson(self, nested: bool = False) -> dict[str, Any]:
        """`extra` as a dict; `nested`: texts inside that are JSON themselves are read too."""
        extra = dict(self.extra_dejson)
        if nested:
            for key, value in extra.items():
                if isinstance(value, str):
                    inner = _json_or_none(value)
                    extra[key] = value if inner is None else inner
        return extra

    def to_dict(self, *, prune_empty: bool = False) -> dict[str, Any]:
        """All fields, `extra` as a dict."""
        values: dict[str, Any] = {"conn_id": self.conn_id}
        values.update({name: getattr(self, name) for name in _FIELDS})
        values["extra"] = self.extra_dejson
        if prune_empty:
            return {key: value for key, value in values.items() if value or value == 0}
        return values

    @classmethod
    def from_json(cls, value: str, conn_id: str = "") -> Connection:
        """A connection from JSON text such as ``{"conn_type": "postgres", "host": ...}``."""
        fields = dict(json.loads(value))
        conn_type = fields.pop("conn_type", None)
        conn_type = _type_from_scheme(conn_type) if conn_type else None
        extra = fields.pop("extra", None)
        if fields.get("port") in ("", None):
            fields.pop("port", None)
        fields.pop("conn_id", None)
        if "uri" in fields:
            return cls(conn_id=conn_id, uri=fields["uri"])
        return cls(conn_id=conn_id, conn_type=conn_type, extra=extra, **fields)

    def as_json(self) -> str:
        """The connection as JSON text, without its id."""
        values = self.to_dict(prune_empty=True)
        values.pop("conn_id", None)
        return json.dumps(values)

    @classmethod
    def from_uri(cls, uri: str, conn_id: str | None = None) -> Connection:
        """A connection from a URI."""
        return cls(conn_id=conn_id or "", uri=uri)

    # -- looking up ---------------------------------------------------------------------------------------------

    @classmethod
    def get(cls, conn_id: str) -> Connection:
        """The connection of that name: from the environment, else from the server.

        Raises:
            AirflowNotFoundException: there is none.
        """
        for prefix in _PREFIXES:
            text = os.environ.get(prefix + conn_id.upper())
            if text is not None:
                return _from_text(text, conn_id)
        api = task_api()
        found = None if api is None else api.connection(conn_id)
        if found is None:
            raise AirflowNotFoundException(
                f"The conn_id `{conn_id}` isn't defined. Add it with `tradewind connections add {conn_id} ...`, or in "
                f"the environment as TRADEWIND_CONN_{conn_id.upper()}."
            )
        return cls.of(conn_id, found)

    @classmethod
    def of(cls, conn_id: str, fields: Mapping[str, Any]) -> Connection:
        """A connection from the fields that the server sent."""
        return cls(conn_id, **{name: fields.get(name) for name in _FIELDS})

    def get_hook(self, *, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook for this type of connection.

        Raises:
            AirflowException: no hook is known for it.
        """
        place = _HOOKS.get(self.conn_type)
        if place is None:
            raise AirflowException(f'Unknown hook type "{self.conn_type}": no installed package brings a hook for it')
        module, name = place.split(":")
        hook = getattr(import_module(module), name)
        return hook(**{hook.conn_name_attr: self.conn_id}, **(hook_params or {}))

    def __repr__(self) -> str:
        return f"Connection(conn_id={self.conn_id!r}, conn_type={self.conn_type!r}, host={self.host!r})"

    def __str__(self) -> str:
        return self.conn_id

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Connection):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.conn_id)


class ConnectionAccessor:
    """`conn.name` of templates."""

    __slots__ = ()

    def __getattr__(self, conn_id: str) -> Any:
        if conn_id.startswith("__"):
            raise AttributeError(conn_id)
        return Connection.get(conn_id)

    def get(self, conn_id: str, default_conn: Any = None) -> Any:
        """The connection, or `default_conn`."""
        try:
            return Connection.get(conn_id)
        except AirflowNotFoundException:
            return default_conn

    def __repr__(self) -> str:
        return "<ConnectionAccessor>"


def _from_text(text: str, conn_id: str) -> Connection:
    if text.lstrip().startswith("{"):
        return Connection.from_json(text, conn_id)
    return Connection(conn_id, uri=text)


def _json_or_none(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _type_from_scheme(scheme: str) -> str:
    name = scheme.replace("-", "_")
    return "postgres" if name == "postgresql" else name


def _host(netloc: str, host: str) -> str:
    """The host with its case kept, which `urlsplit().hostname` folds."""
    place = re.sub(r":\d*$", "", netloc.rpartition("@")[2])
    protocol = host.split("://", 1)[0] + "://" if "://" in host else ""
    return protocol + unquote(place.strip("[]"))
