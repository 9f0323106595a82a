"""Airflow's table of questions to people, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["HITLDetail"]

HITLDetail = table("HITLDetail", __name__, "the operators of `airflow.providers.standard.operators.hitl`")
