"""Short names of provider packages: `postgres` stands for `apache-airflow-providers-postgres`."""

from __future__ import annotations

import re

from tradewind.base.errors import InvalidInput

__all__ = ["AIRFLOW", "distribution_name", "requirement"]

PREFIX = "apache-airflow-providers-"
PUBLISHED = frozenset(
    [
        "airbyte",
        "alibaba",
        "amazon",
        "apache-beam",
        "apache-cassandra",
        "apache-drill",
        "apache-druid",
        "apache-flink",
        "apache-hdfs",
        "apache-hive",
        "apache-iceberg",
        "apache-impala",
        "apache-kafka",
        "apache-kylin",
        "apache-livy",
        "apache-pig",
        "apache-pinot",
        "apache-spark",
        "apache-tinkerpop",
        "apprise",
        "arangodb",
        "asana",
        "atlassian-jira",
        "celery",
        "cloudant",
        "cncf-kubernetes",
        "cohere",
        "common-ai",
        "common-compat",
        "common-io",
        "common-messaging",
        "common-sql",
        "databricks",
        "datadog",
        "dbt-cloud",
        "dingding",
        "discord",
        "docker",
        "edge3",
        "elasticsearch",
        "exasol",
        "fab",
        "facebook",
        "ftp",
        "git",
        "github",
        "google",
        "grpc",
        "hashicorp",
        "http",
        "imap",
        "influxdb",
        "jdbc",
        "jenkins",
        "keycloak",
        "microsoft-azure",
        "microsoft-mssql",
        "microsoft-psrp",
        "microsoft-winrm",
        "mongo",
        "mysql",
        "neo4j",
        "odbc",
        "openai",
        "openfaas",
        "openlineage",
        "opensearch",
        "opsgenie",
        "oracle",
        "pagerduty",
        "papermill",
        "pgvector",
        "pinecone",
        "postgres",
        "presto",
        "qdrant",
        "redis",
        "salesforce",
        "samba",
        "segment",
        "sendgrid",
        "sftp",
        "singularity",
        "slack",
        "smtp",
        "snowflake",
        "sqlite",
        "ssh",
        "standard",
        "tableau",
        "telegram",
        "teradata",
        "trino",
        "vertica",
        "weaviate",
        "yandex",
        "ydb",
        "zendesk",
    ]
)
ALSO = {
    "aws": "amazon",
    "azure": "microsoft-azure",
    "gcp": "google",
    "hive": "apache-hive",
    "jira": "atlassian-jira",
    "kafka": "apache-kafka",
    "kubernetes": "cncf-kubernetes",
    "livy": "apache-livy",
    "mssql": "microsoft-mssql",
    "spark": "apache-spark",
    "winrm": "microsoft-winrm",
}
"""Names that Airflow's own extras have for them."""
AIRFLOW = ("apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk")


def distribution_name(name: str) -> str:
    """The full name of a package; a name that is none of Airflow's own stays as it is."""
    plain = re.sub(r"[-_.]+", "-", name.strip()).lower()
    short = ALSO.get(plain, plain)
    return PREFIX + short if short in PUBLISHED else plain


def requirement(text: str) -> str:
    """A requirement for the installer: the full name, with extras and versions as they were given.

    Raises:
        InvalidInput: it is no name, or Airflow itself is asked for.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        found = Requirement(text)
    except InvalidRequirement as error:
        raise InvalidInput(
            f"{text!r} is no package: say `postgres`, `apache-airflow-providers-http==6.3.0` or `amazon[s3fs]`"
        ) from error
    found.name = distribution_name(found.name)
    if found.name in AIRFLOW:
        raise InvalidInput(
            f"{found.name} is Airflow itself, whose place tradewind-airflow takes; name provider packages"
        )
    return str(found)
