"""Airflow's `airflow.sdk.execution_time.hitl`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "HITLUser": "tradewind.sdk.hitl:HITLUser",
    "upsert_hitl_detail": "tradewind.sdk.hitl:upsert_hitl_detail",
    "get_hitl_detail_content_detail": "tradewind.sdk.hitl:get_hitl_detail_content_detail",
    "update_hitl_detail_response": "tradewind.sdk.hitl:update_hitl_detail_response",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
