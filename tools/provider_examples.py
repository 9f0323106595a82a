"""Parses every example DAG file that provider packages bring in their wheels, Airflow's own, and those of some sdists.

    python tools/provider_examples.py [PACKAGE ...] [--keep] [--wheels] [--dags]

The environment is that of `make provider-imports`: the packages as published, without Airflow, with what they themselves
need. Each folder of examples is copied as it is; each file is parsed as a worker parses it, its DAGs are serialized.
`tests_common`, which examples of sdists import, is the stand-in in tools/airflow_devel. Printed is a table, then
each file that isn't parsed and why; the same lies beside the environment as JSON. The exit status is 1 if a file isn't
parsed for a reason that lies with us.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import provider_imports
import provider_unit_tests

ROOT = provider_imports.ROOT
CACHE = provider_imports.CACHE
STAND_IN = provider_unit_tests.STAND_IN
SDISTS = [ROOT / "tools" / name for name in ("provider_examples.toml", "provider_unit_tests.toml")]
"""Which sdists are read, with version and hash."""
BESIDES = (
    "apache-airflow-providers-arangodb",  # of the packages that `make provider-imports` leaves out, the one with examples
    "apache-airflow-providers-common-ai[sql]",
    "apache-airflow-providers-common-sql[datafusion]",
    "asyncpg",
    "duckdb",
    "pydantic-ai-harness",
    "pytest",
)
"""What examples need beyond the packages they belong to."""
CORE = "apache-airflow-core"
FOLDER = "example_dags"
SUPPORTING = {"libs", "plugins", "sql", "skills"}
"""Folders among the examples of a wheel, with what they import or read."""
MARK = "provider-examples: "
"""Before what a process says of its files; examples may print too."""
PARSED, SETTING = "parsed", "wants a setting"
LEFT_OUT, OURS, OTHER = provider_imports.LEFT_OUT, provider_imports.OURS, provider_imports.OTHER
TIMEOUT_S = 2400
"""For the files of a package: the large SDKs of clouds take seconds to import."""


@dataclass(frozen=True)
class Source:
    """Examples that belong together.

    Args:
        package: short name of the provider package, or Airflow's core.
        kind: wheel or sdist.
        folder: where the files are, with what they read beside them.
        path: folders for `sys.path`.
    """

    package: str
    kind: str
    folder: Path
    path: tuple[Path, ...] = ()

    @property
    def files(self) -> list[Path]:
        """The example files, relative to the folder."""
        if self.kind == "sdist":
            return [file.relative_to(self.folder) for file in sorted(self.folder.rglob("example_*.py"))]
        found = [file.relative_to(self.folder) for file in sorted(self.folder.rglob("*.py"))]
        return [file for file in found if file.name != "__init__.py" and file.parts[0] not in SUPPORTING]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the environment, parse, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", help="names without the prefix; none: all")
    parser.add_argument("--child", nargs="+", metavar=("FOLDER", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="take the environment as it is")
    parser.add_argument("--wheels", action="store_true", help="only the examples inside wheels")
    parser.add_argument("--dags", action="store_true", help="print the DAGs of each file")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    if options.child:
        return parse(Path(options.child[0]), options.child[1:])
    missing = {} if options.keep else make_environment()
    with tempfile.TemporaryDirectory() as scratch:
        sources = [one for one in _sources(Path(scratch), not options.wheels) if one.files]
        if options.packages:
            sources = [one for one in sources if one.package in options.packages]
        with ThreadPoolExecutor(options.jobs) as pool:
            found = zip(sources, pool.map(parsed, sources), strict=True)
            rows = [(source, file, results[file]) for source, results in found for file in source.files]
    return report(rows, missing, options.dags)


def make_environment() -> dict[str, str]:
    """The packages, and what examples need besides; those that can't be had whole, with the reason."""
    missing = provider_imports.make_environment(provider_imports.PACKAGES)
    python = str(CACHE / provider_imports.PYTHON_OF_ENVIRONMENT)
    config = str(CACHE / "uv.toml")
    provider_imports.uv("--config-file", config, "pip", "install", "--quiet", "--python", python, *BESIDES)
    return missing


# -- where examples are -----------------------------------------------------------------------------------------------


def _sources(scratch: Path, with_sdists: bool) -> Iterator[Source]:
    """Airflow's own examples, then those of the installed packages, then those of sdists."""
    yield _core(scratch / "core")
    site = next((CACHE / "venv" / "lib").glob("python3.*/site-packages"))
    providers = site / "airflow" / "providers"
    for folder in sorted(providers.glob(f"**/{FOLDER}")):
        package = "-".join(folder.relative_to(providers).parts[:-1])
        target = scratch / "wheels" / package / "dags"
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("__init__.py", "__pycache__"))
        yield Source(package, "wheel", target)
    if not with_sdists:
        return
    pins = {name: pin for file in SDISTS for name, pin in tomllib.loads(file.read_text("utf-8"))["packages"].items()}
    packages = [provider_unit_tests.Package(name, *pin) for name, pin in sorted(pins.items())]
    merged = scratch / "sdists"  # examples import what those of other packages have beside them
    for package in packages:
        provider_unit_tests.fetch(package)
        if (package.folder / "tests" / "system").exists():
            shutil.copytree(package.folder / "tests" / "system", merged / "system", dirs_exist_ok=True)
    for package in packages:
        yield Source(package.name, "sdist", package.folder / "tests" / "system", (merged, STAND_IN))


