"""Airflow's `airflow.secrets`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseSecretsBackend": "airflow.secrets.base_secrets:BaseSecretsBackend",
}
DEFAULT_SECRETS_SEARCH_PATH = ["airflow.secrets.environment_variables.EnvironmentVariablesBackend"]
DEFAULT_SECRETS_SEARCH_PATH_WORKERS = DEFAULT_SECRETS_SEARCH_PATH

__getattr__, __dir__ = forward(__name__, places=PLACES)
