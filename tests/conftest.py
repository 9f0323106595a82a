"""Fixtures for all tests: a database of each dialect, made anew for each test or module."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from support.databases import PostgresServer, postgres_server, sqlite_database
from tradewind.base.settings import DbSettings
from tradewind.db import Database, open_database

# The gate gives the same verdict for the same code: examples are drawn from the code itself. To look for new ones, set
# HYPOTHESIS_PROFILE=random; what that finds becomes a story of its own. How long an example takes, or making one up, says
# more about what else the machine does than about the code.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", UNHURRIED, derandomize=True, database=None)
settings.register_profile("random", UNHURRIED, derandomize=False)
settings.register_profile(  # where only the verdict counts, nothing is made smaller
    "verdict", UNHURRIED, derandomize=True, database=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


OBJECTS_BETWEEN_COLLECTIONS = 20_000, 20, 20


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Tests of pages run where they are asked for by name: the browser's driver keeps an event loop running in their
    process, in which no other test could run one of its own."""
    is_asked_for = any("browser" in Path(one.partition("::")[0]).parts for one in config.args)
    return True if collection_path.name == "browser" and not is_asked_for else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is loaded and collected stays until the end: no garbage collection looks through it, now or later. What tests
    leave behind is little, and looking for it after every few hundred objects would take a fifth of their time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*OBJECTS_BETWEEN_COLLECTIONS)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the name of a test's group into its id, where `--dist loadgroup` looks for it, and what takes long first.

    A group is the test's `xdist_group`, or its module where that has a fixture that is made once a module (often a
    server): so it is made by one worker and not by each. pytest-xdist 3.8 puts the mark into the id itself, by an
    attribute that pytest 9.2 does not have any more: without this, tests of a group run on all workers at once.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        marker = item.get_closest_marker("xdist_group")
        group = marker.args[0] if marker is not None else item.path.stem if _shares_its_module(item) else None
        suffix = f"@{group}"
        if group is not None and hasattr(item, "_id") and not item.nodeid.endswith(suffix):
            item._id = type(item._id).parse(item.nodeid + suffix)  # type: ignore[attr-defined] - see above


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Who gives tests to the workers, where several run them."""
    if config.getoption("dist") != "loadgroup":
        return None
    from support.sharing_out import Scheduling  # not where pytest-xdist is not loaded

    return Scheduling(config, log)


def _shares_its_module(item: pytest.Item) -> bool:
    found = getattr(item, "_fixtureinfo", None)
    return found is not None and any(
        fixture.scope == "module" for fixtures in found.name2fixturedefs.values() for fixture in fixtures
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the session."""
    with postgres_server() as server:
        yield server


DIALECTS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=DIALECTS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database; the test runs once for each dialect."""
    with _new_database(request, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module", params=DIALECTS)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database of each dialect for all tests of a module, which write nothing that another could notice."""
    with _new_database(request, tmp_path_factory.mktemp("shared")) as opened:
        yield opened


@contextlib.contextmanager
def _new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        with sqlite_database(folder) as opened:
            yield opened
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.lend()
    opened = open_database(DbSettings(), url)
    try:
        yield opened
    finally:
        opened.close()
        server.take_back(url)
