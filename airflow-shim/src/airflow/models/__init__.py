"""Airflow's `airflow.models`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DagBag": "airflow.dag_processing.dagbag:DagBag",
    "TaskInstance": "airflow.models.taskinstance:TaskInstance",
    "DagRun": "tradewind.sdk.context:DagRun",
    "XCom": "airflow.sdk.bases.xcom:BaseXCom",
    "XComArg": "tradewind.sdk.xcom_arg:XComArg",
    "MappedOperator": "tradewind.sdk.mapped:MappedOperator",
    "SkipMixin": "tradewind.sdk.branch:SkipMixin",
    "DagParam": "tradewind.sdk.param:DagParam",
    "BaseXCom": "airflow.sdk.bases.xcom:BaseXCom",
    "ParamsDict": "tradewind.sdk.param:ParamsDict",
}

__getattr__, __dir__ = forward(__name__, "DAG BaseOperator BaseOperatorLink Connection Variable Param", places=PLACES)
