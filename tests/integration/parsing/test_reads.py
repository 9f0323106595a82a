"""What DAG files read of the server while they are imported, with real parsing processes and both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.dag_folder import DagFolder, dag_source
from support.local_executor import is_alive, wait_until
from tradewind.base.errors import DatabaseUnavailable
from tradewind.base.ids import UuidSource
from tradewind.cli.file_reads import file_reads
from tradewind.db import Database, connections, variables
from tradewind.db.cipher import key_file_cipher
from tradewind.parsing import DagProcessor, ForkServer, FreshInterpreter, LocalBundle, Parser, dag_processor
from tradewind.parsing.reads import FileReads
from tradewind.protocol.messages import ErrorReply, FileImport, Reply, Request

LOOP = "from tradewind import DAG, Variable\nfor name in Variable.get('names', deserialize_json=True):\n    with DAG(name):\n        pass\n"
GET = "from tradewind import Variable\nvalue = Variable.get('key', default='none')"


class ReadingFolder(DagFolder):
    """As `DagFolder`, with answers for what files read."""

    def __init__(self, place: Path, *, timeout_s: float = 60.0, database: Database | None = None) -> None:
        super().__init__(place, timeout_s=timeout_s, database=database)
        self.changed: list[str] = []
        self._cipher = key_file_cipher(self.home)

    @contextmanager
    def processor(self) -> Iterator[DagProcessor]:
        processor = dag_processor(
            self.settings, self.database, clock=self.clock, ids=UuidSource(), bell=lambda: None,
            caller=ForkServer(os.environ), reads=file_reads(self.settings, self.database, self.changed.append),
        )  # fmt: skip
        processor.start()
        try:
            assert processor.wait_until_idle(60)
            yield processor
        finally:
            processor.stop()

    def set(self, key: str, value: str) -> None:
        with self.database.write() as tx:
            variables.put_variable(tx, self._cipher, "default", variables.VariableRecord(key=key, value=value))

    def delete(self, key: str) -> None:
        with self.database.write() as tx:
            variables.delete_variable(tx, "default", key)

    def connect(self, conn_id: str, *, host: str | None = None, password: str | None = None) -> None:
        record = connections.ConnectionRecord(conn_id=conn_id, conn_type="http", host=host, password=password)
        with self.database.write() as tx:
            connections.add_connection(tx, self._cipher, "default", record)

    def log(self, path: str) -> str:
        return (self.settings.log_folder / "dag_processor" / f"{path}.log").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[ReadingFolder]:
    made = ReadingFolder(tmp_path)
    yield made
    made.close()


def test_a_file_follows_its_variable_on_both_databases(tmp_path: Path, database: Database) -> None:
    folder = ReadingFolder(tmp_path / "place", database=database)
    folder.set("names", '["one"]')
    folder.write("a.py", LOOP)
    folder.write("b.py", dag_source("b"))
    with folder.processor():
        assert list(folder.dags()) == ["b", "one"]
        before = folder.parsed_at()["b.py"]
        folder.set("names", '["one", "two"]')
        folder.wait_for(lambda: list(folder.dags()), ["b", "one", "two"])
        assert folder.changed == ["a.py"]
        assert folder.parsed_at()["b.py"] == before


def test_a_change_while_no_processor_runs_is_seen_by_the_next_one(folder: ReadingFolder) -> None:
    folder.set("names", '["one"]')
    folder.write("a.py", LOOP)
    with folder.processor():
        before = folder.parsed_at()
    with folder.processor():
        assert folder.parsed_at() == before
    folder.set("names", '["two"]')
    with folder.processor():
        assert list(folder.dags()) == ["two"]


def test_a_missing_variable_is_an_import_error_that_goes_when_it_is_set(folder: ReadingFolder) -> None:
    folder.write("a.py", LOOP)
    with folder.processor():
        error = folder.errors()["a.py"]
        assert "Variable names does not exist. Set it with `tradewind variables set names VALUE`" in error
        assert 'dags/a.py", line 2' in error
        folder.set("names", '["one"]')
        folder.wait_for(lambda: list(folder.dags()), ["one"])
        assert folder.errors() == {}
        folder.delete("names")
        folder.wait_for(lambda: list(folder.errors()), ["a.py"])


def test_a_value_that_no_spec_shows_makes_no_version_and_is_told_to_the_workers(folder: ReadingFolder) -> None:
    folder.write("a.py", dag_source("a", GET))
    with folder.processor():
        before = folder.parsed_at()
        folder.set("key", "some")
        folder.wait_for(lambda: folder.parsed_at() != before, True)
        assert folder.changed == ["a.py"]
        assert folder.versions() == {"a": 1}


def test_a_new_connection_and_a_new_name_under_a_prefix_count(folder: ReadingFolder) -> None:
    folder.write(
        "a.py",
        "from tradewind import DAG, Variable\nfor key in Variable.keys('team_'):\n    with DAG(key):\n        pass\n",
    )
    lines = "try:\n    name = Connection.get('lake').host\nexcept Exception:\n    name = 'none'\n"
    folder.write("b.py", f"from tradewind import DAG, Connection\n{lines}with DAG(name):\n    pass\n")
    with folder.processor():
        assert list(folder.dags()) == ["none"]
        folder.set("other", "1")
        folder.set("team_a", "1")
        folder.connect("lake", host="lake")
        folder.wait_for(lambda: list(folder.dags()), ["lake", "team_a"])


@pytest.mark.parametrize(
    ("line", "name"),
    [("Variable.set('a', 'b')", "SetVariable"), ("Variable.delete('a')", "DeleteVariable")],
)
def test_writing_while_a_file_is_imported_is_refused_in_words(folder: ReadingFolder, line: str, name: str) -> None:
    folder.write("a.py", dag_source("a", "from tradewind import Variable", line))
    with folder.processor():
        error = folder.errors()["a.py"]
        assert f"{name} was asked while a.py was imported" in error
        assert "Move it into a task" in error
        assert folder.rows("SELECT key FROM variable") == []


def test_secrets_that_a_file_read_are_starred_in_its_error_and_in_what_it_printed(folder: ReadingFolder) -> None:
    folder.set("api_key", "hush-hush-1")
    folder.connect("lake", password="hush-hush-2")
    lines = "a, b = Variable.get('api_key'), Connection.get('lake').password\nprint(a, b)\nraise ValueError(a + b)"
    folder.write("a.py", f"from tradewind import DAG, Variable, Connection\n{lines}\n")
    with folder.processor():
        assert "ValueError: ******" in folder.errors()["a.py"]
        assert folder.log("a.py") == "*** ***\n"


def test_stamps_in_the_database_tell_nothing_of_values(folder: ReadingFolder) -> None:
    folder.set("key", "some-value")
    folder.write("a.py", dag_source("a", GET))
    with folder.processor():
        ((closure,),) = folder.rows("SELECT closure FROM parsed_file")
        assert "<variable key>" in closure
        assert "some-value" not in closure


def test_a_file_that_asks_and_never_ends_is_stopped_in_time(tmp_path: Path) -> None:
    folder = ReadingFolder(tmp_path, timeout_s=1.0)
    folder.write("a.py", dag_source("a", GET, "while True: Variable.get('key', default='none')"))
    with folder.processor():
        assert "took more than 1 s (parsing.timeout_s)" in folder.errors()["a.py"]
    folder.close()


def test_a_process_that_the_file_forks_hears_that_it_can_not_ask(folder: ReadingFolder) -> None:
    forking = (
        "import os, sys\nif (child := os.fork()) == 0:\n    try:\n        Variable.get('key')\n"
        "    except Exception as error:\n        os.write(1, str(error).encode())\n    os._exit(0)\nos.waitpid(child, 0)"
    )
    folder.write("a.py", dag_source("a", GET, forking))
    with folder.processor():
        assert folder.dags() == {"a": "a.py"}
        assert "asked in a process that the DAG file forked" in folder.log("a.py")


def test_a_fresh_interpreter_answers_as_well(folder: ReadingFolder) -> None:
    folder.set("key", "some")
    file = folder.write("probe.py", "")
    probe = file.with_name("reading_probe.py")
    probe.write_text("from tradewind import Variable\ndef read(_):\n    return Variable.get('key').encode()\n")
    reads = file_reads(folder.settings, folder.database)
    caller = FreshInterpreter({**os.environ, "PYTHONPATH": str(probe.parent)})
    seen: dict[str, str] = {}
    found = caller.call("reading_probe:read", b"", 30, lambda request: reads.answer("probe.py", request, seen))
    assert found == b"some"
    assert list(seen) == ["<variable key>"]


GIVES_UP = """
import os, threading, time
from pathlib import Path
from tradewind import Variable

