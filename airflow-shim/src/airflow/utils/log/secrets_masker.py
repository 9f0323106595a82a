"""Airflow's `airflow.utils.log.secrets_masker`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "mask_secret": "airflow.sdk.log:mask_secret",
    "redact": "airflow.sdk.log:redact",
    "should_hide_value_for_key": "airflow.sdk.log:should_hide_value_for_key",
    "SecretsMasker": "airflow.sdk._shared.secrets_masker:SecretsMasker",
    "_secrets_masker": "airflow.sdk._shared.secrets_masker:_secrets_masker",
    "Redactable": "airflow.sdk._shared.secrets_masker:Redactable",
    "Redacted": "airflow.sdk._shared.secrets_masker:Redacted",
    "DEFAULT_SENSITIVE_FIELDS": "airflow.sdk._shared.secrets_masker:DEFAULT_SENSITIVE_FIELDS",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
