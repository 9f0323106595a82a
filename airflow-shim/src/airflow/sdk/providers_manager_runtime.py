"""What tasks ask about the installed provider packages: the one object that all of this namespace asks."""

from __future__ import annotations

from airflow.providers_manager import HookClassProvider, HookInfo, PluginInfo, ProviderInfo, ProvidersManager

__all__ = ["HookClassProvider", "HookInfo", "PluginInfo", "ProviderInfo", "ProvidersManagerTaskRuntime"]

ProvidersManagerTaskRuntime = ProvidersManager
