"""Imports every hook, operator, sensor, trigger, transfer, notification, secrets and log module of provider packages.

`make provider-imports` makes an environment under .cache/ with the packages as published, without Airflow, and with their
own dependencies where these can be had here. Each package is imported in a process of its own. Printed is a table, then
what can't be imported and why; the same lies beside the environment as JSON. The exit status says whether 99 % of the
modules whose own dependencies are installed can be imported.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "provider-imports"
UV = ROOT / ".uv" / "bin" / "uv"
PREFIX = "apache-airflow-providers-"
PACKAGES = [
    "airbyte",
    "amazon",
    "apache-cassandra",
    "apache-hive",
    "apache-iceberg",
    "apache-impala",
    "apache-kafka",
    "apache-livy",
    "apache-spark",
    "atlassian-jira",
    "celery",
    "cncf-kubernetes",
    "cohere",
    "common-ai",
    "common-compat",
    "common-io",
    "common-messaging",
    "common-sql",
    "databricks",
    "datadog",
    "dbt-cloud",
    "dingding",
    "discord",
    "docker",
    "edge3",
    "elasticsearch",
    "fab",
    "ftp",
    "git",
    "github",
    "google",
    "grpc",
    "hashicorp",
    "http",
    "imap",
    "influxdb",
    "jdbc",
    "keycloak",
    "microsoft-azure",
    "microsoft-mssql",
    "mongo",
    "mysql",
    "neo4j",
    "odbc",
    "openai",
    "openlineage",
    "opensearch",
    "opsgenie",
    "oracle",
    "pagerduty",
    "papermill",
    "pgvector",
    "pinecone",
    "postgres",
    "qdrant",
    "redis",
    "salesforce",
    "samba",
    "sendgrid",
    "sftp",
    "singularity",
    "slack",
    "smtp",
    "snowflake",
    "sqlite",
    "ssh",
    "standard",
    "tableau",
    "telegram",
    "trino",
    "weaviate",
]
KINDS = ("hooks", "operators", "sensors", "triggers", "transfers", "notifications", "secrets", "log")
GOAL = 99.0
WITHOUT = {
    "apache-airflow": "its namespace is ours here",
    "apache-airflow-core": "its namespace is ours here",
    "apache-airflow-task-sdk": "its namespace is ours here",
    "tradewind": "installed from the checkout",
    "tradewind-airflow": "installed from the checkout",
    "mysqlclient": "is built with a C library; the MySQL provider has another driver",
}
"""Packages that are left out of the environment, and why."""
PYTHON_OF_ENVIRONMENT = Path("venv", "bin", "python")
MARK = "provider-imports: "
"""Before what a process says of its modules; others may print too."""
LEFT_OUT, OURS, OTHER = "needs a package", "name of airflow", "other"


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the environment, import, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="*", help="names without the prefix; none: the list in this file")
    parser.add_argument("--child", metavar="PACKAGE", help=argparse.SUPPRESS)
    parser.add_argument("--after", default="", help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="take the environment as it is")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(arguments)
    if options.child:
        return import_all(options.child, options.after)
    packages = options.packages or PACKAGES
    missing = {} if options.keep else make_environment(packages)
    with ThreadPoolExecutor(options.jobs) as pool:
        results = dict(zip(packages, pool.map(imported, packages), strict=True))
    return report(results, missing)


# -- the environment --------------------------------------------------------------------------------------------------


def make_environment(packages: Sequence[str]) -> dict[str, str]:
    """Install the packages; those whose own dependencies can't be had here, with the reason."""
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / "uv.toml").write_text(f"exclude-dependencies = {json.dumps(list(WITHOUT))}\n", encoding="utf-8")
    python = CACHE / PYTHON_OF_ENVIRONMENT
    if not python.exists():
        uv("venv", "--quiet", "--python", sys.executable, str(CACHE / "venv"))
    missing: dict[str, str] = {}
    if install(packages):
        for package in packages:  # one that can't be had with all it needs must not take the others with it
            if reason := install([package]):
                missing[package] = reason
                install([package], "--no-deps")
    uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        str(python),
        "--no-deps",
        "-e",
        str(ROOT),
        "-e",
        str(ROOT / "airflow-shim"),
    )
    return missing


def install(packages: Sequence[str], *options: str) -> str:
    """Install packages of providers, and what Tradewind needs; why they can't be, or nothing."""
    done = uv(
        *("--config-file", str(CACHE / "uv.toml"), "pip", "install", "--quiet", *options),
        *("--python", str(CACHE / PYTHON_OF_ENVIRONMENT), "--extra", "storage"),
        *("-r", str(ROOT / "pyproject.toml"), "-r", str(ROOT / "airflow-shim" / "pyproject.toml")),
        *(PREFIX + package for package in packages),
        check=False,
    )
    return "" if done.returncode == 0 else " ".join(done.stderr.split())[-300:]


