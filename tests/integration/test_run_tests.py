"""What `make test` says of tests that fail now and then, and of those that always do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools/run_tests.py"
FAILS_ONCE = """
from pathlib import Path

def test_is_late_the_first_time():
    seen = Path(__file__).with_suffix(".seen")
    was_there = seen.exists()
    seen.touch()
    assert was_there
"""
FAILS_AT_EVERY_OTHER_TIME = """
from pathlib import Path

def test_is_late_every_other_time():
    seen = Path(__file__).with_suffix(".seen")
    if seen.exists():
        seen.unlink()
    else:
        seen.touch()
        assert False, "late"
"""
FAILS = "def test_is_wrong():\n    assert 1 == 2\n"
PASSES = "def test_is_right():\n    assert 1 == 1\n"


def verdict(folder: Path, files: dict[str, str], *options: str) -> tuple[int, str]:
    """The exit code and the output for a folder with these files."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider -p xdist.plugin\n", encoding="utf-8")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, str(TOOL), "--dist=loadgroup", "--numprocesses=1", *options, "tests"]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100)
    return done.returncode, done.stdout + done.stderr


def test_all_passed(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {"tests/e2e/test_one.py": PASSES})
    assert code == 0
    assert "by itself" not in said


def test_one_that_passes_twice_alone_is_named_and_decides_nothing(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {"tests/e2e/test_one.py": FAILS_ONCE, "tests/e2e/test_two.py": PASSES})
    assert code == 0, said
    assert "1 failed, 1 passed" in said
    unsteady = said.partition("UNSTEADY")[2]
    assert "tests/e2e/test_one.py::test_is_late_the_first_time" in unsteady


def test_one_that_fails_alone_too_decides(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {"tests/e2e/test_one.py": FAILS, "tests/e2e/test_two.py": PASSES})
    assert code == 1
    assert "It fails by itself, too: tests/e2e/test_one.py::test_is_wrong" in said
    assert "UNSTEADY" not in said


def test_to_pass_once_of_two_times_alone_is_not_enough(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {"tests/e2e/test_one.py": FAILS_AT_EVERY_OTHER_TIME})
    assert code == 1
    assert "for the second time" in said


def test_what_is_pure_fails_at_once(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {"tests/unit/test_one.py": FAILS_ONCE})
    assert code == 1
    assert "by itself" not in said


def test_more_than_a_few_are_no_accident(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {f"tests/e2e/test_{number}.py": FAILS_ONCE for number in range(4)})
    assert code == 1
    assert "4 failed" in said
    assert "by itself" not in said


def test_a_file_that_cannot_be_read_is_no_accident(tmp_path: Path) -> None:
    code, said = verdict(tmp_path, {"tests/e2e/test_one.py": "import nothing_of_that_name\n"})
    assert code not in {0, 5}
    assert "by itself" not in said
