"""DAG files are imported and their DAGs are found."""

import textwrap
from pathlib import Path

import pytest

from tradewind.sdk.authoring_errors import DuplicateDagId
from tradewind.sdk.collect import collect_dags, import_file, load_dags
from tradewind.sdk.parsing_context import ParsingContext, get_parsing_context, parsing_context


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str, name: str = "flow.py") -> Path:
        path = tmp_path / name
        path.write_text("from tradewind import DAG, dag, task\n" + textwrap.dedent(text))
        return path

    return write


def ids(path: Path) -> list[str]:
    return [dag.dag_id for dag in load_dags(path)]


def test_dags_of_global_names_are_found(write) -> None:
    assert ids(write("one = DAG('one')\ntwo = DAG('two')\nsame = one")) == ["one", "two"]


def test_dags_of_blocks_and_calls_are_found_without_a_name(write) -> None:
    path = write("""
        def make(n):
            with DAG(f"d{n}"):
                pass
        for n in range(3):
            make(n)

        @dag()
        def decorated(): ...
        decorated()
    """)
    assert ids(path) == ["d0", "d1", "d2", "decorated"]


def test_a_factory_that_is_not_called_is_none(write) -> None:
    assert ids(write("@dag()\ndef decorated(): ...")) == []


def test_a_dag_that_asks_not_to_be_found_is_found_by_name_only(write) -> None:
    path = write("""
        def make(name):
            with DAG(name, auto_register=False) as made:
                pass
            return made
        make("hidden")
        shown = make("shown")
    """)
    assert ids(path) == ["shown"]


def test_a_dag_made_by_an_imported_module_is_found(write, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    write("def build(name):\n    with DAG(name):\n        pass\n", "factory_for_this_test.py")
    assert ids(write("from factory_for_this_test import build\nbuild('made')")) == ["made"]


def test_two_dags_of_one_id_are_an_error_that_says_where(write) -> None:
    path = write("a = DAG('same')\nb = DAG('same')")
    with pytest.raises(DuplicateDagId, match=r"'same' twice: in .*flow\.py:2 and .*flow\.py:3"):
        load_dags(path)


def test_an_error_of_the_file_comes_out_and_leaves_nothing_behind(write) -> None:
    with pytest.raises(ZeroDivisionError):
        import_file(write("with DAG('d'):\n    1 / 0"))
    assert ids(write("with DAG('d'):\n    pass")) == ["d"]


def test_files_of_one_name_do_not_mix(write, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    first, second = import_file(write("a = DAG('a')")), import_file(write("b = DAG('b')", "sub/flow.py"))
    assert [one.dag_id for one in collect_dags(first)] == ["a"]
    assert [one.dag_id for one in collect_dags(second)] == ["b"]


def test_a_file_that_is_no_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flow.txt").write_text("")
    with pytest.raises(ImportError, match="is no Python file"):
        import_file(tmp_path / "flow.txt")


def test_a_file_can_ask_what_it_is_read_for() -> None:
    assert get_parsing_context() == ParsingContext(None, None)
    token = parsing_context.set(ParsingContext("d", "t"))
    assert get_parsing_context().dag_id == "d"
    parsing_context.reset(token)
