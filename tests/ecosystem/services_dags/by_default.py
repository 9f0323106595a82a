"""Sensors that say nothing about waiting in a trigger: what the settings say counts."""

from __future__ import annotations

from airflow.providers.http.sensors.http import HttpSensor
from airflow.sdk import DAG

with DAG("by_default", schedule=None):
    HttpSensor(task_id="wait", http_conn_id="site", endpoint="by-default", poke_interval=0.1, timeout=90)
