"""What DAG files and their tasks read of the home where a command runs them in its own process."""

import pytest

FILE = """
from tradewind import DAG, BaseHook, Variable, task

NAMES = Variable.get("names", default=["nobody"], deserialize_json=True)

with DAG("names", schedule=None):
    for name in NAMES:
        @task(task_id=f"greet_{name}")
        def greet(name=name):
            return f"{Variable.get('word', default='hi')} {name} from {BaseHook.get_connection('lake').host}"
        greet()
"""


@pytest.fixture
def with_file(tradewind):
    (tradewind.dags / "names.py").write_text(FILE)
    return tradewind


@pytest.fixture
def with_home(with_file):
    with_file("variables", "set", "names", '["ann", "bob"]')
    with_file("variables", "set", "word", "hello")
    with_file("connections", "add", "lake", "--conn-type", "http", "--conn-host", "lake.example.org")
    return with_file


def test_dags_test_reads_from_the_home_on_import_and_in_tasks(with_home) -> None:
    run = with_home("dags", "test", "names", "-o", "json").json()["dags"]["names"]
    values = {task: value for task, _, key, value in run["xcoms"] if key == "return_value"}
    assert values == {
        "greet_ann": "hello ann from lake.example.org",
        "greet_bob": "hello bob from lake.example.org",
    }


def test_tasks_test_and_run_read_from_the_home(with_home) -> None:
    tested = with_home("tasks", "test", "names", "greet_bob")
    assert tested.out.splitlines()[-1] == "hello bob from lake.example.org"
    with_home("run", str(with_home.dags / "names.py"))
    assert {row["task_id"] for row in with_home("tasks", "list", "names", "-o", "json").json()} == {
        "greet_ann",
        "greet_bob",
    }


def test_without_a_home_nothing_is_there_and_none_is_made(with_file) -> None:
    run = with_file("dags", "test", "names", "-o", "json", expect=1).json()["dags"]["names"]
    assert list(run["tis"]) == ["greet_nobody[-1]"]
    assert not list(with_file.home.glob("*.db"))


def test_reserialize_reads_from_the_home(with_home) -> None:
    with_home("dags", "reserialize")
    listed = with_home("tasks", "list", "names", "-o", "json").json()
    assert sorted(row["task_id"] for row in listed) == ["greet_ann", "greet_bob"]


def test_writing_on_import_is_refused(with_home) -> None:
    file = with_home.dags / "writes.py"
    file.write_text("from tradewind import DAG, Variable\nVariable.set('a', 'b')\n")
    error = with_home("run", str(file), expect=2).err
    assert "SetVariable was asked while the file was imported" in error
