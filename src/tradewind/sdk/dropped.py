"""What Airflow 3 and today's provider packages have dropped, and what takes its place: for errors of DAG files of Airflow 2."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = [
    "CONTEXT_KEYS",
    "DAG_ARGUMENTS",
    "DAG_ATTRIBUTES",
    "OPERATOR_ARGUMENTS",
    "RUN_ATTRIBUTES",
    "TRIGGER_RULES",
    "hint",
    "in_place_of",
    "task_hint",
]

DAG_ARGUMENTS: Mapping[str, str] = {
    "schedule_interval": "schedule",
    "timetable": "schedule",
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
    "default_view": "",
    "orientation": "",
    "full_filepath": "",
    "last_loaded": "",
}
"""Argument of `DAG` -> the argument that it is called now (empty: leave it out)."""
OPERATOR_ARGUMENTS: Mapping[str, str] = {
    "provide_context": "",
    "task_concurrency": "max_active_tis_per_dag",
    "max_active_tis": "max_active_tis_per_dag",
    "use_dill": 'serializer="dill"',
    "xcom_push": "do_xcom_push",
    "adhoc": "",
    "use_task_execution_day": "use_task_logical_date",
    "use_task_execution_date": "use_task_logical_date",
}
"""Argument of operators -> what is written instead (empty: leave it out)."""
TRIGGER_RULES: Mapping[str, str] = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}
"""Old name of a trigger rule -> the one since."""

CONTEXT_KEYS: Mapping[str, tuple[str, str]] = {
    "execution_date": ("logical_date", "logical_date"),
    "next_execution_date": ("data_interval_end", "data_interval_end"),
    "prev_execution_date": ("", "prev_data_interval_start_success"),
    "prev_execution_date_success": ("prev_data_interval_start_success", "prev_data_interval_start_success"),
    "next_ds": ("data_interval_end | ds", "data_interval_end"),
    "next_ds_nodash": ("data_interval_end | ds_nodash", "data_interval_end"),
    "prev_ds": ("", "prev_data_interval_start_success"),
    "prev_ds_nodash": ("", "prev_data_interval_start_success"),
    "tomorrow_ds": ("macros.ds_add(ds, 1)", "logical_date"),
    "tomorrow_ds_nodash": ("macros.ds_format(macros.ds_add(ds, 1), '%Y-%m-%d', '%Y%m%d')", "logical_date"),
    "yesterday_ds": ("macros.ds_add(ds, -1)", "logical_date"),
    "yesterday_ds_nodash": ("macros.ds_format(macros.ds_add(ds, -1), '%Y-%m-%d', '%Y%m%d')", "logical_date"),
    "triggering_dataset_events": ("triggering_asset_events", "triggering_asset_events"),
    "conf": ("", "conf"),
}
"""Removed key -> the expression for a template (empty: there is no exact one), and the key to work it out from in Python."""
RUN_ATTRIBUTES: Mapping[str, str] = {
    "execution_date": "logical_date",
    "external_trigger": "run_type",
    "next_execution_date": "",
    "previous_execution_date": "",
    "prev_execution_date": "",
    "get_previous_execution_date": "get_previous_dagrun",
    "previous_start_date_success": "get_previous_dagrun",
}
"""Attribute of a run or task instance -> what to ask instead (empty: nothing)."""
DAG_ATTRIBUTES: Mapping[str, str] = {
    "schedule_interval": "schedule",
    "concurrency": "max_active_tasks",
    "following_schedule": "", "previous_schedule": "", "normalized_schedule_interval": "",
    "normalize_schedule": "", "is_fixed_time_schedule": "", "next_dagrun_after_date": "", "get_run_dates": "",
    "date_range": "", "subdags": "", "parent_dag": "", "is_subdag": "", "sub_dag": "partial_subset",
    "create_dagrun": "", "get_dagrun": "", "get_is_paused": "", "get_latest_execution_date": "",
    "latest_execution_date": "", "concurrency_reached": "", "tree_view": "", "pickle": "", "full_filepath": "fileloc",
    "sync_to_db": "", "cli": "", "clear": "",
}  # fmt: skip
"""Method or attribute of a DAG -> what to ask instead (empty: the REST API, or nothing)."""
_REPLACED: Mapping[str, str] = {
    "SQLExecuteQueryOperator common.sql.operators.sql with `conn_id=`": (
        "PostgresOperator MySqlOperator SqliteOperator MsSqlOperator OracleOperator JdbcOperator SnowflakeOperator "
        "TrinoOperator PrestoOperator VerticaOperator RedshiftSQLOperator ExasolOperator"
    ),
    "SQLCheckOperator common.sql.operators.sql with `conn_id=`": "DruidCheckOperator",
    "HttpOperator http.operators.http": "SimpleHttpOperator",
    'BigQueryInsertJobOperator google.cloud.operators.bigquery with `configuration={"query": {...}}`': (
        "BigQueryOperator BigQueryExecuteQueryOperator"
    ),
    "BigQueryCreateTableOperator google.cloud.operators.bigquery with `table_resource=`": (
        "BigQueryCreateEmptyTableOperator BigQueryCreateExternalTableOperator"
    ),
    "DataprocSubmitJobOperator google.cloud.operators.dataproc with `job=`": (
        "DataprocSubmitHadoopJobOperator DataprocSubmitHiveJobOperator DataprocSubmitPigJobOperator "
        "DataprocSubmitPySparkJobOperator DataprocSubmitSparkJobOperator DataprocSubmitSparkSqlJobOperator "
        "DataProcHadoopOperator DataProcHiveOperator DataProcPigOperator DataProcPySparkOperator DataProcSparkOperator "
        "DataProcSparkSqlOperator"
    ),
    "DataprocUpdateClusterOperator google.cloud.operators.dataproc": (
        "DataprocScaleClusterOperator DataprocClusterScaleOperator"
    ),
    "BeamRunJavaPipelineOperator apache.beam.operators.beam": "DataflowCreateJavaJobOperator DataFlowJavaOperator",
    "BeamRunPythonPipelineOperator apache.beam.operators.beam": "DataflowCreatePythonJobOperator DataFlowPythonOperator",
    "GlueJobOperator amazon.aws.operators.glue": "AwsGlueJobOperator AWSGlueJobOperator",
    "GlueCrawlerOperator amazon.aws.operators.glue_crawler": "AwsGlueCrawlerOperator",
    "GlueJobSensor amazon.aws.sensors.glue": "AwsGlueJobSensor",
    "LambdaInvokeFunctionOperator amazon.aws.operators.lambda_function": "AwsLambdaInvokeFunctionOperator",
    "AthenaOperator amazon.aws.operators.athena": "AWSAthenaOperator",
    "BatchOperator amazon.aws.operators.batch": "AwsBatchOperator AWSBatchOperator",
    "EcsRunTaskOperator amazon.aws.operators.ecs": "ECSOperator EcsOperator",
    "DataSyncOperator amazon.aws.operators.datasync": "AWSDataSyncOperator",
    'S3KeySensor amazon.aws.sensors.s3 with `bucket_key="PREFIX*"` and `wildcard_match=True`': "S3PrefixSensor",
    "ADLSListOperator microsoft.azure.operators.adls": "AzureDataLakeStorageListOperator",
    "LocalFilesystemToADLSOperator microsoft.azure.transfers.local_to_adls": "LocalToAzureDataLakeStorageOperator",
    "TaskGroup airflow.sdk": "SubDagOperator",
    "V1Volume kubernetes.client.models": "Volume",
    "V1VolumeMount kubernetes.client.models": "VolumeMount",
    "V1ContainerPort kubernetes.client.models": "Port",
    "V1ResourceRequirements kubernetes.client.models with `container_resources=` of the operator": "Resources",
}
"""Class, module (below `airflow.providers`, or a full name) and how -> names that are gone and that it stands in for."""
_MODULES: Mapping[str, str] = {
    "PostgresOperator": "airflow.providers.postgres.operators airflow.operators.postgres_operator",
    "MySqlOperator": "airflow.providers.mysql.operators airflow.operators.mysql_operator",
    "SqliteOperator": "airflow.providers.sqlite.operators airflow.operators.sqlite_operator",
    "MsSqlOperator": "airflow.providers.microsoft.mssql.operators airflow.operators.mssql_operator",
    "OracleOperator": "airflow.operators.oracle_operator",
    "JdbcOperator": "airflow.providers.jdbc.operators airflow.operators.jdbc_operator",
    "SnowflakeOperator": "airflow.contrib.operators.snowflake_operator",
    "TrinoOperator": "airflow.providers.trino.operators.trino",
    "VerticaOperator": "airflow.providers.vertica.operators airflow.contrib.operators.vertica_operator",
    "RedshiftSQLOperator": "airflow.providers.amazon.aws.operators.redshift_sql airflow.providers.amazon.aws.operators.redshift",
    "DruidCheckOperator": "airflow.providers.apache.druid.operators.druid_check airflow.operators.druid_check_operator",
    "S3PrefixSensor": "airflow.providers.amazon.aws.sensors.s3_prefix airflow.sensors.s3_prefix_sensor",
}
"""What a module that is gone was there for -> the modules."""
_KUBERNETES = ("Volume", "VolumeMount", "Port", "Resources")
_DATED = re.compile(r"^Invalid arguments were passed to (TriggerDagRunOperator|ExternalTaskMarker)\b")
_UNKNOWN_ARGUMENT = re.compile(r"DAG\.__init__\(\) got an unexpected keyword argument '(\w+)'")
_UNKNOWN_ARGUMENTS = re.compile(r"^Invalid arguments were passed to .*?(?:were:\n\*\*kwargs: |: )(.*)", re.DOTALL)
_ARGUMENT = re.compile(r"'(\w+)'")
_RULE = re.compile(r"trigger_rule must be one of .*; received '(\w+)'$")
_UNCALLED = re.compile(r"for (?:>>|<<): .*'TaskDecorator'")
_OF_PLUGINS = ("airflow.hooks", "airflow.operators", "airflow.sensors")
_DAG_ATTRIBUTE = re.compile(r"'DAG' object has no attribute '(\w+)'")
_ATTRIBUTE = re.compile(r"'(?:[\w.]*\.)?(\w+)(?:' object| object') has no attribute '(\w+)'")
"""As Python says it, and as templates do."""
_RUNS = ("DagRun", "RuntimeTaskInstance", "TaskInstance")
_NAME = re.compile(r"cannot import name '(\w+)' from '(airflow[\w.]*)'")


def in_place_of(module: str, name: str) -> str:
    """What is used instead of a name of a module of Airflow, as ``use ...``; empty: nothing is known of it.

    Args:
        name: empty: that of the class which the module was there for.
    """
    if name in _KUBERNETES and "kubernetes" not in module:
        return ""
    wanted = name if any(name in names.split() for names in _REPLACED.values()) else _main_name(module)
    for new, names in _REPLACED.items():
        if wanted and wanted in names.split():
            what, where, *how = new.split(" ", 2)
            full = where if where.startswith(("airflow.", "kubernetes.")) else f"airflow.providers.{where}"
            return " ".join([f"use {what} of {full},", *how]).rstrip(",")
    return ""


def hint(error: BaseException) -> str:
    """What to write instead where a DAG file fails for something that Airflow 3 has dropped; empty: it is another matter."""
    said = str(error)
    match error:
        case ModuleNotFoundError():
            instead = in_place_of(error.name or "", "")
        case ImportError():
            found = _NAME.search(said)
            instead = in_place_of(found.group(2), found.group(1)) if found else ""
            if found and not instead and found.group(2) in _OF_PLUGINS:
                instead = (
                    "import it from the module that defines it: since Airflow 2 plugins add nothing to this package"
                )
        case AttributeError():
            gone = _DAG_ATTRIBUTE.search(said)
            now = DAG_ATTRIBUTES.get(gone.group(1)) if gone else None
            instead = "" if now is None else f"use `{now}`" if now else "leave it out, or ask the REST API"
        case TypeError():
            instead = _arguments(said)
            if _UNCALLED.search(said):
                instead = "call the function that `@task` decorates where the task is meant: `name()`"
        case ValueError():
            rule = _RULE.search(said)
            now = TRIGGER_RULES.get(rule.group(1), "") if rule else ""
            instead = f"write '{now}', its name since Airflow 2" if now else ""
        case _:
            instead = ""
    return instead


def task_hint(error: BaseException) -> str:
    """What to ask instead where a task fails for a key of the context, or an attribute of a run, that Airflow 3 has dropped.

    Empty: it is another matter.
    """
    said, kind = str(error), type(error).__name__
    attribute = _ATTRIBUTE.search(said)
    if attribute and kind in {"AttributeError", "UndefinedError"}:
        now = RUN_ATTRIBUTES.get(attribute.group(2), "") if attribute.group(1) in _RUNS else ""
        return f"It has no {attribute.group(2)!r} since Airflow 3: use {now!r}" if now else ""
    if kind not in {"KeyError", "TypeError", "UndefinedError"}:
        return ""
    name = next((one for one in _ARGUMENT.findall(said) if one in CONTEXT_KEYS), "")
    if not name or (name == "conf" and kind != "KeyError") or (kind == "TypeError" and " missing " not in said):
        return ""
    expression, key = CONTEXT_KEYS[name]
    written = f"{{{{ {expression or key} }}}}" if kind == "UndefinedError" else repr(key)
    instead = "`conf` of airflow.configuration" if name == "conf" else written
    near = "use" if expression or name == "conf" else "what comes near is"
    return f"The context has no {name!r} since Airflow 3: {near} {instead}"


def _arguments(said: str) -> str:
    unknown = _UNKNOWN_ARGUMENT.search(said)
    if unknown:
        return _argument(unknown.group(1), DAG_ARGUMENTS)
    many = _UNKNOWN_ARGUMENTS.search(said)
    table = {**OPERATOR_ARGUMENTS, "execution_date": "logical_date"} if _DATED.search(said) else OPERATOR_ARGUMENTS
    told = [_argument(name, table) for name in _ARGUMENT.findall(many.group(1))] if many else []
    return ", ".join(one for one in told if one)


def _argument(name: str, table: Mapping[str, str]) -> str:
    if name not in table:
        return ""
    now = table[name]
    written = now if "=" in now else f"{now}="
    return f"write `{written}` for `{name}=`" if now else f"leave `{name}=` out"


def _main_name(module: str) -> str:
    for name, modules in _MODULES.items():
        if any(module == one or module.startswith(f"{one}.") for one in modules.split()):
            return name
    return ""
