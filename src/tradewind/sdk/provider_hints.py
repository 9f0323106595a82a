"""Which published provider package brings a connection type or a decorator: for messages about what is not installed."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["how_to_add", "package_of_decorator", "package_of_missing", "package_of_module", "package_of_type"]

_TWO_LEVELS = {"apache", "atlassian", "cncf", "common", "dbt", "microsoft"}
"""Folders of `airflow.providers` that hold packages and are none."""
_ONLY_CHILDREN = {"atlassian": "atlassian-jira", "cncf": "cncf-kubernetes", "dbt": "dbt-cloud"}
"""Those of them that hold one package."""

_TYPES: Mapping[str, str] = {
    "airbyte": "airbyte",
    "alibaba": "adb_spark alibaba_cloud maxcompute oss",
    "amazon": "athena aws chime duckdb_aws emr redshift",
    "apache-cassandra": "cassandra",
    "apache-druid": "druid",
    "apache-hdfs": "webhdfs",
    "apache-hive": "hive_cli hive_metastore hiveserver2",
    "apache-iceberg": "iceberg",
    "apache-impala": "impala",
    "apache-kafka": "kafka",
    "apache-livy": "livy",
    "apache-pinot": "pinot pinot_admin",
    "apache-spark": "spark spark_connect spark_jdbc spark_sql",
    "arangodb": "arangodb",
    "asana": "asana",
    "atlassian-jira": "jira",
    "cncf-kubernetes": "kubernetes",
    "cohere": "cohere",
    "common-ai": "langchain llamaindex mcp pydanticai pydanticai_azure pydanticai_bedrock pydanticai_vertex",
    "databricks": "databricks",
    "datadog": "datadog",
    "dbt-cloud": "dbt_cloud",
    "dingding": "dingding",
    "discord": "discord",
    "docker": "docker",
    "elasticsearch": "elasticsearch",
    "exasol": "exasol",
    "facebook": "facebook_social",
    "ftp": "ftp",
    "git": "git",
    "github": "github",
    "google": (
        "dataprep gcp_looker gcpbigquery gcpcloudsql gcpcloudsqldb gcpspanner gcpssh google_ads "
        "google_cloud_platform leveldb"
    ),
    "grpc": "grpc",
    "hashicorp": "vault",
    "http": "http",
    "imap": "imap",
    "influxdb": "influxdb influxdb3",
    "jdbc": "jdbc",
    "jenkins": "jenkins",
    "microsoft-azure": (
        "adls azure azure_ai_agents azure_analysis_services azure_batch azure_compute "
        "azure_container_instance azure_container_registry azure_container_volume azure_cosmos "
        "azure_data_explorer azure_data_factory azure_data_lake azure_fileshare azure_service_bus "
        "azure_synapse msgraph powerbi wasb"
    ),
    "microsoft-mssql": "mssql",
    "microsoft-winrm": "winrm",
    "mongo": "mongo",
    "mysql": "mysql",
    "neo4j": "neo4j",
    "odbc": "odbc",
    "openai": "openai",
    "opensearch": "opensearch",
    "opsgenie": "opsgenie",
    "oracle": "oracle",
    "pagerduty": "pagerduty pagerduty_events",
    "papermill": "jupyter_kernel",
    "pinecone": "pinecone",
    "postgres": "postgres",
    "presto": "presto",
    "qdrant": "qdrant",
    "redis": "redis",
    "salesforce": "salesforce",
    "samba": "samba",
    "segment": "segment",
    "sendgrid": "sendgrid",
    "sftp": "sftp",
    "slack": "slack slackwebhook",
    "smtp": "smtp",
    "snowflake": "pydanticai_snowflake snowflake",
    "sqlite": "sqlite",
    "ssh": "ssh",
    "standard": "fs package_index",
    "tableau": "tableau",
    "telegram": "telegram",
    "teradata": "teradata",
    "trino": "trino",
    "vertica": "vertica",
    "weaviate": "weaviate",
    "yandex": "yandexcloud",
    "ydb": "ydb",
    "zendesk": "zendesk",
}
"""Short name of a package -> its connection types."""
_DECORATORS: Mapping[str, str] = {
    "apache-spark": "pyspark",
    "cncf-kubernetes": "kubernetes kubernetes_cmd",
    "common-ai": "agent llm llm_batch llm_branch llm_file_analysis llm_schema_compare llm_sql",
    "common-sql": "analytics sql",
    "docker": "docker",
    "sftp": "sftp_sensor",
    "snowflake": "snowpark",
    "standard": "stub",
}
"""Short name of a package -> its `@task.<name>`."""


def package_of_type(connection_type: str) -> str | None:
    """The package's short name; None: no published package is known to have that type."""
    return _package(_TYPES, connection_type)


def package_of_decorator(name: str) -> str | None:
    """The package's short name; None: no published package is known to have `@task.<name>`."""
    return _package(_DECORATORS, name)


def package_of_module(module: str) -> str | None:
    """The short name of the package that `airflow.providers.a.b` is in; None: it is no provider's module."""
    parts = module.split(".")
    if parts[:2] != ["airflow", "providers"] or len(parts) < 3:
        return None
    depth = 4 if parts[2] in _TWO_LEVELS else 3
    return "-".join(part.replace("_", "-") for part in parts[2:depth]) if len(parts) >= depth else None


def package_of_missing(module: str) -> str | None:
    """The short name of the package that is not installed where Python says that there is no such module.

    None: it is no provider's, or a module within a package, which may be installed.
    """
    if not module.startswith("airflow.providers."):
        return None
    parts = module.split(".")[2:]
    if len(parts) == 1 and parts[0] in _TWO_LEVELS:
        return _ONLY_CHILDREN.get(parts[0])
    return package_of_module(module) if len(parts) == (2 if parts[0] in _TWO_LEVELS else 1) else None


def how_to_add(package: str | None) -> str:
    """The end of a sentence: what to do; empty where no package is known."""
    return f"; `tradewind providers add {package}` brings it" if package else ""


def _package(table: Mapping[str, str], name: str) -> str | None:
    return next((package for package, names in table.items() if name in names.split()), None)
