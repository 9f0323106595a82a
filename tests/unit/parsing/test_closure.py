"""What a DAG file depends on is found in its source, too: imports inside functions, and texts that are paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.parsing.closure import Closure


def closure(root: Path, files: dict[str, str], main: str = "main.py") -> list[str]:
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    found = Closure(root)
    found.add(root / main)
    return found.paths()


def test_imports_inside_functions_count(tmp_path: Path) -> None:
    files = {
        "main.py": "def f():\n    import lib.a\n    from lib import b\n    from lib.c import thing\n",
        "lib/__init__.py": "",
        "lib/a.py": "",
        "lib/b.py": "",
        "lib/c.py": "thing = 1",
        "lib/d.py": "",
    }
    assert closure(tmp_path, files) == ["lib/__init__.py", "lib/a.py", "lib/b.py", "lib/c.py", "main.py"]


def test_imports_of_imports_count(tmp_path: Path) -> None:
    files = {"main.py": "def f():\n    import a", "a.py": "def g():\n    import b", "b.py": "import main", "c.py": ""}
    assert closure(tmp_path, files) == ["a.py", "b.py", "main.py"]


def test_relative_imports_are_followed(tmp_path: Path) -> None:
    files = {
        "pkg/sub/main.py": "def f():\n    from . import near\n    from ..far import x\n    from .. import top\n",
        "pkg/sub/near.py": "",
        "pkg/far.py": "",
        "pkg/top.py": "",
        "pkg/other.py": "",
    }
    assert closure(tmp_path, files, "pkg/sub/main.py") == [
        "pkg/far.py",
        "pkg/sub/main.py",
        "pkg/sub/near.py",
        "pkg/top.py",
    ]


def test_texts_that_name_a_file_or_folder_count(tmp_path: Path) -> None:
    files = {
        "team/main.py": "a = 'query.sql'\nb = 'shared/x.csv'\nc = HERE / 'parts' / name\nd = 'no such file'\n",
        "team/query.sql": "",
        "team/parts/one.sql": "",
        "shared/x.csv": "",
        "shared/y.csv": "",
    }
    assert closure(tmp_path, files, "team/main.py") == ["shared/x.csv", "team/main.py", "team/parts/", "team/query.sql"]


@pytest.mark.parametrize("source", ["a = '.'", "a = '..'", "a = '/'", "a = '../outside.txt'", "a = ''", "a = '\\x00'"])
def test_texts_that_name_no_part_of_the_bundle_do_not(tmp_path: Path, source: str) -> None:
    (tmp_path / "outside.txt").write_text("")
    assert closure(tmp_path / "bundle", {"main.py": source}) == ["main.py"]


def test_a_file_that_can_not_be_read_as_python_still_counts(tmp_path: Path) -> None:
    assert closure(tmp_path, {"main.py": "def ("}) == ["main.py"]
