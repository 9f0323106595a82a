"""What parsing leaves in the database, on both dialects."""

from __future__ import annotations

from dataclasses import replace

from support.databases import EPOCH
from support.rows import DAG, at, one, parsed, rows, spec, store
from tradewind.base.ids import SequentialIds
from tradewind.db import Database, dags, parses, versions
from tradewind.spec import DagKey, TaskSpec


def again(database: Database, *files: parses.ParsedFile, prefix: str = "again-") -> parses.StoredParse:
    return store(database, *files, ids=SequentialIds(prefix))


def test_a_new_dag_gets_version_one_and_what_lists_show(database: Database) -> None:
    found = spec(tags=("b", "a"), owners=("ann",), description="Loads", max_active_runs=3, catchup=True)
    stored = store(database, parsed(found, duration_s=0.25, warnings=[("etl", "odd", "look")]))
    (added,) = stored.added
    assert (added.dag, added.version_id, added.is_new, added.is_paused, added.spec) == (
        DAG,
        "version-1",
        True,
        False,
        found,
    )
    with database.read() as tx:
        dag = dags.get_dag(tx, DAG)
        assert versions.source_of(tx, "version-1") == "# code-1"
        assert versions.spec_of_version(tx, versions.Specs(), "version-1") == found
        (warning,), _ = dags.list_warnings(tx, "default")
    assert (dag.tags, dag.owners, dag.description, dag.max_active_runs, dag.catchup) == (
        ("a", "b"), ["ann"], "Loads", 3, True,
    )  # fmt: skip
    assert (dag.display_name, dag.fileloc, dag.last_parsed_at, dag.last_parse_duration_s) == (
        "etl", "/dags/etl.py", EPOCH, 0.25,
    )  # fmt: skip
    assert (warning.warning_type, warning.message) == ("odd", "look")
    assert one(database, "dag_version")["version_number"] == 1


def test_parsing_the_same_again_changes_no_version(database: Database) -> None:
    store(database, parsed(spec()))
    assert again(database, parsed(spec())) == parses.StoredParse([], [])
    assert len(rows(database, "dag_version")) == 1


def test_new_code_or_a_new_spec_makes_the_next_version_and_shares_what_is_the_same(database: Database) -> None:
    store(database, parsed(spec()))
    again(database, parsed(spec(), code_hash="code-2"), prefix="x-")
    changed = spec(description="new")
    again(database, parsed(changed, code_hash="code-2"), prefix="y-")
    assert [(r["id"], r["version_number"]) for r in sorted(rows(database, "dag_version"), key=lambda r: r["version_number"])] == [
        ("version-1", 1), ("x-1", 2), ("y-1", 3),
    ]  # fmt: skip
    assert len(rows(database, "spec")) == len(rows(database, "dag_code")) == 2
    with database.read() as tx:
        assert dags.get_dag(tx, DAG).version_id == "y-1"
        assert versions.version_of_dag(tx, DAG).id == "y-1"
        assert versions.version_of_dag(tx, DAG, 2).id == "x-1"


def test_whether_a_new_dag_starts_paused_is_its_own_word_first(database: Database) -> None:
    files = [
        parsed(spec(name, is_paused_upon_creation=word), path=f"{name}.py")
        for name, word in (("yes", True), ("no", False), ("silent", None))
    ]
    with database.write() as tx:
        stored = parses.store_parse(tx, files, SequentialIds(), EPOCH, paused_by_default=True)
    assert {added.dag.dag_id: added.is_paused for added in stored.added} == {"yes": True, "no": False, "silent": True}


def test_a_dag_keeps_the_pause_that_a_person_gave_it(database: Database) -> None:
    store(database, parsed(spec()))
    with database.write() as tx:
        dags.set_paused(tx, [DAG], EPOCH, is_paused=True)
    (added,) = again(database, parsed(spec(), code_hash="code-2")).added
    assert added.is_paused
    assert one(database, "dag")["is_paused"]


def test_a_dag_that_leaves_its_file_is_stale_and_comes_back_with_its_version(database: Database) -> None:
    other = spec("other")
    store(database, parsed(spec(), other))
    assert again(database, parsed(spec())).stale == [DagKey("default", "other")]
    assert one(database, "dag", dag_id="other")["last_expired_at"] == EPOCH
    assert again(database, parsed(spec())).stale == []
    (back,) = again(database, parsed(spec(), other)).added
    assert (back.dag.dag_id, back.version_id, back.is_new) == ("other", "version-2", False)
    assert not one(database, "dag", dag_id="other")["is_stale"]


