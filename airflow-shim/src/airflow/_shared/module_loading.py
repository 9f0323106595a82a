"""Airflow's `airflow._shared.module_loading`: the functions of `airflow.utils.module_loading`."""

from airflow.utils.module_loading import import_string, iter_namespace, qualname

__all__ = ["import_string", "iter_namespace", "qualname"]
