"""Folders and files that only their owner reads, whatever the umask is: what a home holds is nobody else's business."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["make_private_file", "make_private_folder"]


def make_private_folder(folder: Path) -> None:
    """Make a folder where it is missing, and those above it; the ones that are there stay as they are.

    Raises:
        OSError: it can't be made.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_private_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def make_private_file(file: Path) -> None:
    """Make an empty file where it is missing; one that is there stays as it is.

    Raises:
        OSError: it can't be made.
    """
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
