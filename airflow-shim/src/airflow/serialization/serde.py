"""Airflow's `airflow.serialization.serde`: the functions of `airflow.sdk.serde`."""

from airflow._forward import moved
from airflow.sdk.serde import CLASSNAME, DATA, VERSION, deserialize, serialize

__all__ = ["CLASSNAME", "DATA", "VERSION", "deserialize", "serialize"]

moved(__name__, "airflow.sdk.serde")
