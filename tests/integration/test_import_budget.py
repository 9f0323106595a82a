"""Importing the authoring API loads little: no database, web, data or template library."""

import subprocess
import sys

import pytest

HEAVY = [
    "sqlalchemy", "alembic", "fastapi", "starlette", "uvicorn", "pandas", "numpy", "pyarrow", "polars", "sklearn",
    "jinja2", "pendulum", "jsonschema", "dateutil", "msgspec", "pydantic", "cryptography", "yaml", "click", "rich",
    "asyncio", "urllib3", "psutil", "multiprocessing", "concurrent", "tradewind.db", "tradewind.api",
]  # fmt: skip

AUTHORING = """
from tradewind import DAG, Asset, BaseOperator, Label, Param, TaskGroup, TriggerRule, XComArg, chain, dag, task_group
from tradewind import cross_downstream, literal, setup, task, teardown
with DAG("d", schedule=None, params={"n": 1}) as made:
    with TaskGroup("g"):
        BaseOperator(task_id="a") >> BaseOperator(task_id="b")
        task(lambda: 1, task_id="c")()
"""


def modules_after(code: str) -> set[str]:
    probe = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def heavy(modules: set[str]) -> set[str]:
    return {name for name in HEAVY if any(one == name or one.startswith(f"{name}.") for one in modules)}


def test_importing_the_package_loads_next_to_nothing() -> None:
    modules = modules_after("import tradewind")
    assert heavy(modules) == set()
    assert len(modules) < 40


def test_declaring_a_dag_loads_no_library() -> None:
    modules = modules_after(AUTHORING)
    assert heavy(modules) == set()
    assert "tradewind.sdk.dag" in modules


@pytest.mark.parametrize("statement", ["import tradewind", AUTHORING])
def test_the_time_it_takes_is_reported(statement: str, record_property) -> None:
    code = f"import time\nbefore = time.perf_counter()\n{statement}\nprint(time.perf_counter() - before)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    best_ms = min(float(run.stdout) for run in runs) * 1000
    record_property("import_ms", best_ms)
    print(f"{statement.strip().splitlines()[0][:40]}: {best_ms:.0f} ms")
    assert best_ms > 0
