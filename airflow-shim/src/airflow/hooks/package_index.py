"""Airflow's `airflow.hooks.package_index`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "PackageIndexHook": "airflow.providers.standard.hooks.package_index:PackageIndexHook",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.hooks.package_index")
