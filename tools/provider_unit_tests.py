"""Run the unit tests of provider packages, from their sdists as published, against our `airflow` namespace.

    python tools/provider_unit_tests.py [PACKAGE ...] [--failures] [--slow]

Each sdist is fetched with its hash and unpacked without its sources: the provider that runs is the one installed in
.venv-ecosystem. `tests_common`, which the tests import, is the stand-in in tools/airflow_devel. A test that goes on to
Airflow's database is counted as one that needs its ORM, one that looks for an SSH server on this machine as one that
needs a server. The failures that are known, each with its reason, are in
provider_unit_tests.toml; the exit code is 1 if there is another failure.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tools" / "provider_unit_tests.toml"
TOOLS_LOCK = ROOT / "tools" / "provider_unit_tests.lock"
STAND_IN = ROOT / "tools" / "airflow_devel"
CACHE = ROOT / ".cache" / "provider-unit-tests"
PIP = (str(ROOT / ".uv" / "bin" / "python"), "-m", "pip")
UV = str(ROOT / ".uv" / "bin" / "uv")
PYTHON = str(ROOT / ".venv-ecosystem" / "bin" / "python")
PREFIX = "apache-airflow-providers-"
NEEDS = {
    "needs ORM": "needs Airflow's ORM: ",
    "internals": "needs Airflow's internals: ",
    "server": "needs a server on this machine: ",
}
FOREIGN = (
    "AIRFLOW",
    "TRADEWIND",
    "REQUESTS_",
    "CURL_",
    "SSL_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
)
"""Variables of the environment that would change what tests see."""
COLUMNS = {
    "package": 22,
    "passed": 8,
    "failed": 8,
    "error": 8,
    "needs ORM": 11,
    "internals": 11,
    "server": 8,
    "skipped": 9,
    "pass rate": 11,
    "seconds": 9,
}
SLOW = "PROVIDER_UNIT_TESTS_SLOW"
"""Variable that tells the stand-in of Airflow's pytest plug-in not to leave out what is slow."""
TEST_LIMIT_S = 60
PACKAGE_LIMIT_S = {False: 300, True: 3600}
"""For the tests of a package; with --slow, some 230 virtual environments are made."""


@dataclass(frozen=True)
class Package:
    """An sdist."""

    name: str
    version: str
    sha256: str

    @property
    def folder(self) -> Path:
        """Where its tests are unpacked."""
        return CACHE / f"{self.name}-{self.version}"


@dataclass
class Tally:
    """What came of the tests of a package."""

    counts: Counter[str] = field(default_factory=Counter)
    unexplained: list[tuple[str, str]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Failures by kind and reason."""
    seconds: float = 0.0


def main() -> int:
    """Run what is asked for, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", help="short names, as `http`; all without")
    parser.add_argument("--failures", action="store_true", help="list each failure with what it said")
    parser.add_argument("--jobs", type=int, default=2, help="packages at once")
    parser.add_argument("--slow", action="store_true", help="also the tests that make virtual environments")
    options = parser.parse_args()
    if options.slow:
        os.environ[SLOW] = "1"
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    known: list[dict[str, str]] = data["known"]
    packages = [Package(name, *pair) for name, pair in data["packages"].items()]
    wanted = [one for one in packages if not options.packages or one.name in options.packages]
    tools = _test_packages()
    total = Tally()
    print("".join(f"{name:>{width}}" for name, width in COLUMNS.items()), flush=True)
    begin = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        for package, tally in zip(wanted, pool.map(lambda one: _tally(one, tools, known), wanted), strict=True):
            _print(f"{package.name} {package.version}", tally)
            total.counts += tally.counts
            total.reasons += tally.reasons
            total.unexplained += tally.unexplained
            total.unused += tally.unused
            if options.failures:
                for test, said in tally.unexplained:
                    print(f"    {test}\n        {said}")
    total.seconds = time.monotonic() - begin
    _print("all", total)
    print("\nThe rate is of the tests that could run. Failures and their reasons:")
    for (kind, reason), number in sorted(total.reasons.items()):
        print(f"{number:6}  {kind}: {reason}")
    print(f"{len(total.unexplained):6}  not explained")
    for pattern in total.unused:
        print(f"        fails no longer, or is gone: {pattern}")
    print(f"Logs: {CACHE.relative_to(ROOT)}/*.log")
    return 1 if total.unexplained else 0


def _tally(package: Package, tools: Path, known: list[dict[str, str]]) -> Tally:
    """Run the tests of a package and judge what came of them."""
    fetch(package)
    begin = time.monotonic()
    tally = _judge(package.name, _run(package, tools), [one for one in known if one["package"] == package.name])
    tally.seconds = time.monotonic() - begin
    return tally


def _test_packages() -> Path:
    """A folder with what the tests import beyond the environment they run in."""
    folder = CACHE / f"tools-{hashlib.sha256(TOOLS_LOCK.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _call(UV, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--require-hashes",
              "--target", str(folder), "-r", str(TOOLS_LOCK))  # fmt: skip
    return folder


