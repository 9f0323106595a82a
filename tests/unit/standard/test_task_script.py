"""Functions written as scripts, as operators that run them in containers do."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tradewind.providers.standard.task_script import write_python_script

SOURCE = "def shout(word, times=1):\n    assert word, 'no word'\n    return word.upper() * times\n"


def run(folder: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    context = {
        "python_callable": "shout", "python_callable_source": SOURCE, "pickling_library": "pickle", "op_args": ["hey"],
        "op_kwargs": {"times": 2}, "string_args_global": False, **more,
    }  # fmt: skip
    (folder / "in").write_bytes(pickle.dumps({"args": context["op_args"], "kwargs": context["op_kwargs"]}))
    (folder / "strings").write_text("one\ntwo\n")
    write_python_script(context, str(folder / "script.py"))
    files = [str(folder / name) for name in ("script.py", "in", "out", "strings", "error")]
    return subprocess.run([sys.executable, *files], capture_output=True, text=True, check=False)


def test_the_script_calls_the_function_and_leaves_its_result(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 0
    assert pickle.loads((tmp_path / "out").read_bytes()) == "HEYHEY"


def test_an_error_is_left_in_words_and_the_script_fails(tmp_path: Path) -> None:
    done = run(tmp_path, op_args=[""], op_kwargs={})
    assert done.returncode == 1
    assert "no word" in done.stderr
    assert (tmp_path / "error").read_text() == "no word"


@pytest.mark.parametrize("expect_airflow", [True, False])
def test_what_the_script_may_read_besides(tmp_path: Path, expect_airflow: bool) -> None:
    source = "def shout():\n    return virtualenv_string_args, sys.modules['my_dag'].shout is shout\n"
    done = run(
        tmp_path,
        python_callable_source=source,
        op_args=[],
        op_kwargs={},
        string_args_global=True,
        modified_dag_module_name="my_dag",
        expect_airflow=expect_airflow,
    )
    assert done.returncode == 0, done.stderr
    assert pickle.loads((tmp_path / "out").read_bytes()) == (["one", "two"], True)
