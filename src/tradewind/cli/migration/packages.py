"""Provider packages: which one a module is in, by its name alone, and what the installed ones hold, without importing them."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import sys
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from tradewind.sdk.provider_hints import package_of_module

__all__ = [
    "ADD",
    "PREFIX",
    "added_name",
    "elsewhere",
    "installed_providers",
    "is_importable",
    "legacy_provider",
    "lookup",
    "package_of",
]

PREFIX = "apache-airflow-providers-"
ADD = "tradewind providers add"
LEGACY = {
    "amazon": "s3 S3 aws emr athena redshift glue sqs sns ecs batch sagemaker lambda cloudwatch dynamodb",
    "google": "gcs gcp bigquery dataproc dataflow mlengine pubsub google",
    "postgres": "postgres",
    "mysql": "mysql",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "microsoft-mssql": "mssql",
    "http": "http",
    "slack": "slack",
    "docker": "docker",
    "ssh": "ssh",
    "sftp": "sftp",
    "ftp": "ftp",
    "imap": "imap",
    "smtp": "email",
    "samba": "samba",
    "jdbc": "jdbc",
    "apache-hive": "hive metastore",
    "apache-hdfs": "hdfs webhdfs web",
    "apache-druid": "druid",
    "apache-pig": "pig",
    "apache-spark": "spark",
    "apache-sqoop": "sqoop",
    "apache-livy": "livy",
    "apache-cassandra": "cassandra",
    "presto": "presto",
    "trino": "trino",
    "snowflake": "snowflake",
    "databricks": "databricks",
    "cncf-kubernetes": "kubernetes",
    "microsoft-azure": "azure wasb adls",
    "common-sql": "sql dbapi check value interval",
    "papermill": "papermill",
    "redis": "redis",
    "mongo": "mongo",
    "salesforce": "salesforce",
    "vertica": "vertica",
    "datadog": "datadog",
    "jenkins": "jenkins",
    "tableau": "tableau",
    "zendesk": "zendesk",
}
"""Package -> first words of modules that Airflow 1 had in `airflow.operators`, `hooks`, `sensors` and `contrib`."""


def package_of(module: str) -> str:
    """The distribution that `airflow.providers.a.b` is in; empty: it is no provider's module."""
    package = package_of_module(module)
    return PREFIX + package if package else ""


def added_name(package: str) -> str:
    """What `tradewind providers add` calls it."""
    return package.removeprefix(PREFIX)


def legacy_provider(module: str) -> str:
    """The package that a module of Airflow 1 went into; empty: none is known."""
    parts = module.split(".")
    if parts[:2] == ["airflow", "contrib"]:
        parts = ["airflow", *parts[2:]]
    if len(parts) < 3 or parts[1] not in {"operators", "hooks", "sensors", "transfers", "secrets"}:
        return ""
    words = parts[2].split("_")
    for package, names in LEGACY.items():
        if words[0] in names.split():
            return PREFIX + package
    return ""


@cache
def installed_providers() -> dict[str, str]:
    """Provider packages of this environment with their versions."""
    found: dict[str, str] = {}
    for one in importlib.metadata.distributions():
        name = re.sub(r"[-_.]+", "-", one.metadata["Name"] or "").lower()
        if name.startswith(PREFIX):
            found[name] = one.version
    return found


@cache
def elsewhere(package: str, name: str) -> str:
    """The one module of an installed package that defines a class of a name; empty: none, or several."""
    found = [file for file in _files(package) if file.endswith(".py") and file.startswith("airflow/providers/")]
    sign = re.compile(rf"^class {re.escape(name)}\b", re.MULTILINE)
    owner = importlib.metadata.distribution(package)
    holds: list[str] = []
    for file in found:
        try:
            text = Path(str(owner.locate_file(file))).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if name in text and sign.search(text):
            holds.append(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    return holds[0] if len(holds) == 1 else ""


@cache
def lookup(module: str, name: str) -> str:
    """What an installed provider package lacks of a name, in words; empty: it has it, or that can't be told without importing it."""
    package = package_of(module)
    whose = f"{package} {installed_providers()[package]}"
    file = _file_of(package, module)
    if file is None:
        parent, _, last = module.rpartition(".")
        above = _file_of(package, parent)
        if _holds_folder(package, module) or (above is not None and _has(above, last)):
            return ""  # an object of a module: what that has is not to be seen from outside
        return f"{whose} has no module {module}"
    inner = f"{module}.{name}"
    if not name or _has(file, name) or _file_of(package, inner) or _holds_folder(package, inner):
        return ""
    return f"{module} of {whose} has no {name}"


def is_importable(top: str, folders: tuple[Path, ...]) -> bool:
    """Whether a top-level module is in this environment or in one of the folders."""
    if top in sys.stdlib_module_names or top in sys.builtin_module_names:
        return True
    if PathFinder.find_spec(top, [str(folder) for folder in folders]) is not None:  # a folder may be a zip
        return True
    try:
        return importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        return False


@cache
def _files(package: str) -> frozenset[str]:
    return frozenset(str(file) for file in importlib.metadata.files(package) or ())


def _file_of(package: str, module: str) -> Path | None:
    base = module.replace(".", "/")
    for path in (f"{base}.py", f"{base}/__init__.py"):
        if path in _files(package):
            return Path(str(importlib.metadata.distribution(package).locate_file(path)))
    return None


def _holds_folder(package: str, module: str) -> bool:
    """A namespace package, or a package whose list of files does not tell (an editable one)."""
    base = module.replace(".", "/") + "/"
    files = _files(package)
    return any(file.startswith(base) for file in files) or not any(file.startswith("airflow/") for file in files)


def _has(file: Path, name: str) -> bool:
    names = _names_in(file)
    return names is None or name in names


@cache
def _names_in(file: Path) -> frozenset[str] | None:
    """Names at the top of a module; None: it makes some as they are asked for."""
    found: set[str] = set()
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {(one.asname or one.name).partition(".")[0] for one in names}
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case _:
                pass
    return None if found & {"__getattr__", "*"} else frozenset(found)