def fetch(package: Package) -> None:
    """Download the sdist and unpack its tests.

    Raises:
        SystemExit: it can't be had.
    """
    if package.folder.exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        wanted = Path(scratch, "requirements.txt")
        wanted.write_text(
            f"{PREFIX}{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8"
        )
        _call(*PIP, "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:",
              "--require-hashes", "--dest", scratch, "-r", str(wanted))  # fmt: skip
        (archive,) = Path(scratch).glob("*.tar.gz")
        inside = Path(scratch, "unpacked")
        with tarfile.open(archive) as tar:
            names = [one for one in tar.getmembers() if "/src/" not in one.name]
            tar.extractall(inside, names, filter="data")
        (only,) = inside.iterdir()
        only.rename(package.folder)


def _run(package: Package, tools: Path) -> dict[str, tuple[str, str]]:
    """Outcome and what was said, by test."""
    with tempfile.TemporaryDirectory() as home:
        report = Path(home, "report.json")
        variables = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        variables |= {
            "PYTHONPATH": os.pathsep.join([str(STAND_IN), str(tools)]),
            "AIRFLOW_HOME": home,
            "TRADEWIND_HOME": home,
            "PROVIDER_UNIT_TESTS_REPORT": str(report),
        }
        command = [PYTHON, "-m", "pytest", "-q", "-c", str(STAND_IN / "pytest.ini"), "--rootdir", str(package.folder),
                   "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-p", "tests_common.pytest_plugin",
                   "--continue-on-collection-errors", "-W", "ignore",
                   "--timeout", str(TEST_LIMIT_S), "tests/unit"]  # fmt: skip
        log = CACHE / f"{package.name}.log"
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                command, cwd=package.folder, env=variables, stdout=out, stderr=out, start_new_session=True
            )
            try:
                process.wait(_package_limit_s())
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        outcomes = _outcomes(report)
        if not outcomes:
            raise SystemExit(f"pytest ended without a report; see {log}")
        return outcomes


def _package_limit_s() -> int:
    return PACKAGE_LIMIT_S[SLOW in os.environ]


def _outcomes(report: Path) -> dict[str, tuple[str, str]]:
    """What pytest has written; a test that has begun and not ended was ended with pytest, after the package's limit."""
    found: dict[str, tuple[str, str]] = {}
    for line in report.read_text(encoding="utf-8").splitlines() if report.exists() else []:
        test, outcome, said = json.loads(line)
        if outcome == "begun":
            said = f"the package's tests took longer than {_package_limit_s()} s, or pytest ended in this one"
            outcome = "error"
        found[test] = (outcome, said)
    if found and "" not in found:
        found["(the rest)"] = ("error", f"not run: pytest ended early, or after {_package_limit_s()} s")
    found.pop("", None)
    return found


def _judge(name: str, outcomes: dict[str, tuple[str, str]], known: list[dict[str, str]]) -> Tally:
    """Count, and set the failures against those that are known."""
    tally, used = Tally(), set[str]()
    for test, (outcome, said) in outcomes.items():
        kind = outcome
        if outcome == "skipped":
            kind = next((name for name, prefix in NEEDS.items() if prefix in said), outcome)
        tally.counts[kind] += 1
        if outcome in {"failed", "error"}:
            match = next(
                (
                    one
                    for one in known
                    if fnmatch.fnmatchcase(test, one["test"]) and fnmatch.fnmatchcase(said, one.get("said", "*"))
                ),
                None,
            )
            if match is None:
                tally.unexplained.append((test, said))
            else:
                used.add(match["test"])
                tally.reasons[match["kind"], match["reason"]] += 1
    tally.unused = [f"{name}: {one['test']}" for one in known if one["test"] not in used]
    return tally


def _print(name: str, tally: Tally) -> None:
    counts = tally.counts
    able = counts["passed"] + counts["failed"] + counts["error"]
    rate = f"{counts['passed'] / able:.1%}" if able else "-"
    cells = [name, *(counts[column] for column in list(COLUMNS)[1:-2]), rate, f"{tally.seconds:.0f}"]
    print("".join(f"{cell:>{width}}" for cell, width in zip(cells, COLUMNS.values(), strict=True)), flush=True)


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:4])} ...\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
