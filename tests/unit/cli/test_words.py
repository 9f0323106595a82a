"""Moments, conf, files and graphs: what comes in by words is understood, or refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tradewind.base.errors import AuthoringError, InvalidInput, NotFound
from tradewind.cli.client import target
from tradewind.cli.commands.dags.trigger import parse_conf
from tradewind.cli.connection_texts import connection_of
from tradewind.cli.dag_files import bundle_root, dags_of_file, one_dag
from tradewind.cli.dates import parse_moment
from tradewind.cli.files import read_objects, write_secret_text
from tradewind.cli.graph import as_dot, print_tree

TASKS = [
    {"task_id": "a", "downstream_task_ids": ["b", "c"], "operator_name": "Op"},
    {"task_id": "b", "downstream_task_ids": ["d"], "operator_name": "Op"},
    {"task_id": "c", "downstream_task_ids": ["d"], "operator_name": "Op"},
    {"task_id": "d", "downstream_task_ids": ["e"], "operator_name": "Op"},
    {"task_id": "e", "downstream_task_ids": [], "operator_name": "Op"},
]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T09:00:00", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("2026-01-31T09:00:00+01:00", datetime(2026, 1, 31, 9, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-01-31T09:00:00Z", datetime(2026, 1, 31, 9, tzinfo=UTC)),
        ("manual__2026-01-31", None),
        ("", None),
    ],
)
def test_a_moment_without_a_zone_is_meant_in_utc(text, moment) -> None:
    assert parse_moment(text) == moment


def test_conf_is_an_object_or_refused() -> None:
    assert parse_conf(None) == {}
    assert parse_conf('{"a": [1]}') == {"a": [1]}
    with pytest.raises(InvalidInput, match="not valid JSON"):
        parse_conf("{a: 1}")
    with pytest.raises(InvalidInput, match="must be a JSON object"):
        parse_conf("[1]")


def test_the_target_of_a_request_is_quoted() -> None:
    path = target(
        ("dags", "a b", "dagRuns", "manual__2026-01-01T00:00:00+00:00"),
        {"state": ["x", "y"], "skip": None, "paused": True},
    )
    assert path == "/api/v2/dags/a%20b/dagRuns/manual__2026-01-01T00%3A00%3A00%2B00%3A00?state=x&state=y&paused=true"


@pytest.mark.parametrize(
    ("name", "text"),
    [("v.json", '{"a": "1", "b": {"c": 2}}'), ("v.yaml", "a: '1'\nb: {c: 2}\n")],
)
def test_objects_are_read_by_the_suffix_of_their_file(tmp_path, name, text) -> None:
    (tmp_path / name).write_text(text)
    assert read_objects(str(tmp_path / name)) == {"a": "1", "b": {"c": 2}}


def test_lines_of_an_env_file_keep_all_after_the_first_sign(tmp_path) -> None:
    (tmp_path / "v.env").write_text("# comment\nDB=postgres://u:p@h/d?a=b\n\nEMPTY=\n")
    assert read_objects(str(tmp_path / "v.env")) == {"DB": "postgres://u:p@h/d?a=b", "EMPTY": ""}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("v.json", "[1]", "must hold an object"),
        ("v.json", "{", "not valid JSON"),
        ("v.yaml", "a: [", "not valid YAML"),
        ("v.env", "NOSIGN", "line 1"),
        ("v.ini", "", "can't tell how .ini"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused_by_name(tmp_path, name, text, message) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInput, match=message):
        read_objects(str(tmp_path / name))


def test_secrets_are_written_for_their_owner_only(tmp_path) -> None:
    write_secret_text(str(tmp_path / "s.json"), "{}")
    assert (tmp_path / "s.json").stat().st_mode & 0o777 == 0o600


def test_the_tree_follows_a_task_that_is_reached_twice_only_once(capsys) -> None:
    print_tree("my_dag", TASKS)
    text = capsys.readouterr().out
    assert text.count("d  Op") == 2
    assert text.count("d  Op  (above)") == 1
    assert text.count("e  Op") == 1


def test_the_graph_in_graphviz_has_all_tasks_and_edges() -> None:
    text = as_dot("my_dag", TASKS)
    assert text.startswith('digraph "my_dag" {')
    assert text.count("->") == 5


@pytest.fixture
def package(tmp_path) -> Path:
    folder = tmp_path / "dags" / "team" / "part"
    folder.mkdir(parents=True)
    for path in (folder, folder.parent):
        (path / "__init__.py").touch()
    (folder / "names.py").write_text("ID = 'from_package'\n")
    (folder / "flow.py").write_text(
        "from tradewind import DAG\nfrom team.part.names import ID\nwith DAG(ID, schedule=None):\n    pass\n"
    )
    return folder


def test_a_file_in_a_package_imports_from_above_the_package(package) -> None:
    assert bundle_root(package / "flow.py") == (package.parents[1], "team/part/flow.py")
    assert list(dags_of_file(package / "flow.py")) == ["from_package"]


def test_a_file_of_an_installed_package_imports_from_where_packages_are(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda kind: str(tmp_path))
    folder = tmp_path / "company" / "providers" / "json" / "example_dags"
    folder.mkdir(parents=True)
    for path in (folder, folder.parent):
        (path / "__init__.py").touch()
    (folder / "flow.py").touch()
    assert bundle_root(folder / "flow.py") == (tmp_path, "company/providers/json/example_dags/flow.py")


def test_a_file_that_can_not_be_imported_is_told_with_its_line(tmp_path) -> None:
    file = tmp_path / "broken_import_file.py"
    file.write_text("x = 1\nraise ValueError('no')\n")
    with pytest.raises(AuthoringError, match=r"broken_import_file\.py:2: ValueError: no"):
        dags_of_file(file)
    file.write_text("x = (\n")
    with pytest.raises(AuthoringError, match=r"broken_import_file\.py:1: .*never closed"):
        dags_of_file(file)


def test_the_dag_of_a_file_with_several_must_be_named(tmp_path) -> None:
    file = tmp_path / "two_dags_file.py"
    file.write_text(
        "from tradewind import DAG\nfor name in ('one', 'two'):\n    with DAG(name, schedule=None):\n        pass\n"
    )
    with pytest.raises(NotFound, match="several DAGs"):
        one_dag(file, None)
    assert one_dag(file, "two").dag_id == "two"
    with pytest.raises(NotFound, match="no DAG 'three'; it has one, two"):
        one_dag(file, "three")


@pytest.mark.parametrize(
    "value", ["a://me:hush@b://c://d", "a://h:many", {"conn_type": "a", "port": "many"}, 5, {"x": 1}]
)
def test_a_connection_that_cannot_be_read_is_refused_by_its_name(value: object) -> None:
    with pytest.raises(
        InvalidInput, match="connection 'mine' is not a URI, and not an object of its fields"
    ) as refused:
        connection_of("mine", value)
    assert "hush" not in str(refused.value)
