"""`DagBag` reads the files of a folder that the server would read."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

DAG_FILE = "from airflow.sdk import DAG\n\nwith DAG({name!r}, schedule=None):\n    pass\n"
BROKEN = "import airflow\n\nraise RuntimeError('this dag is not to be read')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("tradewind_dag_", "packaged_")):
            del sys.modules[name]


def test_what_is_ignored_is_not_read_and_archives_are(folder: Path):
    (folder / ".airflowignore").write_text("scratch/\nhelp_*.py\n")
    (folder / "scratch").mkdir()
    (folder / "scratch" / "some.py").write_text(BROKEN)
    (folder / "help_me.py").write_text(BROKEN)
    (folder / "deep").mkdir()
    (folder / "deep" / ".airflowignore").write_text("own.py\n")
    (folder / "deep" / "own.py").write_text(BROKEN)
    (folder / "deep" / "kept.py").write_text(DAG_FILE.format(name="deep"))
    (folder / "deep" / "round").symlink_to(folder)
    with zipfile.ZipFile(folder / "some.zip", "w") as package:
        package.writestr("packaged_one.py", DAG_FILE.format(name="packaged"))
    bag = DagBag(folder)
    assert bag.import_errors == {}
    assert sorted(bag.dag_ids) == ["deep", "packaged"]


def test_a_file_that_ends_the_process_is_an_import_error(folder: Path):
    (folder / "leaves.py").write_text("import sys, airflow\n\nsys.exit('no dag today')\n")
    (folder / "stays.py").write_text(DAG_FILE.format(name="stays"))
    bag = DagBag(folder)
    assert bag.dag_ids == ["stays"]
    (error,) = bag.import_errors.values()
    assert "no dag today" in error


def test_a_place_that_is_no_folder_has_no_dags(tmp_path: Path) -> None:
    for place in ("/dev/null", tmp_path / "not there"):
        bag = DagBag(dag_folder=place)
        assert (bag.dags, bag.import_errors) == ({}, {})