def uv(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the installer."""
    return subprocess.run([str(UV), *arguments], check=check, capture_output=True, text=True)


# -- importing --------------------------------------------------------------------------------------------------------


def imported(package: str) -> dict[str, Any]:
    """What became of each module of a package: None, or its failure. A process that dies fails the module it was at."""
    found: dict[str, Any] = {}
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TRADEWIND_HOME": str(home), "AIRFLOW_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryDirectory() as folder:
        last = ""
        while True:
            command = [str(CACHE / PYTHON_OF_ENVIRONMENT), __file__, "--child", package, "--after", last]
            done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder)
            lines = [json.loads(line.removeprefix(MARK)) for line in done.stdout.splitlines() if line.startswith(MARK)]
            found.update({line["module"]: line.get("failure") for line in lines if "module" in line})
            if done.returncode == 0 or not lines:
                break
            last = lines[-1]["at"]
            found[last] = {"kind": OTHER, "why": f"the process died: {done.stderr[-200:]}"}
    return found


def import_all(package: str, after: str) -> int:
    """Import the modules of a package that come after one; told line by line."""
    try:
        modules = list(modules_of(package))
    except PackageNotFoundError:
        return 0
    for module in modules[modules.index(after) + 1 if after else 0 :]:
        say({"at": module})
        try:
            import_module(module)
        except BaseException as error:  # noqa: BLE001 - whatever a module raises is what we want to know
            say({"at": module, "module": module, "failure": failure(error)})
        else:
            say({"at": module, "module": module})
    os._exit(0)  # threads that a module started are not waited for


def modules_of(package: str) -> Iterator[str]:
    """Names of the modules that are of our kinds."""
    for file in sorted(map(str, distribution(PREFIX + package).files or ())):
        path = Path(file)
        if path.suffix != ".py" or path.parts[:2] != ("airflow", "providers") or "example_dags" in path.parts:
            continue
        if set(KINDS) & {*path.parts[:-1], path.stem}:
            parts = path.parts[:-1] if path.name == "__init__.py" else (*path.parts[:-1], path.stem)
            yield ".".join(parts)


def say(line: dict[str, Any]) -> None:
    print(f"{MARK}{json.dumps(line)}", flush=True)


def failure(error: BaseException) -> dict[str, str]:
    """Why a module can't be imported: whose fault, and in words."""
    root = error
    while (below := root.__cause__ or root.__context__) is not None:
        root = below
    for one in (root, error):
        name = getattr(one, "name", None) or ""
        if not isinstance(one, ImportError):
            continue
        if name == "airflow" or (name.startswith("airflow.") and not name.startswith("airflow.providers.")):
            return {"kind": OURS, "why": str(one)}
        if name:
            return {"kind": LEFT_OUT if not name.startswith("airflow.") or is_missing(name) else OURS, "why": str(one)}
    if isinstance(error, ImportError) or type(error).__name__ == "AirflowOptionalProviderFeatureException":
        return {"kind": LEFT_OUT, "why": str(error).strip()}
    return {"kind": OTHER, "why": f"{type(error).__name__}: {error}"}


def is_missing(module: str) -> bool:
    """Whether a module belongs to a provider package that is not installed."""
    parts = module.split(".")[2:]
    for end in range(1, len(parts) + 1):
        try:
            distribution(PREFIX + "-".join(parts[:end]))
        except PackageNotFoundError:
            continue
        return False
    return True


# -- telling ----------------------------------------------------------------------------------------------------------


def report(results: dict[str, dict[str, Any]], missing: dict[str, str]) -> int:
    """Print the table and the failures, and write them down."""
    print(f"{'package':<20}{'modules':>8}{'imported':>9}{'needs more':>11}{'ours':>6}{'other':>6}")
    total: Counter[str] = Counter()
    for package, found in results.items():
        kinds = Counter(one["kind"] if one else "imported" for one in found.values())
        total += kinds + Counter(modules=len(found))
        figures = (len(found), kinds["imported"], kinds[LEFT_OUT], kinds[OURS], kinds[OTHER])
        print("{:<20}{:>8}{:>9}{:>11}{:>6}{:>6}".format(package, *figures))
    print()
    for found in results.values():
        for module, one in found.items():
            if one:
                print(f"{one['kind']}: {module}: {' '.join(one['why'].split())[:220]}")
    for package, reason in missing.items():
        print(f"installed without what it needs: {PREFIX}{package}: {reason}")
    counted = total["modules"] - total[LEFT_OUT]
    share = 100 * total["imported"] / counted if counted else 0.0
    print(
        f"\n{len([one for one in results.values() if one])} packages, {total['modules']} modules; {total[LEFT_OUT]} need "
        f"packages that are not installed; of the other {counted}, {total['imported']} can be imported: {share:.2f} %"
    )
    facts = {"share": share, "total": total, "packages": results, "without_dependencies": missing, "left_out": WITHOUT}
    (CACHE / "report.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
