"""`ObjectStoragePath`: paths into object stores, with the manners of `pathlib` and credentials from a connection.

It needs the extra `storage` (universal-pathlib and fsspec), and fsspec's driver for the store, such as s3fs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import signature
from typing import Any, Self

from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowException, AirflowOptionalProviderFeatureException
from tradewind.sdk.provider_catalogue import catalogue

try:
    from fsspec import filesystem
    from upath.extensions import ProxyUPath
except ImportError as error:
    raise AirflowOptionalProviderFeatureException(
        f"ObjectStoragePath needs more packages ({error}): pip install 'tradewind[storage]'"
    ) from error

__all__ = ["ObjectStoragePath", "attach", "get_fs"]

WITH_CONNECTION = re.compile(r"^(?P<scheme>[A-Za-z][\w+.-]*://)(?P<conn_id>[^@/]+)@(?P<rest>.*)$")
BLOCK = 5 * 2**20

Options = dict[str, Any]


class ObjectStoragePath(ProxyUPath):
    """A path such as ``s3://my_connection@bucket/folder/file.csv``.

    Args:
        args: the address, and what is joined to it.
        protocol: of the address, where it has none.
        conn_id: the connection with the credentials; may also stand in the address, before an ``@``. It is looked up when
            the store is first touched, so that such a path may stand at the top of a DAG file.
        storage_options: more, for fsspec's driver.
    """

    __version__ = 1
    sep = "/"
    root_marker = "/"

    def __init__(
        self, *args: Any, protocol: str | None = None, conn_id: str | None = None, **storage_options: Any
    ) -> None:
        first, *more = args or ("",)
        if isinstance(first, ObjectStoragePath):
            conn_id = conn_id or first.conn_id
            first = first.__wrapped__
        elif found := WITH_CONNECTION.match(str(first)):
            first, conn_id = found["scheme"] + found["rest"], conn_id or found["conn_id"]
        if conn_id:
            storage_options["conn_id"] = conn_id
        super().__init__(first, *more, protocol=protocol, **storage_options)
        _connect(self.__wrapped__)

    @classmethod
    def _from_upath(cls, upath: Any, /) -> Self:
        found = super()._from_upath(upath)
        _connect(found.__wrapped__)
        return found

    @property
    def conn_id(self) -> str | None:
        """The connection with the credentials."""
        return self.storage_options.get("conn_id")

    @property
    def container(self) -> str:
        """The bucket, or what the store calls it."""
        return self.__wrapped__.path.lstrip("/").partition("/")[0] if self.protocol else ""

    bucket = container

    @property
    def key(self) -> str:
        """The path inside the bucket."""
        return self.__wrapped__.path.lstrip("/").partition("/")[2] if self.protocol else self.path

    @property
    def namespace(self) -> str:
        """Scheme and bucket."""
        return f"{self.protocol}://{self.bucket}" if self.protocol else self.bucket

    def __str__(self) -> str:
        text = super().__str__()
        scheme, mark, rest = text.partition("://")
        return f"{scheme}://{self.conn_id}@{rest}" if self.conn_id and mark else text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectStoragePath) and self.samestore(other) and self.path == other.path

    def __hash__(self) -> int:
        return hash(str(self))

    def samestore(self, other: Any) -> bool:
        """Whether both are in the same store, with the same credentials."""
        return (
            isinstance(other, ObjectStoragePath) and self.protocol == other.protocol and self.conn_id == other.conn_id
        )

    def samefile(self, other_path: Any) -> bool:
        """Whether both are the same object."""
        return self.samestore(other_path) and self.stat() == other_path.stat()

    # -- what only stores have --------------------------------------------------------------------------------------

    def stat(self, *, follow_symlinks: bool = True) -> Any:
        """Size, times, and what else the store tells; also with `[...]`."""
        return self.__wrapped__.stat(follow_symlinks=follow_symlinks)

    def ukey(self) -> str:
        """A text that changes when the object does."""
        return self.fs.ukey(self.path)

    def checksum(self) -> int:
        """A number that changes when the object does."""
        return self.fs.checksum(self.path)

    def size(self) -> int | None:
        """Bytes; None where the store does not tell."""
        return self.fs.size(self.path)

    def read_block(self, offset: int, length: int, delimiter: bytes | None = None) -> bytes:
        """Some bytes; with a delimiter, whole pieces between two of them."""
        return self.fs.read_block(self.path, offset=offset, length=length, delimiter=delimiter)

    def sign(self, expiration: int = 100, **kwargs: Any) -> str:
        """An address that anybody may read for so many seconds."""
        return self.fs.sign(self.path, expiration=expiration, **kwargs)

    def copy(self, target: Any, recursive: bool = False, **kwargs: Any) -> Any:
        """Copy to another path, in this store or another; where that is a folder, into it. Returns where it is."""
        target = _path(target)
        if self.is_dir():
            if not recursive:
                raise IsADirectoryError(f"{self} is a folder; say recursive=True")
            for one in self.iterdir():
                one.copy(target / one.name, recursive=True, **kwargs)
            return target
        if target.is_dir():
            target = target / self.name
        if self.samestore(target):
            self.fs.copy(self.path, target.path, **kwargs)
            return target
        with self.open("rb") as source, target.open("wb") as sink:
            while block := source.read(BLOCK):
                sink.write(block)
        return target

    def copy_into(self, target_dir: Any, recursive: bool = False, **kwargs: Any) -> Any:
        """Copy into a folder; returns where it is."""
        return self.copy(_path(target_dir) / self.name, recursive=recursive, **kwargs)

    def move(self, target: Any, recursive: bool = False, **kwargs: Any) -> Any:
        """Move to another path; returns where it is."""
        there = self.copy(target, recursive=recursive, **kwargs)
        self.fs.rm(self.path, recursive=recursive)
        return there

    def move_into(self, target_dir: Any, recursive: bool = False, **kwargs: Any) -> Any:
        """Move into a folder; returns where it is."""
        return self.move(_path(target_dir) / self.name, recursive=recursive, **kwargs)

    # -- as an XCom -------------------------------------------------------------------------------------------------

    def serialize(self) -> dict[str, Any]:
        """Address, connection and options: no credentials but those that the options hold."""
        options = {name: value for name, value in self.storage_options.items() if name != "conn_id"}
        return {"path": ProxyUPath.__str__(self), "conn_id": self.conn_id, "kwargs": options}

    @classmethod
    def deserialize(cls, data: Mapping[str, Any], version: int = 1) -> ObjectStoragePath:
        """The path again.

        Raises:
            ValueError: it was written by a later version.
        """
        if version > cls.__version__:
            raise ValueError(f"Cannot deserialize version {version} with version {cls.__version__}.")
        return ObjectStoragePath(data["path"], conn_id=data.get("conn_id"), **(data.get("kwargs") or {}))


def _path(place: Any) -> ObjectStoragePath:
    return place if isinstance(place, ObjectStoragePath) else ObjectStoragePath(place)


class _LazyStore:
    """A file system that is made when it is first used: a connection can't be looked up before a task runs."""

    def __init__(self, protocol: str, conn_id: str, options: Options) -> None:
        self._make = lambda: get_fs(protocol, conn_id, options)
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)


