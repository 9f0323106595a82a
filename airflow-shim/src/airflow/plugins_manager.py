"""Airflow's `airflow.plugins_manager`, resolved to the objects of Tradewind."""

from airflow._forward import forward
from tradewind.sdk.plugins import PLUGINS

PLACES = {
    "AirflowPlugin": "tradewind.sdk.plugins:AirflowPlugin",
    "AirflowPluginException": "tradewind.sdk.plugins:PluginError",
}


def get_hook_lineage_readers_plugins() -> list[type]:
    """The readers of lineage that plugins name."""
    return [reader for plugin in PLUGINS.found.values() for reader in plugin.hook_lineage_readers]


__getattr__, __dir__ = forward(__name__, places=PLACES)
