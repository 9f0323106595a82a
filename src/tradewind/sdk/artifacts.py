"""The artifact store: where XComs go that are too large for the database."""

from __future__ import annotations

from typing import Protocol

__all__ = ["ArtifactStore", "MemoryArtifacts"]


class ArtifactStore(Protocol):
    """Where values too large for the database are kept, by name."""

    def put(self, name: str, data: bytes) -> None:
        """Keep `data`; a name that is there already has the same content."""
        ...

    def get(self, name: str) -> bytes:
        """What is kept under the name.

        Raises:
            FileNotFoundError: nothing is.
        """
        ...

    def get_part(self, name: str, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop` of what is kept under the name.

        Raises:
            FileNotFoundError: nothing is.
        """
        ...


class MemoryArtifacts:
    """An artifact store for runs that leave nothing behind."""

    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        self._data[name] = data

    def get(self, name: str) -> bytes:
        try:
            return self._data[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def get_part(self, name: str, start: int, stop: int) -> bytes:
        return self.get(name)[start:stop]