def test_a_file_that_is_gone_takes_its_dags_out_of_force_and_its_error_away(database: Database) -> None:
    store(database, parsed(spec()), parsed(path="bad.py", error="SyntaxError"))
    with database.write() as tx:
        gone = parses.forget_files(tx, "default", "local", ["etl.py", "bad.py", "never.py"], at(1))
    assert gone == [DAG]
    assert one(database, "dag")["is_stale"]
    assert rows(database, "import_error") == rows(database, "parsed_file") == []
    assert len(rows(database, "dag_version")) == 1


def test_a_broken_file_leaves_its_dags_as_they_were_and_a_good_one_heals_it(database: Database) -> None:
    store(database, parsed(spec()), parsed(spec("fine"), path="fine.py"))
    bad = parsed(error="Traceback \0 ...", code_hash="code-2")
    assert again(database, bad, bad) == parses.StoredParse([], [])
    assert one(database, "import_error")["stacktrace"] == "Traceback \ufffd ..."
    assert one(database, "dag", dag_id="etl")["has_import_errors"]
    assert not one(database, "dag", dag_id="fine")["has_import_errors"]
    assert one(database, "dag", dag_id="etl")["version_id"] == "version-1"
    again(database, parsed(spec()))
    assert rows(database, "import_error") == []
    assert not one(database, "dag", dag_id="etl")["has_import_errors"]


def test_a_dag_moves_to_another_file_without_getting_stale(database: Database) -> None:
    store(database, parsed(spec()))
    (moved,) = again(database, parsed(spec(relative_fileloc="new.py"), path="new.py")).added
    with database.write() as tx:
        assert parses.forget_files(tx, "default", "local", ["etl.py"], at(1)) == []
    row = one(database, "dag")
    assert (row["relative_fileloc"], row["is_stale"], row["version_id"]) == ("new.py", False, moved.version_id)


def test_tags_and_warnings_are_those_of_the_last_parse(database: Database) -> None:
    store(database, parsed(spec(tags=("a", "b")), warnings=[("etl", "odd", "one"), ("etl", "odd", "two")]))
    assert one(database, "dag_warning")["message"] == "two"
    again(database, parsed(spec(tags=("b", "c"))))
    assert [row["name"] for row in rows(database, "dag_tag")] == ["b", "c"]
    assert rows(database, "dag_warning") == []


def test_what_a_file_looked_like_is_known_after_a_restart(database: Database) -> None:
    store(database, parsed(spec(), closure={"etl.py": "h1", "lib/x.py": "h2"}))
    with database.read() as tx:
        assert parses.parsed_files(tx, "default", "local") == {
            "etl.py": parses.Closure("code-1", {"etl.py": "h1", "lib/x.py": "h2"})
        }
        assert parses.parsed_files(tx, "default", "other") == {}


def test_a_spec_of_a_thousand_tasks_is_read_out_for_filters(database: Database) -> None:
    tasks = tuple(TaskSpec(task_id=f"t{n:04}", pool="big" if n % 2 else "small", retries=n % 3) for n in range(1000))
    store(database, parsed(replace(spec(), tasks=tasks)))
    found = rows(database, "spec_task")
    assert [row["task_id"] for row in found] == [task.task_id for task in tasks]
    assert [row["retries"] for row in found] == [task.retries for task in tasks]


def test_decoded_specs_are_shared_until_others_are_used_more(database: Database) -> None:
    names = [f"dag-{n}" for n in range(3)]
    store(database, *(parsed(spec(name), path=f"{name}.py") for name in names))
    specs = versions.Specs(capacity=2)
    with database.read() as tx:
        first = versions.spec_of_version(tx, specs, "version-1")
        assert versions.spec_of_version(tx, specs, "version-1") is first
        for number in (2, 3):
            versions.spec_of_version(tx, specs, f"version-{number}")
        assert versions.spec_of_version(tx, specs, "version-1") is not first
        assert versions.spec_of_version(tx, specs, "version-1") == first
