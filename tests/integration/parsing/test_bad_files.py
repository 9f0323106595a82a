"""Whatever a DAG file does when it is imported, it gets an import error that says so, and hurts no other file."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.dag_folder import dag_source
from tradewind.base.settings import load_settings
from tradewind.parsing import Caller, FileResult, ForkServer, FreshInterpreter, LocalBundle, Parser, parse_once

TIMEOUT_S = 1.0
GOOD_WITHIN_S = 30.0
"""A good file takes a tenth of a second, or long where the machine has much else to do."""


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    made = ForkServer(os.environ)
    yield made
    made.close()


class Folder:
    def __init__(self, place: Path, caller: Caller) -> None:
        self.root = place / "dags"
        self.root.mkdir()
        self.logs = place / "logs"
        self._bundle = LocalBundle("main", self.root, place / "home")
        self._caller = caller

    def parse(self, content: str | bytes, name: str = "file.py", timeout_s: float = GOOD_WITHIN_S) -> FileResult:
        data = content.encode() if isinstance(content, str) else content
        (self.root / name).write_bytes(data)
        parser = Parser(self._caller, root=self.root, log_folder=self.logs, timeout_s=timeout_s)
        return parser.parse(self._bundle.lay_out(self._bundle.read()), name)

    def log(self, name: str = "file.py") -> str:
        return (self.logs / f"{name}.log").read_text()


@pytest.fixture
def folder(tmp_path: Path, caller: Caller) -> Folder:
    return Folder(tmp_path, caller)


BAD = {
    "a syntax error": ("def (", ["SyntaxError", 'dags/file.py", line 1']),
    "an exception": ("x = 1\n1 / 0\n", ["ZeroDivisionError", 'dags/file.py", line 2']),
    "sys.exit": ("import sys\nsys.exit('bye')\n", ["called sys.exit('bye')", 'file.py", line 2']),
    "os._exit": ("import os\nos._exit(3)\n", ["ended the parser's process", "exit code 3"]),
    "a crash": ("import ctypes\nctypes.string_at(0)\n", ["signal 11, SIGSEGV", "Where it crashed", 'file.py", line 2']),
    "a kill": ("import os\nos.kill(os.getpid(), 9)\n", ["signal 9, SIGKILL", "memory"]),
    "recursion": ("def f():\n    f()\nf()\n", ["RecursionError", 'file.py", line 2']),
    "a missing module": ("import no_such_module\n", ["No module named 'no_such_module'"]),
    "a missing provider package": (
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n",
        ["No module named 'airflow.providers.postgres'", "`tradewind providers add postgres` brings it"],
    ),
    "an argument of Airflow 2": (
        "from tradewind import DAG\nDAG('d', schedule_interval='@daily')\n",
        [
            "unexpected keyword argument 'schedule_interval'",
            "write `schedule=` for `schedule_interval=`; `tradewind airflow check file.py` says what else to change",
        ],
    ),
    "an argument that never was": (
        "from tradewind import DAG\nDAG('d', shedule='@daily')\n",
        ["unexpected keyword argument 'shedule'", "`tradewind airflow check file.py` says what takes its place"],
    ),
    "an operator that its package has dropped": (
        "from airflow.operators.mysql_operator import MySqlOperator\n",
        [
            "No module named 'airflow.operators.mysql_operator'",
            "use SQLExecuteQueryOperator of airflow.providers.common.sql",
        ],
    ),
    "a hang": ("while True:\n    pass\n", ["took more than 1 s (parsing.timeout_s)", 'file.py", line']),
    "a sleep": ("import time\ntime.sleep(60)\n", ["took more than 1 s", "file.py"]),
    "bytes that are no text": (b"x = '\xff\xfe'\n", ["SyntaxError", "file.py"]),
    "null bytes": (b"x = 1\0\n", ["null bytes"]),
    "KeyboardInterrupt": ("raise KeyboardInterrupt\n", ["KeyboardInterrupt", 'file.py", line 1']),
    "an exception that can't be shown": (
        "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\nraise Bad\n",
        ["Bad", 'file.py", line 4'],
    ),
    "a handler that swallows everything": (
        "while True:\n    try:\n        while True: pass\n    except Exception: pass\n",
        ["took more than 1 s"],
    ),
    "memory": ("x = bytearray(1 << 60)\n", ["memory", "file.py"]),
    "a cycle": (
        (
            "from tradewind import DAG\nfrom tradewind.providers.standard.operators.empty import EmptyOperator\n"
            "with DAG('x'):\n    a = EmptyOperator(task_id='a')\n    b = EmptyOperator(task_id='b')\n    a >> b >> a\n"
        ),
        ["ycle"],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_in_words(folder: Folder, name: str) -> None:
    assert_told(folder, name)


def test_a_module_beside_the_folder_is_reached_by_its_path_or_told_how_to_be_imported(folder: Folder) -> None:
    include = folder.root.parent / "include"
    include.mkdir()
    (include / "tools.py").write_text("x = 'd'\n")
    reaching = (
        "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '..'))\n"
        "from include.tools import x\nfrom tradewind import DAG\ndag = DAG(x, schedule=None)\n"
    )
    result = folder.parse(reaching)
    assert (result.error, [dag.dag_id for dag in result.dags]) == (None, ["d"])
    error = folder.parse("import include.tools\n", "plain.py").error
    assert error is not None
    assert f"it is in {include.parent}: start Tradewind with PYTHONPATH={include.parent}" in error
    (folder.root.parent / "settings_of_all.py").write_text("x = 1\n")
    error = folder.parse("import settings_of_all\n", "plain.py").error
    assert error is not None
    assert f"it is in {include.parent}: start Tradewind with PYTHONPATH={include.parent}" in error


@pytest.mark.parametrize(
    "content",
    [
        "import sys\nsys.path.append(PROJECT)\nimport include.no_such_module\n",
        "raise ModuleNotFoundError('no driver is installed')\n",
        "class Odd(ValueError):\n    name = 5\nraise Odd('an odd one')\n",
    ],
)
def test_another_error_is_not_blamed_on_what_lies_beside_the_folder(folder: Folder, content: str) -> None:
    (folder.root.parent / "include").mkdir()
    (folder.root.parent / "include" / "__init__.py").touch()
    error = folder.parse(content.replace("PROJECT", repr(str(folder.root.parent)))).error
    assert error is not None
    assert any(words in error for words in ("'include.no_such_module'", "no driver is", "an odd one"))
    assert "PYTHONPATH" not in error
    assert "AttributeError" not in error


@pytest.mark.parametrize("name", ["an exception", "os._exit", "a crash", "a hang"])
def test_a_bad_file_is_told_in_words_without_a_fork(tmp_path: Path, name: str) -> None:
    assert_told(Folder(tmp_path, FreshInterpreter(os.environ)), name)


def assert_told(folder: Folder, name: str) -> None:
    content, sentences = BAD[name]
    is_endless = any("took more than" in sentence for sentence in sentences)
    result = folder.parse(content, timeout_s=TIMEOUT_S if is_endless else GOOD_WITHIN_S)
    assert result.error is not None
    assert result.dags == ()
    assert result.closure == ("file.py",)
    for sentence in sentences:
        assert sentence in result.error
    assert "parsing/child.py" not in result.error or "SIGSEGV" in result.error
    assert folder.parse(dag_source("fine")).error is None, "the next file is parsed as ever"


def test_a_hang_in_native_code_is_killed(tmp_path: Path, caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewind.parsing.parser.GRACE_S", 0.5)
    folder = Folder(tmp_path, caller)
    result = folder.parse(
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\ntime.sleep(60)\n",
        timeout_s=TIMEOUT_S,
    )
    assert result.error is not None
    assert "can't be interrupted, and its process was killed" in result.error


def test_processes_that_a_file_starts_end_with_it(folder: Folder, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    folder.parse(
        "import subprocess\n"
        f"p = subprocess.Popen(['sleep', '300'])\nopen({str(pid_file)!r}, 'w').write(str(p.pid))\n" + dag_source("x")
    )
    pid = int(pid_file.read_text())
    if Path(f"/proc/{pid}").exists():
        process = os.pidfd_open(pid)
        ended, _, _ = select.select([process], [], [], GOOD_WITHIN_S)
        os.close(process)
        assert ended, "the process of the file lives on"


def test_what_a_file_prints_is_in_its_log(folder: Folder) -> None:
    result = folder.parse("import os\nprint('hello')\nos.write(1, b'native\\n')\n" + dag_source("x"))
    assert result.error is None
    assert folder.log() == "hello\nnative\n"


def test_huge_output_is_cut(folder: Folder) -> None:
    result = folder.parse("for _ in range(30):\n    print('x' * 100_000)\n" + dag_source("x"))
    assert result.error is None
    assert folder.log().endswith("more bytes were printed and are not kept]\n")
    assert len(folder.log()) < 1_100_000


def test_the_environment_of_a_file_has_no_database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {**os.environ, "TRADEWIND__DB__URL": "postgresql://secret", "KEPT": "yes"}
    caller = ForkServer(environ)
    folder = Folder(tmp_path, caller)
    try:
        folder.parse("import os\nprint(os.environ.get('TRADEWIND__DB__URL'), os.environ['KEPT'])\n")
    finally:
        caller.close()
    assert folder.log() == "None yes\n"


def test_the_parsing_process_loads_no_database_or_web_library(folder: Folder) -> None:
    folder.parse("import sys\nprint({'sqlalchemy', 'fastapi', 'watchfiles', 'uvicorn'} & set(sys.modules))\n")
    assert folder.log() == "set()\n"


def test_dags_come_with_their_closure(folder: Folder) -> None:
    (folder.root / "lib").mkdir()
    (folder.root / "lib" / "__init__.py").write_text("")
    (folder.root / "lib" / "late.py").write_text("")
    (folder.root / "conf").mkdir()
    for name in ("a.yaml", "b.yaml"):
        (folder.root / "conf" / name).write_text(name)
    (folder.root / "query.sql").write_text("select 1")
    lines = (
        "from pathlib import Path",
        "import os",
        "def late():\n    from lib import late",
        "here = Path(__file__).parent",
        "names = [p.read_text() for p in sorted((here / 'conf').glob('*.yaml'))]",
        "print(names, (here / ('query' + '.sql')).read_text())",
    )
    result = folder.parse(dag_source("x", *lines, tasks=3))
    assert result.error is None
    assert [task.task_id for task in result.dags[0].tasks] == ["step_0", "step_1", "step_2"]
    assert set(result.closure) >= {"file.py", "lib/__init__.py", "lib/late.py", "conf/", "query.sql"}
    assert folder.log() == "['a.yaml', 'b.yaml'] select 1\n"


def test_a_whole_folder_is_parsed_without_a_database(tmp_path: Path) -> None:
    root = tmp_path / "dags"
    root.mkdir()
    (root / "good.py").write_text(dag_source("good"))
    (root / "bad.py").write_text("dag tradewind (")
    settings = load_settings({}, home=tmp_path / "home", overrides={"parsing": {"dags_folder": str(root)}})
    bad, good = parse_once(settings, os.environ)
    assert (bad.relative_fileloc, good.relative_fileloc) == ("bad.py", "good.py")
    assert bad.error is not None
    assert [dag.dag_id for dag in good.dags] == ["good"]
    assert [result.relative_fileloc for result in parse_once(settings, os.environ, ["good.py"])] == ["good.py"]
