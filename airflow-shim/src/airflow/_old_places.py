"""Modules of Airflow 1 that Airflow 2 still redirected to provider packages: they are found by this table."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from airflow._forward import moved, package_of

__all__ = ["OldPlacesFinder"]

PLACES = {
    "hooks.S3_hook": "amazon.aws.hooks.s3",
    "hooks.dbapi_hook": "common.sql.hooks.sql",
    "hooks.docker_hook": "docker.hooks.docker",
    "hooks.druid_hook": "apache.druid.hooks.druid",
    "hooks.hive_hooks": "apache.hive.hooks.hive",
    "hooks.http_hook": "http.hooks.http",
    "hooks.jdbc_hook": "jdbc.hooks.jdbc",
    "hooks.mssql_hook": "microsoft.mssql.hooks.mssql",
    "hooks.mysql_hook": "mysql.hooks.mysql",
    "hooks.oracle_hook": "oracle.hooks.oracle",
    "hooks.pig_hook": "apache.pig.hooks.pig",
    "hooks.postgres_hook": "postgres.hooks.postgres",
    "hooks.presto_hook": "presto.hooks.presto",
    "hooks.samba_hook": "samba.hooks.samba",
    "hooks.slack_hook": "slack.hooks.slack",
    "hooks.sqlite_hook": "sqlite.hooks.sqlite",
    "hooks.webhdfs_hook": "apache.hdfs.hooks.webhdfs",
    "hooks.zendesk_hook": "zendesk.hooks.zendesk",
    "operators.docker_operator": "docker.operators.docker",
    "operators.email_operator": "smtp.operators.smtp",
    "operators.hive_operator": "apache.hive.operators.hive",
    "operators.hive_stats_operator": "apache.hive.operators.hive_stats",
    "operators.hive_to_mysql": "apache.hive.transfers.hive_to_mysql",
    "operators.hive_to_samba_operator": "apache.hive.transfers.hive_to_samba",
    "operators.http_operator": "http.operators.http",
    "operators.mssql_to_hive": "apache.hive.transfers.mssql_to_hive",
    "operators.mysql_to_hive": "apache.hive.transfers.mysql_to_hive",
    "operators.papermill_operator": "papermill.operators.papermill",
    "operators.pig_operator": "apache.pig.operators.pig",
    "operators.redshift_to_s3_operator": "amazon.aws.transfers.redshift_to_s3",
    "operators.s3_file_transform_operator": "amazon.aws.operators.s3",
    "operators.s3_to_hive_operator": "apache.hive.transfers.s3_to_hive",
    "operators.s3_to_redshift_operator": "amazon.aws.transfers.s3_to_redshift",
    "operators.slack_operator": "slack.operators.slack",
    "operators.sql": "common.sql.operators.sql",
    "sensors.hive_partition_sensor": "apache.hive.sensors.hive_partition",
    "sensors.http_sensor": "http.sensors.http",
    "sensors.metastore_partition_sensor": "apache.hive.sensors.metastore_partition",
    "sensors.named_hive_partition_sensor": "apache.hive.sensors.named_hive_partition",
    "sensors.s3_key_sensor": "amazon.aws.sensors.s3",
    "sensors.sql": "common.sql.sensors.sql",
    "sensors.sql_sensor": "common.sql.sensors.sql",
    "sensors.web_hdfs_sensor": "apache.hdfs.sensors.web_hdfs",
}
"""Module of Airflow -> module of the provider packages."""
RENAMED = {"SimpleHttpOperator": "HttpOperator"}


class OldPlacesFinder(MetaPathFinder):
    """Finds the modules above."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        """A spec of a module that looks in the provider package; None: it is not of the table."""
        place = PLACES.get(fullname.removeprefix("airflow.")) if fullname.startswith("airflow.") else None
        return ModuleSpec(fullname, _Redirect(f"airflow.providers.{place}")) if place else None


class _Redirect(Loader):
    """Fills a module that has the names of another."""

    def __init__(self, place: str) -> None:
        self._place = place

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 - the protocol's
        return None

    def exec_module(self, module: ModuleType) -> None:
        moved(module.__name__, self._place)
        place = self._place

        def get(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            try:
                target = import_module(place)
            except ModuleNotFoundError as error:
                if not place.startswith(str(error.name)):
                    raise  # something that the package needs is missing, which is another matter
                package = package_of(place)
                raise ImportError(
                    f"{module.__name__}.{name} is in {place} now: it needs a provider package such as {package}",
                    name=place,
                ) from error
            return getattr(target, RENAMED.get(name, name))

        module.__getattr__ = get  # type: ignore[method-assign]
