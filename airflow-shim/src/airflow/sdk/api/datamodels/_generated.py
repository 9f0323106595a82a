"""Airflow's records of the execution API, as far as people name them; Tradewind's workers speak another protocol."""

from airflow._forward import forward

PLACES = {
    "DagRun": "tradewind.sdk.context:DagRun",
    "TerminalTIState": "airflow.utils.state:TerminalTIState",
}

__getattr__, __dir__ = forward(__name__, "DagRunState TaskInstanceState", places=PLACES)
