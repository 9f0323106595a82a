"""Files that somebody waits for."""

from __future__ import annotations

from pathlib import Path

__all__ = ["appear"]


def appear(file: Path, text: str = "") -> Path:
    """Have the file there with all its text at once: who waits until it is there never reads a half of it."""
    draft = file.with_name(f".{file.name}.draft")
    draft.write_text(text, encoding="utf-8")
    return draft.rename(file)
