"""Figures and images as files: matplotlib and PIL as PNG, plotly and Altair as their JSON, with their size for display.

A matplotlib figure comes back as a `Picture`: what was drawn, no longer what it was drawn from. Plotly figures, Altair
charts and PIL images come back as they were.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tradewind.sdk.exceptions import DeserializationError, SerializationError
from tradewind.sdk.xcom_frames import Binary

__all__ = ["MEDIA_TYPES", "Picture", "figure_from_file", "figure_to_file"]

MEDIA_TYPES = {
    "png": "image/png",
    "plotly": "application/vnd.plotly.v1+json",
    "vega-lite": "application/vnd.vegalite.v6+json",
}
"""By format of the file."""
_PNG_SIZE = slice(16, 24)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that a task returned; notebooks show it."""

    data: bytes
    media_type: str = "image/png"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        width, height = self.data[_PNG_SIZE][:4], self.data[_PNG_SIZE][4:]
        return int.from_bytes(width, "big"), int.from_bytes(height, "big")

    def _repr_png_(self) -> bytes:
        return self.data

    def save(self, path: Any) -> None:
        """Write it to a file.

        Args:
            path: a path, or an `ObjectStoragePath`.
        """
        if isinstance(path, str):
            from pathlib import Path  # noqa: PLC0415 - rarely asked for

            path = Path(path)
        path.write_bytes(self.data)


def figure_to_file(value: Any, path: str) -> Binary | None:
    """The file of a figure or image; None where the value is none.

    Raises:
        SerializationError: it is one, and can't be drawn.
    """
    if isinstance(value, Picture):
        return _png(value.data, "Picture", "tradewind")
    for library, name, write in _WRITERS:
        module = sys.modules.get(library)
        kind = getattr(module, name, None)
        if isinstance(kind, type) and isinstance(value, kind):
            try:
                return write(value)
            except Exception as error:
                place = f" at {path}" if path else ""
                raise SerializationError(
                    f"a {library} {type(value).__name__}{place} can't be drawn: {error}"
                ) from error
    return None


def figure_from_file(data: bytes, about: dict[str, Any]) -> Any:
    """The figure or image of a file.

    Raises:
        DeserializationError: the library it needs is not installed here.
    """
    try:
        if about["format"] == "plotly":
            return import_module("plotly.io").from_json(data.decode())
        if about["format"] == "vega-lite":
            return import_module("altair").Chart.from_json(data.decode())
        if about["library"] == "PIL":
            return import_module("PIL.Image").open(io.BytesIO(data))
    except ImportError as error:
        raise DeserializationError(
            f"this XCom is a {about['library']} {about['type']}, and {error.name} is not installed here"
        ) from error
    return Picture(data)


def _png(data: bytes, kind: str, library: str) -> Binary:
    width, height = Picture(data).size
    about = {"type": kind, "library": library, "media_type": "image/png", "width": width, "height": height}
    return Binary(data, "png", about)


def _write_matplotlib(value: Any) -> Binary:
    buffer = io.BytesIO()
    value.savefig(buffer, format="png", dpi=max(value.dpi, 100), bbox_inches="tight")
    return _png(buffer.getvalue(), type(value).__name__, "matplotlib")


def _write_plotly(value: Any) -> Binary:
    title = value.layout.title.text if value.layout.title is not None else None
    about = {
        "type": type(value).__name__,
        "library": "plotly",
        "media_type": MEDIA_TYPES["plotly"],
        "title": title,
        "traces": len(value.data),
    }
    return Binary(value.to_json().encode(), "plotly", about)


def _write_altair(value: Any) -> Binary:
    about = {"type": type(value).__name__, "library": "altair", "media_type": MEDIA_TYPES["vega-lite"]}
    return Binary(value.to_json(indent=None).encode(), "vega-lite", about)


def _write_pil(value: Any) -> Binary:
    buffer = io.BytesIO()
    value.save(buffer, format="PNG")
    return _png(buffer.getvalue(), type(value).__name__, "PIL")


_WRITERS: tuple[tuple[str, str, Callable[[Any], Binary]], ...] = (
    ("matplotlib.figure", "Figure", _write_matplotlib),
    ("plotly.basedatatypes", "BaseFigure", _write_plotly),
    ("altair", "TopLevelMixin", _write_altair),
    ("PIL.Image", "Image", _write_pil),
)
