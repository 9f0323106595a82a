"""Markers for the policies of a site: functions in `airflow_local_settings`, or of packages, marked with `@hookimpl`."""

from __future__ import annotations

from pluggy import HookimplMarker, HookspecMarker

__all__ = ["hookimpl", "local_settings_hookspec"]

local_settings_hookspec = HookspecMarker("airflow.policy")
hookimpl = HookimplMarker("airflow.policy")
