"""`tradewind providers add` for real: a new environment, packages from the registry, and a DAG that uses them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.registry import no_answer
from tradewind.base.errors import TradewindError
from tradewind.cli.installer import find_installer

pytestmark = pytest.mark.registry

ROOT = Path(__file__).parents[3]
DAG = """
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import dag, task

@dag(schedule=None)
def bookshop():
    sell = SQLExecuteQueryOperator(
        task_id="sell", conn_id="shop", sql=["create table sold (title text)", "insert into sold values ('Emma')"])

    @task.sql(conn_id="shop")
    def count():
        return "select count(*) from sold"

    sell >> count()

bookshop()
"""


@dataclass(frozen=True, slots=True)
class Environment:
    """A new environment with Tradewind, as a user has it, and without the `airflow` namespace."""

    folder: Path
    uv: str

    def tradewind(self, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = self._run(str(self.folder / "venv/bin/tradewind"), *words)
        assert done.returncode == expect, done.stderr
        return done

    def pip(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run(self.uv, "pip", *words, "--python", str(self.folder / "venv/bin/python"))

    def distributions(self) -> dict[str, str]:
        return {one["name"]: one["version"] for one in json.loads(self.pip("list", "--format", "json").stdout)}

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        environment = {
            **clean,
            "PATH": os.pathsep.join([str(Path(self.uv).parent), os.environ["PATH"]]),
            "TRADEWIND_HOME": str(self.folder / "home"),
            "AIRFLOW_CONN_SHOP": json.dumps({"conn_type": "sqlite", "host": str(self.folder / "shop.db")}),
        }
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=self.folder)


@pytest.fixture(scope="module")
def uv() -> str:
    """The program, where a registry answers to it."""
    try:
        found = find_installer().uv
    except TradewindError:
        found = None
    found = found or shutil.which(str(ROOT / ".uv/bin/uv"))
    if found is None:
        pytest.skip("there is no uv to make an environment with")
    reason = no_answer(found)
    if reason is not None:
        pytest.skip(reason)
    return found


def _made(folder: Path, uv: str) -> Environment:
    made = Environment(folder, uv)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")], check=True)
    installed = made.pip("install", "--quiet", "--editable", str(ROOT))
    assert installed.returncode == 0, installed.stderr
    return made


@pytest.fixture
def environment(tmp_path: Path, uv: str) -> Environment:
    """One to install into."""
    return _made(tmp_path, uv)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory, uv: str) -> Environment:
    """One for what is refused, and changes nothing."""
    return _made(tmp_path_factory.mktemp("untouched"), uv)


@pytest.mark.slow
def test_packages_are_added_without_airflow_and_a_dag_runs_with_them(environment: Environment) -> None:
    before = environment.distributions()
    assert "tradewind-airflow" not in before

    dry = environment.tradewind("providers", "add", "--dry-run", "sqlite")
    assert "apache-airflow-providers-sqlite" in dry.stderr
    assert environment.distributions() == before

    added = environment.tradewind("providers", "add", "sqlite", "-o", "json")
    came = {one["package_name"]: one for one in json.loads(added.stdout)}
    assert came["apache-airflow-providers-sqlite"]["connection_types"] == ["sqlite"]
    assert "@task.sql" in came["apache-airflow-providers-common-sql"]["decorators"]
    assert came["apache-airflow-providers-sqlite"]["not_importable"] is None
    after = environment.distributions()
    assert "tradewind-airflow" in after
    assert not {"apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk"} & after.keys()
    assert {name: after[name] for name in before} == before  # nothing that was there is older or newer

    (environment.folder / "bookshop.py").write_text(DAG)
    environment.tradewind("dags", "test", "bookshop", "--dagfile-path", str(environment.folder / "bookshop.py"))
    types = json.loads(environment.tradewind("providers", "connection-types", "-o", "json").stdout)
    assert "sqlite" in {one["connection_type"] for one in types}

    needed = environment.tradewind("providers", "remove", "common-sql", expect=4)
    assert "apache-airflow-providers-sqlite" in needed.stderr
    environment.tradewind("providers", "remove", "sqlite")
    assert set(after) - set(environment.distributions()) == {"apache-airflow-providers-sqlite"}


def test_what_tradewind_needs_is_not_made_older_for_a_package(untouched: Environment) -> None:
    before = untouched.distributions()
    refused = untouched.tradewind("providers", "add", "sqlite", "click==7.0", expect=1)
    assert "click>=8.1" in refused.stderr
    assert untouched.distributions() == before


@pytest.mark.slow
@pytest.mark.timeout(300)  # pip asks the registry once for each package
def test_pip_does_it_where_there_is_no_uv(environment: Environment) -> None:
    environment.pip("install", "--quiet", "pip", "--editable", str(ROOT / "airflow-shim"))
    added = environment.tradewind("providers", "add", "--pip", "ftp", "-o", "json")
    came = {one["package_name"] for one in json.loads(added.stdout)}
    assert came == {"apache-airflow-providers-ftp", "apache-airflow-providers-common-compat"}
    assert not {"apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk"} & environment.distributions().keys()


def test_a_package_that_does_not_exist_is_an_error_of_the_installer(untouched: Environment) -> None:
    refused = untouched.tradewind("providers", "add", "apache-airflow-providers-sqlite==99", expect=1)
    assert "apache-airflow-providers-sqlite==99" in refused.stderr
    assert "Error: uv pip install ended with 1" in refused.stderr
