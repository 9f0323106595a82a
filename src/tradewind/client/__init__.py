"""A client for what this server offers beyond Airflow's REST API: people and tokens, why, results, events as they happen.

    client = Client("http://127.0.0.1:8080")
    client.token = client.create_token({"username": "admin", "password": "..."})["access_token"]
    for event in client.stream_events(dag_id=["sales"]):
        print(event)

What Airflow has as well is done with Airflow's own client, `apache-airflow-client`. `shapes`, `queries` and
`operations` are made from the OpenAPI document by `make generate`; `http` is how they ask.
"""

from __future__ import annotations

from tradewind.client.http import ApiError
from tradewind.client.operations import Client

__all__ = ["ApiError", "Client"]