def _connect(path: Any) -> None:
    """Let a path find its store by its connection."""
    options = dict(path.storage_options)
    conn_id = options.pop("conn_id", None)
    if not hasattr(path, "_fs_cached") and conn_id:
        path._fs_cached = _LazyStore(path.protocol, conn_id, options)  # noqa: SLF001 - universal-pathlib has no other door


_attached: dict[tuple[str, str | None], Any] = {}


def attach(protocol: str | None = None, conn_id: str | None = None, fs: Any = None, **_: Any) -> Any:
    """Let paths of a scheme and connection use this file system."""
    name = protocol or (fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0])
    _attached[name, conn_id] = fs
    return fs


def get_fs(scheme: str, conn_id: str | None = None, storage_options: Mapping[str, Any] | None = None) -> Any:
    """The file system of a scheme, with the credentials of a connection.

    A provider package that knows the scheme makes it; else fsspec's driver does.

    Raises:
        AirflowNotFoundException: there is no such connection.
        ImportError: the driver for the scheme is not installed.
    """
    if (scheme, conn_id) in _attached:
        return _attached[scheme, conn_id]
    options: Options = {}
    if conn_id and scheme not in {"file", "local", "memory", ""}:
        module = catalogue().filesystem_schemes.get(scheme)
        if module is not None:
            return _of_provider(module, conn_id, storage_options)
        options = _CREDENTIALS.get(scheme, _by_extra)(Connection.get(conn_id))
    return filesystem(scheme or "file", **{**options, **(storage_options or {})})


def _of_provider(module: str, conn_id: str, storage_options: Mapping[str, Any] | None) -> Any:
    make = import_module(module).get_fs
    if len(signature(make).parameters) > 1:
        return make(conn_id, dict(storage_options or {}))
    if storage_options:
        raise AirflowException(f"{module} takes no storage options, and it is given {', '.join(storage_options)}")
    return make(conn_id)


def _s3(conn: Connection) -> Options:
    extra = conn.extra_dejson
    client = {"region_name": extra.get("region_name"), "endpoint_url": extra.get("endpoint_url") or conn.host}
    return _given(
        key=conn.login or extra.get("aws_access_key_id"),
        secret=conn.password or extra.get("aws_secret_access_key"),
        token=extra.get("aws_session_token"),
        client_kwargs=_given(**client) or None,
    )


def _gcs(conn: Connection) -> Options:
    extra = conn.extra_dejson
    return _given(
        token=extra.get("keyfile_dict") or extra.get("key_path"),
        project=extra.get("project") or extra.get("project_id"),
    )


def _abfs(conn: Connection) -> Options:
    extra = conn.extra_dejson
    return _given(
        account_name=conn.login or extra.get("account_name"),
        account_key=conn.password or extra.get("account_key"),
        connection_string=extra.get("connection_string"),
        tenant_id=extra.get("tenant_id"),
        client_id=extra.get("client_id"),
        client_secret=extra.get("client_secret"),
    )


def _host(conn: Connection) -> Options:
    return _given(host=conn.host, port=conn.port, username=conn.login, password=conn.password)


def _by_extra(conn: Connection) -> Options:
    return conn.extra_dejson


def _given(**options: Any) -> Options:
    return {name: value for name, value in options.items() if value is not None and value != ""}


_CREDENTIALS: dict[str, Callable[[Connection], Options]] = {
    "s3": _s3,
    "s3a": _s3,
    "s3n": _s3,
    "gs": _gcs,
    "gcs": _gcs,
    "abfs": _abfs,
    "abfss": _abfs,
    "adl": _abfs,
    "sftp": _host,
    "ssh": _host,
    "ftp": _host,
    "smb": _host,
}
"""What each store's driver calls the fields of a connection."""
