"""Run tests as `pytest ARGUMENTS` does, and have the few that fail tell whether they always do.

Most tests here drive real processes, which share two cores with all other tests: one in some hundred thousand loses a race
against the machine that no user would run. Such a one decides nothing, nor is it hidden: where few tests have failed, each
must pass twice in processes of its own, with no other test beside it, and is then named as UNSTEADY at the end. A test of
the pure parts (tests/unit) has no such excuse, nor has a run in which many failed, or that did not come to its end.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

FEW = 3
PURE = "tests/unit/"
GROUP = re.compile(r"@[\w.\-]+$")
"""What tests/conftest.py appends to the id of a test that runs on the same worker as others."""


class Failures:
    """The ids of the tests that failed, in the order of their failing."""

    def __init__(self) -> None:
        self.ids: dict[str, None] = {}
        self.is_whole = True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a test, or of what is made ready for it or put away after it."""
        if report.failed:
            self.ids[GROUP.sub("", report.nodeid)] = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that can't be read has tests that nobody knows of."""
        self.is_whole &= not report.failed

    @property
    def deserve_another_run(self) -> bool:
        """Whether they may be the machine's fault."""
        return self.is_whole and 0 < len(self.ids) <= FEW and not any(one.startswith(PURE) for one in self.ids)


def main(arguments: list[str]) -> int:
    """Run them; 0 where all passed, some of them perhaps only by themselves. An option is one word: `--dist=loadgroup`."""
    sys.path[0] = ""  # as `python -m pytest` has it: nothing of this folder gets in a test's way
    failures = Failures()
    code = pytest.main([*arguments], plugins=[failures])
    if code != pytest.ExitCode.TESTS_FAILED or not failures.deserve_another_run:
        return int(code)
    alone = [one for one in arguments if one.startswith("-")] + ["--numprocesses=0"]
    for test in failures.ids:
        for time in ("first", "second"):
            print(f"\nFailed beside others, now by itself for the {time} time: {test}", flush=True)
            if subprocess.run([sys.executable, "-m", "pytest", *alone, test], check=False).returncode:
                print(f"\nIt fails by itself, too: {test}")
                return int(code)
    print("\nUNSTEADY: passed twice alone after a failure beside others; what they say above needs a look:")
    print("\n".join(f"  {test}" for test in failures.ids), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
