"""The database keeps up with a folder that people edit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.dag_folder import DagFolder, dag_source
from tradewind.db import Database
from tradewind.parsing import snapshot_path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DagFolder]:
    made = DagFolder(tmp_path)
    yield made
    made.close()


def test_broken_files_hide_none_of_the_good_ones(folder: DagFolder) -> None:
    for name in ("a", "m", "z"):
        folder.write(f"{name}.py", dag_source(name))
    folder.write("b.py", "dag tradewind (")
    folder.write("n.py", "import os\nos._exit(1)  # dag tradewind")
    with folder.processor():
        assert folder.dags() == {"a": "a.py", "m": "m.py", "z": "z.py"}
        assert list(folder.errors()) == ["b.py", "n.py"]
        assert folder.events() == ["VersionAdded"] * 3
        assert folder.rings >= 1


def test_an_edit_makes_a_new_version_and_keeps_the_old_code(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a"))
    with folder.processor():
        folder.write("a.py", dag_source("a", "x = 1"))
        folder.wait_for(folder.versions, {"a": 2})
        snapshots = [row[0] for row in folder.rows("SELECT bundle_version FROM dag_version ORDER BY version_number")]
        old, new = (snapshot_path(folder.home, "dags-folder", name) / "a.py" for name in snapshots)
        assert "x = 1" not in old.read_text()
        assert "x = 1" in new.read_text()
        assert folder.rows("SELECT source FROM dag_code ORDER BY length(source)")[1] == (new.read_text(),)


def test_touching_a_file_makes_no_version(folder: DagFolder) -> None:
    file = folder.write("a.py", dag_source("a"))
    with folder.processor() as processor:
        before = folder.parsed_at()
        os.utime(file)
        folder.write("notes.txt", "nobody reads this")
        processor.look()
        assert processor.wait_until_idle(60)
        assert folder.parsed_at() == before
        assert folder.versions() == {"a": 1}


def test_an_edited_module_parses_exactly_its_dependants(folder: DagFolder) -> None:
    folder.write("shared/__init__.py", "")
    folder.write("shared/one.py", "value = 1")
    folder.write("shared/two.py", "value = 1")
    folder.write("a.py", dag_source("a", "from shared.one import value"))
    folder.write("b.py", dag_source("b", "from shared.two import value"))
    folder.write("c.py", dag_source("c", "def late():\n    from shared import one"))
    with folder.processor():
        before = folder.parsed_at()
        folder.write("shared/one.py", "value = 2")
        folder.wait_for(folder.versions, {"a": 2, "b": 1, "c": 2})
        after = folder.parsed_at()
        assert [path for path in after if after[path] != before[path]] == ["a.py", "c.py"]


def test_a_file_that_a_dag_reads_beside_itself_counts(folder: DagFolder) -> None:
    folder.write("team/sources.json", '["one"]')
    reading = "import json; names = json.loads((Path(__file__).parent / 'sources.json').read_text())"
    making = "for name in names:\n    with DAG(name):\n        pass\n"
    folder.write("team/a.py", f"from tradewind import DAG\nfrom pathlib import Path\n{reading}\n{making}")
    with folder.processor():
        assert list(folder.dags()) == ["one"]
        folder.write("team/sources.json", '["one", "two"]')
        folder.wait_for(lambda: list(folder.dags()), ["one", "two"])


def test_a_repaired_file_loses_its_error(folder: DagFolder) -> None:
    folder.write("a.py", "dag tradewind (")
    with folder.processor():
        assert list(folder.errors()) == ["a.py"]
        folder.write("a.py", dag_source("a"))
        folder.wait_for(folder.dags, {"a": "a.py"})
        assert folder.errors() == {}


def test_a_broken_edit_keeps_the_dag_with_its_error(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a"))
    with folder.processor():
        folder.write("a.py", dag_source("a") + "(")
        folder.wait_for(lambda: list(folder.errors()), ["a.py"])
        assert folder.rows("SELECT is_stale, has_import_errors FROM dag") == [(0, 1)]


def test_a_missing_module_that_appears_repairs_its_file(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a", "import late_module"))
    with folder.processor():
        assert "late_module" in folder.errors()["a.py"]
        folder.write("late_module.py", "")
        folder.wait_for(folder.errors, {})
        assert folder.dags() == {"a": "a.py"}


def test_a_deleted_file_makes_its_dags_stale(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a"))
    folder.write("b.py", "dag tradewind (")
    with folder.processor():
        (folder.root / "a.py").unlink()
        (folder.root / "b.py").unlink()
        folder.wait_for(folder.dags, {})
        folder.wait_for(folder.errors, {})
        assert folder.events() == ["VersionAdded", "DagStale"]


def test_a_dag_taken_out_of_its_file_becomes_stale(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a") + dag_source("b"))
    with folder.processor():
        assert list(folder.dags()) == ["a", "b"]
        folder.write("a.py", dag_source("b"))
        folder.wait_for(lambda: list(folder.dags()), ["b"])


def test_a_renamed_file_keeps_its_dag_without_a_gap(folder: DagFolder) -> None:
    folder.write("old.py", dag_source("a"))
    with folder.processor():
        (folder.root / "old.py").rename(folder.root / "new.py")
        folder.wait_for(folder.dags, {"a": "new.py"})
        folder.wait_for(lambda: list(folder.parsed_at()), ["new.py"])
        assert folder.events() == ["VersionAdded", "VersionAdded"]


def test_a_copied_file_is_refused_until_the_first_one_goes(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("sales"))
    with folder.processor():
        shutil.copy(folder.root / "a.py", folder.root / "copy.py")
        folder.wait_for(lambda: list(folder.errors()), ["copy.py"])
        assert "DAG 'sales' of copy.py is defined in a.py already" in folder.errors()["copy.py"]
        assert folder.dags() == {"sales": "a.py"}
        (folder.root / "a.py").unlink()
        folder.wait_for(folder.dags, {"sales": "copy.py"})
        folder.wait_for(folder.errors, {})


def test_what_did_not_change_is_not_parsed_after_a_restart(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a"))
    folder.write("b.py", dag_source("b"))
    folder.write("bad.py", "dag tradewind (")
    with folder.processor():
        before = folder.parsed_at()
    folder.write("b.py", dag_source("b", "x = 1"))
    (folder.root / "bad.py").unlink()
    with folder.processor():
        after = folder.parsed_at()
        assert after["a.py"] == before["a.py"]
        assert after["b.py"] != before["b.py"]
        assert folder.errors() == {}


def test_a_dag_that_comes_back_is_in_force_again(folder: DagFolder) -> None:
    file = folder.write("a.py", dag_source("a"))
    with folder.processor():
        content = file.read_text()
        file.unlink()
        folder.wait_for(folder.dags, {})
        folder.write("a.py", content)
        folder.wait_for(folder.dags, {"a": "a.py"})
        assert folder.versions() == {"a": 1}
        assert folder.events() == ["VersionAdded", "DagStale", "VersionAdded"]


def test_a_slow_file_does_not_hold_up_an_edit(tmp_path: Path) -> None:
    folder = DagFolder(tmp_path, timeout_s=300)
    try:
        with folder.processor():
            folder.write("slow.py", "import time\ntime.sleep(300)  # dag tradewind")
            folder.write("a.py", dag_source("a"))
            folder.wait_for(folder.dags, {"a": "a.py"})
            folder.write("a.py", dag_source("a", "x = 1"))
            folder.wait_for(folder.versions, {"a": 2})
            assert "slow.py" not in folder.parsed_at()
    finally:
        folder.close()


def test_asked_to_it_parses_all_files_again(folder: DagFolder) -> None:
    folder.write("a.py", dag_source("a"))
    with folder.processor() as processor:
        before = folder.parsed_at()
        processor.reparse()
        assert processor.wait_until_idle(60)
        assert folder.parsed_at() != before
        assert folder.versions() == {"a": 1}


def test_files_with_unusual_names_are_dag_files(folder: DagFolder) -> None:
    folder.write("größe/データ file-2.py", dag_source("a"))
    folder.write("json.py", dag_source("b"))
    with folder.processor():
        assert folder.dags() == {"a": "größe/データ file-2.py", "b": "json.py"}


def test_the_health_of_the_processor_is_told(folder: DagFolder) -> None:
    with folder.processor():
        folder.wait_for(lambda: folder.rows("SELECT kind, state FROM process"), [("DagProcessorJob", "running")])
    assert folder.rows("SELECT kind, state FROM process") == [("DagProcessorJob", "success")]


def test_a_database_that_fails_for_a_while_loses_nothing(folder: DagFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewind.parsing.processor.TROUBLE_WAIT_S", 0.05)
    with folder.processor():
        with folder.database.write() as tx:
            tx.raw.execute("ALTER TABLE parsed_file RENAME TO away")
        folder.write("a.py", dag_source("a"))
        folder.write("b.py", dag_source("b"))
        folder.wait_for(lambda: len(list((folder.settings.log_folder / "dag_processor").glob("*.log"))), 2)
        with folder.database.write() as tx:
            tx.raw.execute("ALTER TABLE away RENAME TO parsed_file")
        folder.wait_for(folder.dags, {"a": "a.py", "b": "b.py"})


def test_it_is_the_same_on_both_databases(tmp_path: Path, database: Database) -> None:
    folder = DagFolder(tmp_path / "place", database=database)
    folder.write("a.py", dag_source("a"))
    folder.write("b.py", dag_source("b"))
    folder.write("bad.py", "dag tradewind (")
    with folder.processor():
        folder.write("a.py", dag_source("a", "x = 1"))
        folder.wait_for(folder.versions, {"a": 2, "b": 1})
    (folder.root / "b.py").unlink()
    with folder.processor():
        assert folder.dags() == {"a": "a.py"}
        assert list(folder.errors()) == ["bad.py"]
        assert folder.events() == ["VersionAdded"] * 3 + ["DagStale"]
        used = [row[0] for row in folder.rows("SELECT DISTINCT bundle_version FROM dag_version")]
        assert all(snapshot_path(folder.home, "dags-folder", name).is_dir() for name in used)


def test_a_result_that_can_not_be_stored_is_its_files_error(tmp_path: Path, database: Database) -> None:
    folder = DagFolder(tmp_path / "place", database=database)
    with database.write() as tx:
        tx.raw.execute("CREATE UNIQUE INDEX poison ON dag (description)")
    for name in ("a", "b", "c"):
        described = "" if name == "c" else ", description='the same'"
        folder.write(f"{name}.py", dag_source(name).replace(f"DAG('{name}')", f"DAG('{name}'{described})"))
    with folder.processor():
        assert "c" in folder.dags()
        assert len(folder.dags()) == 2
        (error,) = folder.errors().values()
        assert "could not be stored" in error
