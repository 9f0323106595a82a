"""Doors into Airflow's database and the insides of its server: a test that opens one is skipped, and counted as one that
needs Airflow's ORM, or its internals."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType
from typing import Any, NoReturn

import pytest

NEEDS_ORM = "needs Airflow's ORM: "
NEEDS_INTERNALS = "needs Airflow's internals: "
NOT_ALLOWED = ("Direct database access via the ORM is not allowed", "have no way to the database")
"""What our namespace says to code that opens a session."""

ORM_MODULES = {
    "airflow.api_fastapi.execution_api",
    "airflow._shared.timezones",
    "airflow.jobs",
    "airflow.models.base",
    "airflow.models.dag_version",
    "airflow.models.dagbundle",
    "airflow.models.dagwarning",
    "airflow.models.errors",
    "airflow.models.expandinput",
    "airflow.models.hitl",
    "airflow.models.log",
    "airflow.models.renderedtifields",
    "airflow.models.serialized_dag",
    "airflow.models.taskmap",
    "airflow.models.taskreschedule",
    "airflow.models.trigger",
    "airflow.models.xcom",
    "airflow.utils.task_instance_session",
}
"""Modules of Airflow's server that test modules import at their top, also for tests that never use them."""
MORE_NAMES = {
    "airflow.models": ["Trigger", "DagBag", "DagRun", "Log"],
    "airflow.models.dag": ["DagModel"],
    "airflow.sdk.api.datamodels._generated": ["TIRunContext"],
    "airflow.sdk.execution_time.task_runner": ["_evaluate_retry_policy"],
    "airflow.models.taskinstance": ["clear_task_instances", "_get_template_context"],
    "airflow.serialization.serialized_objects": ["DagSerialization", "OperatorSerialization"],
}
"""Names that are missing in modules which are there."""
SERIALIZED = (
    ("airflow.models.serialized_dag", "SerializedDagModel"),
    ("airflow.serialization.serialized_objects", "LazyDeserializedDAG"),
)
INTERNAL_MODULES = {
    "airflow.sdk.api",
    "airflow.sdk.execution_time.comms",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.serialization.serialized_objects",
}
"""Modules of what Airflow's workers and server say to each other."""


def needs_internals(what: str) -> NoReturn:
    """Skip the test: it is about how Airflow's own processes talk to each other."""
    pytest.skip(f"{NEEDS_INTERNALS}{what}", allow_module_level=True)


def needs_orm(what: str) -> NoReturn:
    """Skip the test: it goes on to what only Airflow's database knows."""
    pytest.skip(f"{NEEDS_ORM}{what}", allow_module_level=True)


class OrmClass(type):
    """A class of Airflow's server: it can be imported and named in annotations; using it is a door."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls.__module__.startswith("airflow.models"):
            from tests_common.rows import Row

            return Row(**kwargs)
        return _needs(cls.__module__, cls.__name__)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        _needs(cls.__module__, f"{cls.__name__}.{name}")


def _needs(module: str, what: str) -> NoReturn:
    if any(module.startswith(one) for one in INTERNAL_MODULES):
        needs_internals(what)
    needs_orm(what)


class OrmFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of Airflow's server that our namespace does not have."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        known = ORM_MODULES | INTERNAL_MODULES
        if any(fullname == one or one.startswith(f"{fullname}.") or fullname.startswith(f"{one}.") for one in known):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: ModuleType) -> None:
        def attribute(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return OrmClass(name, (), {"__module__": module.__name__})

        vars(module)["__getattr__"] = attribute


class Session:
    """A session that keeps nothing: it can be passed on, but not asked."""

    def add(self, *rows: object) -> None:
        """Keep nothing."""

    add_all = merge = commit = flush = close = rollback = expunge_all = expire_all = refresh = add

    def __getattr__(self, name: str) -> Any:
        needs_orm(f"session.{name}")


class SerializedDag:
    """A DAG as Airflow's scheduler keeps it: here it is the DAG."""

    def __new__(cls, dag: Any, *args: Any, **kwargs: Any) -> Any:
        return dag

    from_dag = staticmethod(lambda dag: dag)


def install() -> None:
    """Let test modules be imported that name modules of Airflow's server, and names in them."""
    import airflow  # noqa: F401 - its finders come first, but for the one that says what is not there

    last = next(place for place, finder in enumerate(sys.meta_path) if type(finder).__name__ == "AbsentFinder")
    sys.meta_path.insert(last, OrmFinder())
    for module, names in MORE_NAMES.items():
        target = importlib.import_module(module)
        for name in names:
            if not hasattr(target, name):
                setattr(target, name, OrmClass(name, (), {"__module__": module}))
    for module, name in SERIALIZED:
        setattr(importlib.import_module(module), name, SerializedDag)
