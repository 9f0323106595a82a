"""Airflow's `airflow.sdk.definitions._internal.mixins`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DependencyMixin": "tradewind.sdk.dependency:DependencyMixin",
    "ResolveMixin": "tradewind.sdk.resolve:Resolvable",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
