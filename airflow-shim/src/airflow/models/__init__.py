"""Airflow's `airflow.models`, resolved to the objects of Tradewind; tables of its database can be named only."""

from airflow._forward import forward

TABLES = {
    "DagModel": "dag",
    "DagTag": "dag",
    "DagRun": "dagrun",
    "Log": "log",
    "Pool": "pool",
    "RenderedTaskInstanceFields": "renderedtifields",
    "TaskInstance": "taskinstance",
    "TaskReschedule": "taskreschedule",
    "Trigger": "trigger",
}

PLACES = {
    **{name: f"airflow.models.{module}:{name}" for name, module in TABLES.items()},
    "clear_task_instances": "airflow.models.taskinstance:clear_task_instances",
    "DagBag": "airflow.dag_processing.dagbag:DagBag",
    "XCom": "airflow.sdk.bases.xcom:BaseXCom",
    "XCOM_RETURN_KEY": "tradewind.sdk.task_instance:RETURN_KEY",
    "XComArg": "tradewind.sdk.xcom_arg:XComArg",
    "MappedOperator": "tradewind.sdk.mapped:MappedOperator",
    "SkipMixin": "tradewind.sdk.branch:SkipMixin",
    "DagParam": "tradewind.sdk.param:DagParam",
    "BaseXCom": "airflow.sdk.bases.xcom:BaseXCom",
    "ParamsDict": "tradewind.sdk.param:ParamsDict",
    "Operator": "tradewind.sdk.operator:BaseOperator",
    "ID_LEN": "airflow.models.base:ID_LEN",
}

__getattr__, __dir__ = forward(__name__, "DAG BaseOperator BaseOperatorLink Connection Variable Param", places=PLACES)
