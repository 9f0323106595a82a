"""Airflow's `airflow.secrets`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseSecretsBackend": "airflow.secrets.base_secrets:BaseSecretsBackend",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
