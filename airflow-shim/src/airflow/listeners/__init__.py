"""Listeners: functions of plugins that hear what becomes of task instances. Marked with `@hookimpl`."""

from __future__ import annotations

from pluggy import HookimplMarker, HookspecMarker

__all__ = ["hookimpl", "hookspec"]

hookimpl = HookimplMarker("airflow")
hookspec = HookspecMarker("airflow")
