"""Connections: where an outside system is and how to log in; as URI, as JSON, or from the server."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from tradewind.sdk.connection_uri import EXTRA_KEY, fields_of_uri, type_from_scheme, uri_of
from tradewind.sdk.exceptions import AirflowException, AirflowNotFoundException
from tradewind.sdk.secrets import secrets
from tradewind.sdk.task_api import mask_secret, task_api

__all__ = ["Connection", "ConnectionAccessor"]

_FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
_MAX_PORT = 65_535

_preset: ContextVar[Connection | None] = ContextVar("preset_connection", default=None)
"""A connection that is found before all others while it is tested; it need not be stored anywhere."""

log = logging.getLogger("tradewind.task")


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

    EXTRA_KEY = EXTRA_KEY

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
        if uri:
            fields = fields_of_uri(uri)
            conn_type, extra = fields.pop("conn_type"), fields.pop("extra")
        self.conn_id = conn_id
        self.conn_type = conn_type or ""
        self.description: str | None = fields.get("description")
        self.host: str | None = fields.get("host")
        self.login: str | None = fields.get("login")
        self.password: str | None = fields.get("password")
        self.schema: str | None = fields.get("schema")
        self.port: int | None = _port(fields.get("port"))
        self.extra: str | None = json.dumps(extra) if isinstance(extra, dict) else extra
        self._mask()

    def _mask(self) -> None:
        if self.password:
            mask_secret(self.password, "password")
        if self.extra:
            extra = _json_or_none(self.extra)
            if isinstance(extra, dict):
                mask_secret(extra, None)

    # -- texts --------------------------------------------------------------------------------------------------

    def get_uri(self) -> str:
        """The connection as one URI, that `Connection(uri=...)` reads back."""
        return uri_of(self)

    def get_password(self) -> str | None:
        """The password."""
        return self.password

    def set_password(self, value: str | None) -> None:
        """Change the password; logs mask the new one too."""
        self.password = value
        self._mask()

    def get_extra(self) -> str | None:
        """`extra`, as JSON text."""
        return self.extra

    def set_extra(self, value: str | None) -> None:
        """Change `extra`; logs mask its secrets."""
        self.extra = value
        self._mask()

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

    async def aextra_dejson(self) -> dict[str, Any]:
        """`extra_dejson` for async code."""
        return self.extra_dejson

    def to_dict(self, *, prune_empty: bool = False, validate: bool = True) -> dict[str, Any]:
        """All fields, `extra` as a dict.

        Args:
            prune_empty: leave out what has no value.
            validate: check that it can be written as JSON.

        Raises:
            TypeError: it can't.
        """
        values: dict[str, Any] = {"conn_id": self.conn_id}
        values.update({name: getattr(self, name) for name in _FIELDS})
        values["extra"] = self.extra_dejson
        if prune_empty:
            has_default = {"conn_type": "", "extra": {}}
            values = {
                key: value for key, value in values.items() if value is not None and value != has_default.get(key)
            }
        if validate:
            json.dumps(values)
        return values

    @classmethod
    def from_json(cls, value: str, conn_id: str = "") -> Connection:
        """A connection from JSON text such as ``{"conn_type": "postgres", "host": ...}``."""
        fields = dict(json.loads(value))
        conn_type = fields.pop("conn_type", None)
        conn_type = type_from_scheme(conn_type) if conn_type else None
        extra = fields.pop("extra", None)
        if fields.get("port") in ("", None):
            fields.pop("port", None)
        fields.pop("conn_id", None)
        if "uri" in fields:
            return cls(conn_id=conn_id, uri=fields["uri"])
        return cls(conn_id=conn_id, conn_type=conn_type, extra=extra, **fields)

    def as_json(self) -> str:
        """The connection as JSON text, without its id."""
        values = self.to_dict(prune_empty=True, validate=False)
        values.pop("conn_id", None)
        return json.dumps(values)

    @classmethod
    def from_uri(cls, uri: str, conn_id: str | None = None) -> Connection:
        """A connection from a URI."""
        return cls(conn_id=conn_id or "", uri=uri)

    # -- looking up ---------------------------------------------------------------------------------------------

    @classmethod
    def get(cls, conn_id: str | None) -> Connection:
        """The connection of that name: from the secrets backend, else from the environment, else from the server.

        Raises:
            AirflowNotFoundException: there is none.
        """
        if conn_id is None:  # of an operator that was given none
            raise AirflowNotFoundException("The conn_id `None` isn't defined: no connection was named.")
        preset = _preset.get()
        if preset is not None and preset.conn_id == conn_id:
            return preset
        secret = secrets().connection(conn_id)
        if isinstance(secret, str):
            return _from_text(secret, conn_id)
        if secret is not None:
            return secret
        api = task_api()
        found = None if api is None else api.connection(conn_id)
        if found is None and conn_id == "fs_default":
            return cls(conn_id, "fs", extra='{"path": "/"}')  # Airflow makes it, and FileSensor takes it unless told
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

    @classmethod
    async def async_get(cls, conn_id: str) -> Connection:
        """`get` for async code."""
        import asyncio  # noqa: PLC0415 - most files only name the class

        return await asyncio.to_thread(cls.get, conn_id)

    def get_hook(self, *, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook for this type of connection.

        Raises:
            AirflowException: no hook is known for it.
            ImportError: it is known, and can't be imported.
        """
        from tradewind.sdk.provider_catalogue import catalogue  # noqa: PLC0415 - where a hook is looked for, not before
        from tradewind.sdk.provider_hints import how_to_add, package_of_type  # noqa: PLC0415 - same

        record = catalogue().hooks.get(self.conn_type) or catalogue(again=True).hooks.get(self.conn_type)
        if record is None:
            hint = how_to_add(package_of_type(self.conn_type))
            raise AirflowException(
                f'Unknown hook type "{self.conn_type}": no installed package brings a hook for such connections{hint}'
            )
        try:
            hook, attribute = record.hook_class(), record.connection_id_attribute
        except ImportError:
            log.exception("%s, the hook of %s for connections of type %r, can't be imported",
                          record.hook_class_name, record.package_name, self.conn_type)  # fmt: skip
            raise
        return hook(**{attribute: self.conn_id}, **(hook_params or {}))

    def test_connection(self) -> tuple[bool, str]:
        """Let the hook of this type try the connection; whether it works, and what it says."""
        token = _preset.set(self)
        try:
            hook = self.get_hook()
            if not hasattr(hook, "test_connection"):
                return False, (
                    f"Hook {type(hook).__name__} doesn't implement or inherit test_connection method: "
                    f"connections of type {self.conn_type!r} can't be tested"
                )
            return hook.test_connection()
        except Exception as error:  # noqa: BLE001 - whatever the hook says is the result of the test
            return False, str(error)
        finally:
            _preset.reset(token)

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


def _port(given: Any) -> int | None:
    if given in (None, ""):
        return None
    try:
        port = int(given)
    except ValueError:
        raise ValueError(f"Expected integer value for `port`, but got {given!r} instead.") from None
    if not 0 <= port <= _MAX_PORT:
        raise ValueError(f"Expected value for `port` in the range 0-{_MAX_PORT}, but got {given!r} instead.")
    return port