def _core(folder: Path) -> Source:
    """The examples of Airflow's own wheel, which is unpacked no further."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.airflow_examples import WHEELS, fetch_wheel  # noqa: PLC0415 - a module of the tests

    requirement = next(one for one in WHEELS if one.startswith(CORE))
    path = folder / "path" / "airflow" / FOLDER
    with zipfile.ZipFile(fetch_wheel(requirement, *WHEELS[requirement])) as wheel:
        wheel.extractall(folder, [one for one in wheel.namelist() if one.startswith(f"airflow/{FOLDER}/")])
    dags = folder / "airflow" / FOLDER
    shutil.copytree(dags, path)
    (dags / "__init__.py").unlink()
    return Source(CORE, "wheel", dags, (folder / "path",))


# -- parsing ----------------------------------------------------------------------------------------------------------


def parsed(source: Source) -> dict[Path, dict[str, Any]]:
    """What became of each file: its DAGs with the number of their tasks, or its failure.

    One process takes file after file; where it dies, that is the failure of the file it was at, and another goes on.
    """
    results: dict[Path, dict[str, Any]] = {}
    while waiting := [file for file in source.files if file not in results]:
        told, end = _children(source, waiting)
        results.update(zip(waiting, told, strict=False))
        if len(told) < len(waiting):
            results[waiting[len(told)]] = {"failure": {"kind": OTHER, "why": end}}
    return results


def _children(source: Source, files: Sequence[Path]) -> tuple[list[dict[str, Any]], str]:
    """What a process told of the files, as far as it came, and how it ended."""
    with tempfile.TemporaryDirectory() as home:
        foreign = provider_unit_tests.FOREIGN
        variables = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        variables |= {
            "TRADEWIND_HOME": home,
            "AIRFLOW_HOME": home,
            "HOME": home,
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": os.pathsep.join(map(str, source.path)),
        }
        command = [str(CACHE / provider_imports.PYTHON_OF_ENVIRONMENT), __file__, "--child", str(source.folder), *files]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=home, timeout=TIMEOUT_S)
            out, end = done.stdout, f"the process died: {done.stderr[-300:]}"
        except subprocess.TimeoutExpired as late:
            out = late.stdout.decode() if isinstance(late.stdout, bytes) else ""
            end = f"not done when {TIMEOUT_S} s had passed"
    return [json.loads(line.removeprefix(MARK)) for line in out.splitlines() if line.startswith(MARK)], end


def parse(folder: Path, files: Sequence[str]) -> int:
    """In a process of its own: parse files as a worker does, and tell of each."""
    sys.path.remove(str(ROOT / "tools"))
    from tradewind.sdk.serialize import serialize_dag  # noqa: PLC0415 - only the environment's processes have it
    from tradewind.worker.entry import load_dags  # noqa: PLC0415 - same

    for file in files:
        try:
            dags = load_dags(str(folder), file)
            told = {"dags": {dag_id: len(serialize_dag(dag, file).tasks) for dag_id, dag in dags.items()}}
        except BaseException as error:  # noqa: BLE001 - whatever a file raises is what we want to know
            told = {"failure": _failure(error)}
        print(f"\n{MARK}{json.dumps(told)}", flush=True)
    os._exit(0)  # threads that a file started are not waited for


def _failure(error: BaseException) -> dict[str, str]:
    """Why a file is not parsed: whose fault, in words, and where."""
    root: BaseException = error
    while (below := root.__cause__ or root.__context__) is not None:
        root = below
    where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(root.__traceback__)[-4:]]
    frames = traceback.extract_tb(error.__traceback__)
    told = {"where": " ".join(where)}
    if isinstance(error, KeyError) and frames and frames[-1].filename == "<frozen os>":
        return {"kind": SETTING, "why": f"the environment variable {error} is not set"} | told
    return provider_imports.failure(error) | told


# -- telling ----------------------------------------------------------------------------------------------------------


def report(rows: Sequence[tuple[Source, Path, dict[str, Any]]], missing: dict[str, str], with_dags: bool) -> int:
    """Print the table and the failures, and write them down."""
    tables: dict[tuple[str, str], Counter[str]] = {}
    for source, _, result in rows:
        counts = tables.setdefault((source.kind, source.package), Counter())
        counts["files"] += 1
        counts["DAGs"] += len(result.get("dags", ()))
        counts[result["failure"]["kind"] if "failure" in result else PARSED] += 1
    kinds = ["files", PARSED, "DAGs", LEFT_OUT, SETTING, OURS, OTHER]
    print(f"{'':<28}" + "".join(f"{kind:>17}" for kind in kinds))
    total: Counter[str] = Counter()
    for (kind, package), counts in tables.items():
        total += counts
        print(f"{package + ' (' + kind + ')':<28}" + "".join(f"{counts[kind]:>17}" for kind in kinds))
    print(f"{'all':<28}" + "".join(f"{total[kind]:>17}" for kind in kinds) + "\n")
    for source, file, result in rows:
        if "failure" in result:
            one = result["failure"]
            print(
                f"{one['kind']}: {source.package} {file}: {' '.join(one['why'].split())[:240]} [{one.get('where', '')}]"
            )
        elif with_dags or not result["dags"]:
            print(f"{source.package} {file}: {result['dags'] or 'has no DAG'}")
    for package, reason in missing.items():
        print(f"installed without what it needs: {provider_imports.PREFIX}{package}: {reason}")
    facts = [{"package": s.package, "kind": s.kind, "file": str(f), **result} for s, f, result in rows]
    (CACHE / "examples.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return 1 if total[OURS] + total[OTHER] else 0


if __name__ == "__main__":
    sys.exit(main())
