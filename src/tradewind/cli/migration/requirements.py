"""Rules about requirements.txt: Airflow itself, its extras, provider packages, and packages that would bring Airflow along."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement

from tradewind.cli.migration.findings import Finding, finding
from tradewind.cli.migration.packages import ADD, PREFIX, added_name, installed_providers

__all__ = ["requirement_findings"]

AIRFLOW = {"apache-airflow", "apache-airflow-core", "apache-airflow-task-sdk"}
BUILT_ON_AIRFLOW = {
    "astronomer-cosmos",
    "dag-factory",
    "acryl-datahub-airflow-plugin",
    "great-expectations-airflow",
    "astro-sdk-python",
}
NO_PROVIDERS = {
    "async", "all", "all-core", "all-dbs", "devel", "dev", "doc", "password", "rabbitmq", "statsd", "sentry", "otel", "graphviz",
    "kerberos", "ldap", "pandas", "polars", "uv", "virtualenv", "s3fs", "saml", "leveldb", "cgroups", "aiobotocore", "memray",
    "gunicorn", "github-enterprise", "google-auth", "deprecated-api",
}  # fmt: skip
OTHER_EXTRAS = {
    "aws": "amazon", "gcp": "google", "gcp_api": "google", "s3": "amazon", "azure": "microsoft-azure", "kubernetes": "cncf-kubernetes",
    "cassandra": "apache-cassandra", "spark": "apache-spark", "hive": "apache-hive", "druid": "apache-druid", "hdfs": "apache-hdfs",
    "livy": "apache-livy", "kafka": "apache-kafka", "beam": "apache-beam", "mssql": "microsoft-mssql", "winrm": "microsoft-winrm",
    "psrp": "microsoft-psrp", "jira": "atlassian-jira", "dbt-cloud": "dbt-cloud", "amazon": "amazon", "pinot": "apache-pinot",
}  # fmt: skip


def requirement_findings(text: str) -> Iterator[Finding]:
    """All of these rules, for the text of a requirements.txt."""
    for number, line in enumerate(text.splitlines(), 1):
        wanted = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].rstrip("\\").strip()
        wanted = re.split(r"\s--hash", wanted, maxsplit=1)[0].strip()
        if not wanted or wanted.startswith("-"):
            continue
        try:
            required = Requirement(wanted)
        except InvalidRequirement:
            continue  # an address or a path, or pip's own syntax
        yield from _requirement(required, wanted, number)


def _requirement(required: Requirement, written: str, line: int) -> Iterator[Finding]:
    name = re.sub(r"[-_.]+", "-", required.name).lower()
    if name in AIRFLOW:
        yield finding("TW501", line, written, "write `tradewind[airflow]`", swap=(written, "tradewind[airflow]"))
        for extra in sorted(required.extras):
            if extra in NO_PROVIDERS:
                continue
            package = PREFIX + OTHER_EXTRAS.get(extra, re.sub(r"[._]", "-", extra))
            if package not in installed_providers():
                yield finding("TW502", line, f"{package}, by the extra {extra!r}", f"{ADD} {added_name(package)}")
    elif name.startswith(PREFIX):
        if name not in installed_providers():
            yield finding("TW502", line, written, f"{ADD} {added_name(name)}")
    elif name in BUILT_ON_AIRFLOW or name.startswith(("airflow-provider-", "airflow-providers-", "airflow-")):
        yield finding("TW503", line, f"{written} asks for apache-airflow", f"{ADD} {name}")
