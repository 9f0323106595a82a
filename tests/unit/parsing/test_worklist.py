"""Which files are parsed when: exactly those whose dependencies changed, and who owns a DAG id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tradewind.parsing.bundles import FileEntry, Manifest
from tradewind.parsing.parser import FileResult
from tradewind.parsing.worklist import Worklist
from tradewind.spec import DagSpec, ScheduleSpec


def folder(contents: Mapping[str, str], dags: str = "") -> Manifest:
    """A manifest of paths and contents; `dags` tells the DAG files, in the order of their edits."""
    order = dags.split()
    return Manifest.of(
        {
            path: FileEntry(
                hash=content,
                mtime_ns=order.index(path) if path in order else 0,
                is_executable=False,
                is_copied=True,
                may_hold_dags=path in order,
            )
            for path, content in contents.items()
        }
    )


def result(path: str, *dags: str, needs: str = "", error: str | None = None, missing: bool = False) -> FileResult:
    return FileResult(
        relative_fileloc=path,
        dags=tuple(DagSpec(dag_id=dag, schedule=ScheduleSpec("none")) for dag in dags),
        closure=(path, *needs.split()),
        error=error,
        is_missing_module=missing,
    )


def fresh() -> Worklist:
    return Worklist("env", {}, {})


def parse_all(worklist: Worklist, results: Mapping[str, FileResult]) -> list[str]:
    """Parse what is to be parsed, one after another; the paths in their order."""
    order: list[str] = []
    while (path := worklist.take()) is not None:
        order.append(path)
        worklist.finish(results[path])
    return order


def test_the_newest_edit_is_parsed_first() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1", "b.py": "1", "c.py": "1"}, dags="b.py c.py a.py"))
    results = {path: result(path, path) for path in ("a.py", "b.py", "c.py")}
    assert parse_all(worklist, results) == ["a.py", "c.py", "b.py"]


def test_an_edit_of_a_module_parses_exactly_its_dependants() -> None:
    worklist = fresh()
    contents = {"a.py": "1", "b.py": "1", "c.py": "1", "lib/x.py": "1", "lib/y.py": "1"}
    results = {
        "a.py": result("a.py", "a", needs="lib/x.py"),
        "b.py": result("b.py", "b", needs="lib/y.py"),
        "c.py": result("c.py", "c"),
    }
    worklist.look(folder(contents, dags="a.py b.py c.py"))
    parse_all(worklist, results)
    worklist.look(folder({**contents, "lib/x.py": "2"}, dags="a.py b.py c.py"))
    assert parse_all(worklist, results) == ["a.py"]
    worklist.look(folder({**contents, "lib/x.py": "2", "unused.csv": "1"}, dags="a.py b.py c.py"))
    assert worklist.is_idle


def test_a_folder_is_a_dependency_with_all_that_is_in_it() -> None:
    worklist = fresh()
    contents = {"a.py": "1", "conf/one.yaml": "1", "config.yaml": "1"}
    results = {"a.py": result("a.py", "a", needs="conf/")}
    worklist.look(folder(contents, dags="a.py"))
    parse_all(worklist, results)
    worklist.look(folder({**contents, "config.yaml": "2"}, dags="a.py"))
    assert worklist.is_idle
    worklist.look(folder({**contents, "conf/two.yaml": "1"}, dags="a.py"))
    assert parse_all(worklist, results) == ["a.py"]


def test_what_was_known_before_a_restart_is_not_parsed_again() -> None:
    first = fresh()
    first.look(folder({"a.py": "1"}, dags="a.py"))
    first.take()
    outcome = first.finish(result("a.py", "a"))
    assert outcome is not None
    second = Worklist("env", {"a.py": outcome.dependencies}, {"a": "a.py"})
    second.look(folder({"a.py": "1"}, dags="a.py"))
    assert second.is_idle
    upgraded = Worklist("env2", {"a.py": outcome.dependencies}, {"a": "a.py"})
    upgraded.look(folder({"a.py": "1"}, dags="a.py"))
    assert upgraded.take() == "a.py"


def test_a_new_environment_alone_is_no_new_code() -> None:
    hashes = set[str]()
    for environment in ("env", "env2"):
        worklist = Worklist(environment, {}, {})
        worklist.look(folder({"a.py": "1"}, dags="a.py"))
        worklist.take()
        outcome = worklist.finish(result("a.py", "a"))
        assert outcome is not None
        hashes.add(outcome.code_hash)
    assert len(hashes) == 1


def test_an_edit_while_the_file_is_parsed_parses_it_once_more() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    worklist.take()
    worklist.look(folder({"a.py": "2"}, dags="a.py"))
    assert worklist.take() is None
    outcome = worklist.finish(result("a.py", "a"))
    assert outcome is not None
    assert outcome.dependencies["a.py"] == "1"
    assert worklist.take() == "a.py"


def test_a_file_that_went_while_it_was_parsed_leaves_nothing() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    worklist.take()
    worklist.look(folder({}))
    assert worklist.finish(result("a.py", "a")) is None
    assert worklist.is_idle


def test_a_failed_import_is_tried_again_when_a_module_appears() -> None:
    worklist = fresh()
    broken = {"a.py": result("a.py", error="No module named 'lib'", missing=True)}
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    parse_all(worklist, broken)
    worklist.look(folder({"a.py": "1", "data.csv": "1"}, dags="a.py"))
    assert worklist.is_idle
    worklist.look(folder({"a.py": "1", "lib.py": "1"}, dags="a.py"))
    assert worklist.take() == "a.py"


def test_the_second_file_with_a_dag_id_is_refused_and_names_the_first() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    parse_all(worklist, {"a.py": result("a.py", "sales")})
    worklist.look(folder({"a.py": "1", "b.py": "1"}, dags="a.py b.py"))
    assert worklist.take() == "b.py"
    outcome = worklist.finish(result("b.py", "sales", "other"))
    assert outcome is not None
    assert outcome.result.dags == ()
    assert outcome.result.error is not None
    assert outcome.result.error.startswith("DAG 'sales' of b.py is defined in a.py already")


def test_a_refused_file_gets_its_dag_when_the_first_one_goes() -> None:
    worklist = fresh()
    results = {"a.py": result("a.py", "sales"), "b.py": result("b.py", "sales")}
    worklist.look(folder({"a.py": "1", "b.py": "1"}, dags="b.py a.py"))
    assert parse_all(worklist, results) == ["a.py", "b.py"]
    assert worklist.look(folder({"b.py": "1"}, dags="b.py")) == ["a.py"]
    assert worklist.take() == "b.py"
    outcome = worklist.finish(results["b.py"])
    assert outcome is not None
    assert [dag.dag_id for dag in outcome.result.dags] == ["sales"]


def test_a_claim_waits_for_the_owner_that_is_being_parsed() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    parse_all(worklist, {"a.py": result("a.py", "sales")})
    worklist.look(folder({"a.py": "2", "b.py": "1"}, dags="b.py a.py"))
    assert [worklist.take(), worklist.take()] == ["a.py", "b.py"]
    assert worklist.finish(result("b.py", "sales")) is None
    worklist.finish(result("a.py", "renamed"))
    assert worklist.take() == "b.py"
    outcome = worklist.finish(result("b.py", "sales"))
    assert outcome is not None
    assert outcome.result.error is None


def test_a_renamed_file_keeps_its_dag() -> None:
    worklist = fresh()
    worklist.look(folder({"old.py": "1"}, dags="old.py"))
    parse_all(worklist, {"old.py": result("old.py", "sales")})
    assert worklist.look(folder({"new.py": "1"}, dags="new.py")) == ["old.py"]
    assert worklist.has_new_files
    worklist.take()
    outcome = worklist.finish(result("new.py", "sales"))
    assert outcome is not None
    assert outcome.result.error is None
    assert not worklist.has_new_files


def test_a_file_that_could_not_be_parsed_for_want_of_a_process_is_parsed_later() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    worklist.take()
    worklist.give_back("a.py")
    assert worklist.take() == "a.py"


def test_asked_to_it_parses_everything_again() -> None:
    worklist = fresh()
    manifest = folder({"a.py": "1", "b.py": "1"}, dags="a.py b.py")
    results = {path: result(path, path) for path in ("a.py", "b.py")}
    worklist.look(manifest)
    parse_all(worklist, results)
    worklist.forget()
    worklist.look(manifest)
    assert parse_all(worklist, results) == ["b.py", "a.py"]


paths = st.sampled_from(["a.py", "b.py", "c.py"])
states = st.dictionaries(paths, st.tuples(st.sampled_from("123"), st.sampled_from(["x", "y", "z"])), max_size=3)


@given(st.lists(states, min_size=1, max_size=6))
def test_in_the_end_each_dag_has_one_owner_and_all_is_parsed(history: list[dict[str, tuple[str, str]]]) -> None:
    worklist = fresh()
    stored: dict[str, str] = {}
    for state in history:
        contents = {path: "".join(content) for path, content in state.items()}
        for path in worklist.look(folder(contents, dags=" ".join(contents))):
            stored = {dag: owner for dag, owner in stored.items() if owner != path}
        for _ in range(20):
            path = worklist.take()
            if path is None:
                break
            outcome = worklist.finish(result(path, state[path][1]))
            if outcome is not None and outcome.result.error is None:
                stored = {dag: owner for dag, owner in stored.items() if owner != path}
                stored[state[path][1]] = path
    assert worklist.is_idle
    final = history[-1]
    assert set(stored.values()) <= set(final)
    assert {dag for _, dag in final.values()} == {
        dag for dag in stored if stored[dag] in final and final[stored[dag]][1] == dag
    }


def reading(path: str, **reads: str) -> FileResult:
    """A result of a file that read variables, with their stamps."""
    return replace(result(path, path), reads={f"<variable {name}>": stamp for name, stamp in reads.items()})


def test_a_variable_that_changed_parses_the_files_that_read_it() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1", "b.py": "1", "c.py": "1"}, dags="a.py b.py c.py"))
    results = {"a.py": reading("a.py", x="1"), "b.py": reading("b.py", y="1"), "c.py": result("c.py", "c")}
    assert len(parse_all(worklist, results)) == 3
    assert worklist.reads() == {"<variable x>", "<variable y>"}
    assert worklist.notice({"<variable x>": "1", "<variable y>": "1"}) == set()
    assert worklist.is_idle
    assert worklist.notice({"<variable x>": "2", "<variable y>": "1"}) == {"a.py"}
    assert parse_all(worklist, {"a.py": reading("a.py", x="2")}) == ["a.py"]
    worklist.look(folder({"a.py": "1", "b.py": "1", "c.py": "1"}, dags="a.py b.py c.py"))
    assert worklist.is_idle


def test_a_change_of_what_a_file_read_is_told_and_leaves_its_code_hash() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    assert worklist.take() == "a.py"
    first = worklist.finish(reading("a.py", x="1"))
    worklist.notice({"<variable x>": "2"})
    assert worklist.take() == "a.py"
    second = worklist.finish(reading("a.py", x="2"))
    assert first is not None
    assert second is not None
    assert (first.has_changed_reads, second.has_changed_reads) == (False, True)
    assert first.code_hash == second.code_hash


def test_a_value_that_was_older_than_the_known_one_is_noticed_again() -> None:
    worklist = fresh()
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    assert worklist.take() == "a.py"
    worklist.notice({"<variable x>": "2"})
    worklist.finish(reading("a.py", x="1"))
    assert worklist.notice({"<variable x>": "2"}) == {"a.py"}
    assert worklist.take() == "a.py"


def test_what_files_read_is_known_from_before() -> None:
    known = {"a.py": {"a.py": "1", "<environment>": "env", "<variable x>": "1"}}
    worklist = Worklist("env", known, {"a": "a.py"})
    worklist.notice({"<variable x>": "1"})
    worklist.look(folder({"a.py": "1"}, dags="a.py"))
    assert worklist.is_idle
    worklist.notice({"<variable x>": "2"})
    assert worklist.take() == "a.py"
