"""The artifact store of XComs that are too large for the database: a folder, or an fsspec URL where fsspec is installed.

Names are hashes of the content, so that a file is written once, and never changes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from tradewind.base.errors import InvalidInput
from tradewind.base.private_files import make_private_folder
from tradewind.sdk.xcom_codec import ArtifactStore, MemoryArtifacts

__all__ = ["FolderArtifacts", "Kept", "UrlArtifacts", "open_artifacts", "stored_artifacts"]


def open_artifacts(url: str) -> ArtifactStore:
    """The store at a folder or URL; without one, memory.

    Raises:
        InvalidInput: a URL is given, and fsspec, or the driver for its scheme, is not installed.
    """
    return stored_artifacts(url) if url else MemoryArtifacts()


def stored_artifacts(url: str) -> FolderArtifacts | UrlArtifacts:
    """The store at a folder or URL, which can also be looked through and cleaned.

    Raises:
        InvalidInput: as for `open_artifacts`.
    """
    if url.startswith("file://"):
        return FolderArtifacts(Path(url.removeprefix("file://")))
    return UrlArtifacts(url) if "://" in url else FolderArtifacts(Path(url))


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the store."""

    name: str
    written_at: datetime
    size: int
    """Bytes."""


_NAME = re.compile(r"\w[\w-]*(\.\w[\w-]*)*", re.ASCII)


def _safe(name: str) -> str:
    """The name, if it can only mean a file of the store: what is stored as an XCom may name anything.

    Raises:
        FileNotFoundError: it could lead out of the store.
    """
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(f"{name!r} is no name of an artifact")
    return name


class FolderArtifacts:
    """Files in a folder, in subfolders by the first two characters of their names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / _safe(name)

    def put(self, name: str, data: bytes) -> None:
        """Keep `data`; the file appears whole or not at all."""
        path = self._path(name)
        if path.exists():
            return
        make_private_folder(path.parent)
        part = path.with_name(f".{name}.{os.getpid()}")
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def get(self, name: str) -> bytes:
        """What is kept under the name."""
        return self._path(name).read_bytes()

    def get_part(self, name: str, start: int, stop: int) -> bytes:
        """Some of the bytes that are kept under the name."""
        with self._path(name).open("rb", buffering=0) as file:
            return os.pread(file.fileno(), stop - start, start)

    def kept(self) -> Iterator[Kept]:
        """All files there are; parts of unfinished writes too."""
        for path in self._folder.glob("??/*"):
            facts = path.stat()
            yield Kept(path.name, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size)

    def drop(self, name: str) -> None:
        """Delete what is kept under the name; gone already is fine."""
        path = self._folder / name.lstrip(".")[:2] / name
        path.unlink(missing_ok=True)


class _FileSystem(Protocol):
    def exists(self, path: str) -> bool: ...

    def pipe_file(self, path: str, value: bytes) -> None: ...

    def cat_file(self, path: str, start: int | None = None, end: int | None = None) -> bytes: ...

    def find(self, path: str, *, detail: bool) -> dict[str, dict[str, Any]]: ...

    def modified(self, path: str) -> datetime: ...

    def rm_file(self, path: str) -> None: ...


class UrlArtifacts:
    """Objects under an fsspec URL such as ``s3://bucket/prefix``."""

    def __init__(self, url: str) -> None:
        try:
            core = import_module("fsspec.core")
            found: tuple[_FileSystem, str] = core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise InvalidInput(
                f"the artifact store {url} needs fsspec and its driver for this scheme: {error}", url=url
            ) from error
        self._files, self._root = found

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name[:2]}/{_safe(name)}"

    def put(self, name: str, data: bytes) -> None:
        """Keep `data`."""
        path = self._path(name)
        if not self._files.exists(path):
            self._files.pipe_file(path, data)

    def get(self, name: str) -> bytes:
        """What is kept under the name."""
        return self._files.cat_file(self._path(name))

    def get_part(self, name: str, start: int, stop: int) -> bytes:
        """Some of the bytes that are kept under the name."""
        return self._files.cat_file(self._path(name), start, stop)

    def kept(self) -> Iterator[Kept]:
        """All objects there are."""
        for path, facts in self._files.find(self._root, detail=True).items():
            written = self._files.modified(path)
            moment = written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)
            yield Kept(path.rpartition("/")[2], moment, int(facts.get("size") or 0))

    def drop(self, name: str) -> None:
        """Delete what is kept under the name."""
        self._files.rm_file(self._path(name))