def read(folder):
    folder = Path(folder.decode())
    threading.Thread(target=Variable.get, args=("key",), daemon=True).start()
    (folder / "draft").write_text(str(os.getpid()))
    (folder / "draft").rename(folder / "pid")
    while not (folder / "asked").exists(): time.sleep(0.01)
    return b"did not wait"
"""


@pytest.mark.parametrize("kind", [ForkServer, FreshInterpreter])
def test_what_a_process_returns_counts_though_it_left_before_it_was_answered(tmp_path: Path, kind) -> None:
    (tmp_path / "giving_up.py").write_text(GIVES_UP)

    def answer(_request: Request) -> Reply:
        wait_until((tmp_path / "pid").exists, "its process id")
        (tmp_path / "asked").touch()
        wait_until(lambda: not is_alive(int((tmp_path / "pid").read_text())), "its end")
        return ErrorReply(code="not_found", message="too late")

    caller = kind({**os.environ, "PYTHONPATH": str(tmp_path)})
    try:
        assert caller.call("giving_up:read", str(tmp_path).encode(), 60, answer) == b"did not wait"
    finally:
        caller.close()


def test_a_database_that_does_not_answer_is_no_error_of_the_file(folder: ReadingFolder) -> None:
    def away(_file: FileImport, _request: Request) -> Reply:
        return ErrorReply(code=DatabaseUnavailable.code, message="it is away")

    folder.write(
        "a.py",
        dag_source(
            "a", "from tradewind import Variable", "try:\n    value = Variable.get('key')\nexcept Exception:\n    pass"
        ),
    )
    bundle = LocalBundle("main", folder.root, folder.home)
    caller = ForkServer(os.environ)
    parser = Parser(
        caller, root=folder.root, log_folder=folder.home, timeout_s=60, reads=FileReads(folder.database, away)
    )
    try:
        with pytest.raises(DatabaseUnavailable, match="it is away"):
            parser.parse(bundle.lay_out(bundle.read()), "a.py")
    finally:
        parser.close()
