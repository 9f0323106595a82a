"""The bell between processes: it is heard wherever the home is."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tradewind.base.bell import BellListener, ring


@pytest.mark.parametrize("folder", ["home", "a-home-deeper-than-the-path-of-a-socket-may-be-" * 3])
def test_a_ring_is_heard(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    path = tmp_path / folder / "bell.sock"
    heard = threading.Event()
    listener = BellListener(path, heard.set)
    listener.start()
    try:
        ring(path)
        assert heard.wait(60)
    finally:
        listener.stop()
    assert not path.exists()


def test_a_ring_where_nobody_listens_is_no_error(tmp_path: Path) -> None:
    ring(tmp_path / "bell.sock")
    ring(tmp_path / "not-there" / "bell.sock")
    assert list(tmp_path.iterdir()) == []
