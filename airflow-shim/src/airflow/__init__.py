"""The `airflow` namespace on Tradewind: Airflow's names, resolved to Tradewind's objects when they are asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pkgutil import extend_path
from typing import TYPE_CHECKING, Any

from airflow._absent import AbsentFinder
from airflow._forward import forward
from airflow._old_places import OldPlacesFinder
from airflow._standard import FallbackFinder
from airflow.version import version as __version__

if TYPE_CHECKING:
    from tradewind.sdk.asset import Asset
    from tradewind.sdk.asset import Asset as Dataset
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.exceptions import AirflowException
    from tradewind.sdk.xcom_arg import XComArg

__all__ = ["DAG", "AirflowException", "Asset", "Dataset", "XComArg", "__version__"]


def _is_airflow_installed() -> bool:
    """Whether Airflow's own package is there: `importlib.metadata` would take 30 ms to load for this."""
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - pathlib takes 10 ms to load
        except OSError:
            continue
        if any(
            name.startswith("apache_airflow_core-") and name.endswith((".dist-info", ".egg-info")) for name in names
        ):
            return True
    return False


if _is_airflow_installed():
    raise ImportError(
        "Apache Airflow (apache-airflow-core) and tradewind-airflow are installed side by side, and both own the name "
        "`airflow`. Uninstall one of them: `pip uninstall apache-airflow apache-airflow-core apache-airflow-task-sdk`, "
        "then `pip install --force-reinstall tradewind-airflow`; or `pip uninstall tradewind-airflow`."
    )

__path__ = extend_path(__path__, __name__)
"""Provider packages may lie in another folder of the path."""

if not any(isinstance(finder, FallbackFinder) for finder in sys.meta_path):
    sys.meta_path += [FallbackFinder(), OldPlacesFinder(), AbsentFinder()]

os.environ.setdefault("AIRFLOW_HOME", os.environ.get("TRADEWIND_HOME") or os.path.expanduser("~/.tradewind"))  # noqa: PTH111 - pathlib takes 10 ms to load
"""DAG files and the programs they start find their own files by it."""

PLACES = {
    "AirflowException": "tradewind.sdk.exceptions:AirflowException",
    "Dataset": "tradewind.sdk:Asset",
    "conf": "airflow.configuration:conf",
}

IMPORTED_BY_AIRFLOW = frozenset(
    ["configuration", "exceptions", "hooks", "macros", "models", "operators", "sdk", "sensors", "settings", "utils"]
)
"""What `import airflow` alone gives in some version, and code relies on: `airflow.exceptions.AirflowException`."""

_named, __dir__ = forward(__name__, "DAG Asset XComArg", places=PLACES)


def __getattr__(name: str) -> Any:
    """What Airflow's top module has, looked for when it is asked for."""
    if name in IMPORTED_BY_AIRFLOW:
        return import_module(f"{__name__}.{name}")
    return _named(name)
