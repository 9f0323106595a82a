"""What running code gets of its context in other forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow._forward import forward
from tradewind.sdk.site_policies import POLICIES

__all__ = ["AIRFLOW_VAR_NAME_FORMAT_MAPPING", "DEFAULT_FORMAT_PREFIX", "context_to_airflow_vars"]

DEFAULT_FORMAT_PREFIX = "airflow.ctx."
ENV_VAR_FORMAT_PREFIX = "AIRFLOW_CTX_"

_NAMES = {
    "AIRFLOW_CONTEXT_DAG_ID": "dag_id",
    "AIRFLOW_CONTEXT_TASK_ID": "task_id",
    "AIRFLOW_CONTEXT_LOGICAL_DATE": "logical_date",
    "AIRFLOW_CONTEXT_TRY_NUMBER": "try_number",
    "AIRFLOW_CONTEXT_DAG_RUN_ID": "dag_run_id",
    "AIRFLOW_CONTEXT_DAG_OWNER": "dag_owner",
    "AIRFLOW_CONTEXT_DAG_EMAIL": "dag_email",
}
AIRFLOW_VAR_NAME_FORMAT_MAPPING = {
    key: {"default": DEFAULT_FORMAT_PREFIX + name, "env_var_format": ENV_VAR_FORMAT_PREFIX + name.upper()}
    for key, name in _NAMES.items()
}
"""Each fact by its name in the environment of a program, and by its dotted name."""


def context_to_airflow_vars(context: Mapping[str, Any], in_env_var_format: bool = False) -> dict[str, str]:
    """Who runs, as texts: for the environment of a program, or for the settings of a query; with what the site's function
    `get_airflow_context_vars` adds."""
    ti, run, task = context.get("ti"), context.get("dag_run"), context.get("task")
    facts: dict[str, Any] = {
        "dag_id": getattr(ti, "dag_id", None),
        "task_id": getattr(ti, "task_id", None),
        "try_number": getattr(ti, "try_number", None),
        "dag_run_id": getattr(run, "run_id", None),
        "dag_owner": getattr(task, "owner", None),
    }
    date = context.get("logical_date")
    facts["logical_date"] = date.isoformat() if date is not None else None
    email = getattr(task, "email", None)
    facts["dag_email"] = email if isinstance(email, str) or email is None else ",".join(email)
    form = "env_var_format" if in_env_var_format else "default"
    by_name = {name: AIRFLOW_VAR_NAME_FORMAT_MAPPING[key][form] for key, name in _NAMES.items()}
    of_site = POLICIES.variables(context)
    if not in_env_var_format:
        of_site = {
            f"{DEFAULT_FORMAT_PREFIX}{name.removeprefix(ENV_VAR_FORMAT_PREFIX).lower()}": text
            for name, text in of_site.items()
        }
    return of_site | {by_name[name]: str(value) for name, value in facts.items() if value}


def context_get_outlet_events(context: Mapping[str, Any]) -> Any:
    """`outlet_events` of the context; an empty dict where it has none."""
    return context.get("outlet_events") or {}


PLACES = {
    "OutletEventAccessors": "tradewind.sdk.asset_events:OutletEvents",
    "OutletEventAccessor": "tradewind.sdk.asset_events:OutletEvent",
    "InletEventsAccessors": "tradewind.sdk.asset_events:InletEvents",
    "AssetAliasEvent": "tradewind.sdk.asset_events:AliasEvent",
    "TriggeringAssetEventsAccessor": "tradewind.sdk.asset_events:TriggeringAssetEvents",
    "OutletEventAccessorsProtocol": "tradewind.sdk.asset_events:OutletEvents",
    "set_current_context": "tradewind.sdk.context:entered",
    "TaskStateStoreAccessor": "tradewind.sdk.state_store:TaskStateStore",
    "ConnectionAccessor": "tradewind.sdk.connection:ConnectionAccessor",
    "VariableAccessor": "tradewind.sdk.variable:VariableAccessor",
}

__getattr__, __dir__ = forward(__name__, "NEVER_EXPIRE get_current_context", places=PLACES)
