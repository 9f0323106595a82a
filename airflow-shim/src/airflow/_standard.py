"""Stands in for packages that most DAG files import and that are not installed: the standard provider, and the
compatibility layer of the providers. It is asked last, so that a published package always wins.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

__all__ = ["FallbackFinder"]

STANDARD = "airflow.providers.standard"
OURS = "tradewind.providers.standard"
PACKAGES = {
    "airflow.providers",
    "airflow.providers.common",
    "airflow.providers.common.compat",
    "airflow.providers.common.compat.standard",
    *(f"{STANDARD}{part}" for part in ("", ".operators", ".sensors", ".hooks", ".triggers", ".decorators", ".utils")),
}
ELSEWHERE = {
    "airflow.providers.common.compat.sdk": "airflow._common_compat",
    "airflow.providers.common.compat.standard.operators": f"{OURS}.operators.python",
    "airflow.providers.common.compat.standard.triggers": f"{OURS}.triggers.temporal",
    "airflow.providers.common.compat.standard.utils": "airflow.utils.process_utils",
    "airflow.providers.common.compat.assets": "airflow.sdk.definitions.asset",
    f"{STANDARD}.operators.datetime": f"{OURS}.operators.branch",
    f"{STANDARD}.operators.weekday": f"{OURS}.operators.branch",
    f"{STANDARD}.operators.branch": "airflow.sdk.bases.branch",
    f"{STANDARD}.sensors.time": f"{OURS}.sensors.time",
    f"{STANDARD}.utils.weekday": f"{OURS}.weekday",
    f"{STANDARD}.utils.python_virtualenv": f"{OURS}.task_script",
    f"{STANDARD}.decorators.bash": "airflow._task_decorators",
    f"{STANDARD}.decorators.branch_external_python": "airflow._task_decorators",
    f"{STANDARD}.decorators.branch_python": "airflow._task_decorators",
    f"{STANDARD}.decorators.branch_virtualenv": "airflow._task_decorators",
    f"{STANDARD}.decorators.external_python": "airflow._task_decorators",
    f"{STANDARD}.decorators.python": "airflow._task_decorators",
    f"{STANDARD}.decorators.python_virtualenv": "airflow._task_decorators",
    f"{STANDARD}.decorators.sensor": "airflow._task_decorators",
    f"{STANDARD}.decorators.short_circuit": "airflow._task_decorators",
}
"""Modules whose counterpart here has another name."""


class FallbackFinder(MetaPathFinder):
    """Finds the modules above."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        """A spec of a stand-in; None: there is none for this name."""
        if not fullname.startswith("airflow.providers"):
            return None
        place = ELSEWHERE.get(fullname, "")
        if not place and fullname.startswith(f"{STANDARD}.") and fullname not in PACKAGES:
            place = OURS + fullname.removeprefix(STANDARD)
            if not _is_there(place):
                return None
        if not place and fullname not in PACKAGES:
            return None
        return ModuleSpec(fullname, _StandIn(place), is_package=not place)


class _StandIn(Loader):
    """Puts the module at `place` under the name that was asked for; an empty package where there is no place."""

    def __init__(self, place: str) -> None:
        self._place = place

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 - the protocol's
        return None

    def exec_module(self, module: ModuleType) -> None:
        if self._place:
            sys.modules[module.__name__] = import_module(self._place)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
