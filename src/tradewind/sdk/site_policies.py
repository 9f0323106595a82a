"""A site's own rules about DAGs and tasks: functions of a module `airflow_local_settings`, and of installed packages.

`dag_policy` and `task_policy` may change or refuse what a DAG file declares, `task_instance_mutation_hook` sees a task
instance before it runs, `pod_mutation_hook` and `get_airflow_context_vars` are asked by operators. The module is looked for
in the folder `config` of the home and of `AIRFLOW_HOME`, and among the modules that can be imported; packages declare objects
in the entry-point group `airflow.policy`. A policy that can't be loaded stops every file: rules that are not applied
are worse than DAGs that do not run.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewind.base.entrypoints import load, names
from tradewind.sdk.exceptions import AirflowClusterPolicySkipDag

__all__ = ["POLICIES", "SitePolicies"]

GROUP = "airflow.policy"
MODULE = "airflow_local_settings"
VARIABLES = "AIRFLOW_CTX_"
MARK = "airflow.policy_impl"
"""What `airflow.policies.hookimpl` leaves on a function."""
HOOKS = (
    "dag_policy", "task_policy", "task_instance_mutation_hook", "pod_mutation_hook", "get_airflow_context_vars",
    "get_dagbag_import_timeout",
)  # fmt: skip


class SitePolicies:
    """The policies of this process."""

    def __init__(self) -> None:
        self._hooks: dict[str, list[Callable[..., Any]]] = {}
        self._home: Path | None = None

    def load(self, home: Path) -> None:
        """Find the policies; once for a home.

        Raises:
            Exception: whatever the site's module, or a package, raises.
        """
        if home == self._home:
            return
        hooks: dict[str, list[Callable[..., Any]]] = {}
        for name in names(GROUP):
            _add(hooks, load(GROUP, name), needs_mark=True)
        module = _local_settings([home / "config", *_airflow_config()])
        if module is not None:
            _add(hooks, module, needs_mark=False)
        self._hooks, self._home = hooks, home

    def has(self, hook: str) -> bool:
        """Whether there is a function for this."""
        return hook in self._hooks

    def ask(self, hook: str, **facts: Any) -> list[Any]:
        """What the functions say, each given the facts that it names (or the first, whatever it calls it)."""
        return [function(**_arguments(function, facts)) for function in self._hooks.get(hook, ())]

    def variables(self, context: Any) -> dict[str, str]:
        """What `get_airflow_context_vars` adds to the environment of a task, by the names it has there.

        Raises:
            TypeError: a name or a value is no text.
        """
        if "get_airflow_context_vars" not in self._hooks:
            return {}
        said: list[dict[str, Any]] = [facts or {} for facts in self.ask("get_airflow_context_vars", context=context)]
        found: dict[str, str] = {}
        for name, value in (item for facts in said for item in facts.items()):
            if not isinstance(name, str) or not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance] - a site's function
                raise TypeError(f"get_airflow_context_vars must give texts by names, not {name!r}: {value!r}")
            found[name if name.startswith(VARIABLES) else f"{VARIABLES}{name.upper()}"] = value
        return found

    def applied(self, dags: Iterable[Any]) -> list[Any]:
        """The DAGs of a file as the policies leave them; those that a policy wants skipped are not among them.

        Raises:
            Exception: what a policy raises to refuse a DAG.
        """
        if not self._hooks:
            return list(dags)
        kept: list[Any] = []
        for dag in dags:
            try:
                self.ask("dag_policy", dag=dag)
                for task in dag.task_dict.values():
                    self.ask("task_policy", task=task)
            except AirflowClusterPolicySkipDag:
                continue
            kept.append(dag)
        return kept


def _add(hooks: dict[str, list[Callable[..., Any]]], source: object, *, needs_mark: bool) -> None:
    public = getattr(source, "__all__", HOOKS)
    for name in HOOKS:
        function = getattr(source, name, None)
        if name == "task_policy" and function is None:
            function = getattr(source, "policy", None)  # its name in Airflow 1
        if not callable(function) or (not needs_mark and name not in public):
            continue
        if not needs_mark or getattr(function, MARK, None) is not None:
            hooks.setdefault(name, []).append(function)


def _airflow_config() -> list[Path]:
    home = os.environ.get("AIRFLOW_HOME")
    return [Path(home) / "config"] if home else []


def _local_settings(folders: Iterable[Path]) -> ModuleType | None:
    if MODULE in sys.modules:
        return sys.modules[MODULE]
    for folder in folders:
        if (folder / f"{MODULE}.py").is_file() and str(folder) not in sys.path:
            sys.path.append(str(folder))
    return importlib.import_module(MODULE) if importlib.util.find_spec(MODULE) is not None else None


def _arguments(function: Callable[..., Any], facts: dict[str, Any]) -> dict[str, Any]:
    wanted = list(inspect.signature(function).parameters)
    if len(wanted) == 1 and len(facts) == 1:
        return {wanted[0]: next(iter(facts.values()))}
    return {name: value for name, value in facts.items() if name in wanted}


POLICIES = SitePolicies()
"""The process's own. Not imported by the server."""
