"""Airflow's `airflow.utils.log.secrets_masker`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "mask_secret": "airflow.sdk.log:mask_secret",
    "redact": "airflow.sdk.log:redact",
    "should_hide_value_for_key": "airflow.sdk.log:should_hide_value_for_key",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
