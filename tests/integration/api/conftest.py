"""An application for each test: on SQLite, or (`both`) once for each dialect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api import Api
from support.databases import sqlite_database
from tradewind.db import Database


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An application on SQLite."""
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path) as opened:
        yield opened


@pytest.fixture
def both(database: Database, tmp_path: Path) -> Iterator[Api]:
    """An application on each database."""
    with Api.open(database, tmp_path) as opened:
        yield opened
