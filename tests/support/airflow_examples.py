"""Airflow's own example DAGs as test inputs: fetched from the package index, unpacked beside the checkout's caches.

Nothing of them is kept in the repository. Without an index the tests that want them are skipped, and say so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Examples", "ExamplesUnavailableError", "fetch_examples", "fetch_wheel"]

CACHE = Path(__file__).parents[2] / ".cache" / "conformance"
WHEELS = {
    "apache-airflow-core==3.3.2": (
        "apache_airflow_core-3.3.2-py3-none-any.whl",
        "99258922bccec15be4700ff89f3c942b8acd93407e263c287ce863e671bb3c50",
    ),
    "apache-airflow-providers-standard==1.21.0": (
        "apache_airflow_providers_standard-1.21.0-py3-none-any.whl",
        "12969f10b7735f46dfa1d4f48675ca19dce46bbaa3a68d42c0fdb94eca4cff25",
    ),
}
FOLDERS = ("airflow/example_dags/", "airflow/providers/standard/example_dags/")
SUPPORTING = ("libs", "plugins", "sql")
FETCH_TIMEOUT_S = 60


class ExamplesUnavailableError(RuntimeError):
    """The wheels can't be had."""


@dataclass(frozen=True, slots=True)
class Examples:
    """The unpacked examples.

    Args:
        dags: a folder with the DAG files alone.
        path: a folder for `sys.path`, with what they import as `airflow.example_dags...`.
    """

    dags: Path
    path: Path


def fetch_examples(folder: Path) -> Examples:
    """Lay the examples out in a folder.

    Raises:
        ExamplesUnavailableError: no package index answers, or what it gave is not what was expected.
    """
    dags, path = folder / "dags", folder / "path"
    dags.mkdir(parents=True)
    (path / "airflow" / "example_dags").mkdir(parents=True)
    for requirement, (name, digest) in WHEELS.items():
        with zipfile.ZipFile(fetch_wheel(requirement, name, digest)) as wheel:
            for member in wheel.namelist():
                inside = next((member.removeprefix(f) for f in FOLDERS if member.startswith(f)), "")
                if not inside or inside.endswith("/"):
                    continue
                top = inside.partition("/")[0]
                if top == inside and inside != "__init__.py":
                    _write(wheel, member, dags / inside)
                elif top in SUPPORTING:
                    _write(wheel, member, path / "airflow" / "example_dags" / inside)
    (path / "airflow" / "example_dags" / "__init__.py").touch()
    shutil.copytree(path / "airflow" / "example_dags" / "sql", dags / "sql", dirs_exist_ok=True)
    return Examples(dags, path)


def _write(wheel: zipfile.ZipFile, member: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(wheel.read(member))


def fetch_wheel(requirement: str, name: str, digest: str) -> Path:
    """The wheel, from the cache or the index.

    Raises:
        ExamplesUnavailableError: no package index answers, or what it gave has another hash.
    """
    file = CACHE / name
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        part = CACHE / f"fetching-{os.getpid()}"
        try:
            _download(requirement, part)
            (part / name).replace(file)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != digest:
        file.unlink()
        raise ExamplesUnavailableError(f"{name} has the hash {found}, not {digest}")
    return file


def _download(requirement: str, into: Path) -> None:
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode:  # the checkout's environment may have none
        base = getattr(sys, "_base_executable", None) or sys.base_prefix + "/bin/python3"
        pip = [str(base), "-m", "pip"]
    command = [
        *pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
        "--python-version=3.11", "--retries=1", "--timeout=10", "--dest", str(into), requirement,
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ExamplesUnavailableError(f"{requirement} was not fetched within {FETCH_TIMEOUT_S} s") from error
    if done.returncode:
        raise ExamplesUnavailableError(f"{requirement} can't be fetched: {done.stderr.strip()[-500:]}")
