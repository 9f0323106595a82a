"""`ProvidersManager` and the names of Airflow, with provider packages as published."""

from __future__ import annotations

import sys
import warnings

import pytest
from airflow.providers_manager import DialectInfo, HookInfo, ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from support.airflow_names import absent, names, names_of_packages


@pytest.fixture
def manager() -> ProvidersManager:
    return ProvidersManager()


def test_there_is_one_under_both_names(manager: ProvidersManager):
    assert ProvidersManagerTaskRuntime() is manager
    assert ProvidersManager.initialized()


def test_it_knows_packages_and_their_versions(manager: ProvidersManager):
    manager.initialize_providers_list()
    standard = manager.providers["apache-airflow-providers-standard"]
    assert standard.version.partition(".")[0].isdigit()
    assert standard.data["package-name"] == "apache-airflow-providers-standard"


def test_a_hook_says_its_class_and_the_argument_that_takes_a_connection(manager: ProvidersManager):
    assert manager.hooks["postgres"] == HookInfo(
        hook_class_name="airflow.providers.postgres.hooks.postgres.PostgresHook",
        connection_id_attribute_name="postgres_conn_id",
        package_name="apache-airflow-providers-postgres",
        hook_name="Postgres",
        connection_type="postgres",
        connection_testable=True,
    )
    assert {"http", "ssh", "aws", "fs"} <= set(manager.hooks)
    assert manager.hooks.get("no_such_type") is None


def test_dialects_are_what_common_sql_takes(manager: ProvidersManager):
    dialect = manager.dialects["postgresql"]
    assert dialect == DialectInfo(**dialect._asdict())
    assert dialect.dialect_class_name.endswith("PostgresDialect")


def test_message_queues_are_those_that_can_be_imported(manager: ProvidersManager):
    manager.initialize_providers_queues()
    assert "airflow.providers.apache.kafka.queues.kafka.KafkaMessageQueueProvider" in manager.queue_class_names


def test_the_message_queue_trigger_finds_its_queues():
    from airflow.providers.common.messaging.triggers.msg_queue import MESSAGE_QUEUE_PROVIDERS

    assert {type(one).__name__ for one in MESSAGE_QUEUE_PROVIDERS} >= {
        "KafkaMessageQueueProvider",
        "SqsMessageQueueProvider",
    }


def test_what_else_packages_declare_is_listed(manager: ProvidersManager):
    assert (
        "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
        in manager.secrets_backend_class_names
    )
    assert "airflow.providers.amazon.aws.log.s3_task_handler.S3TaskHandler" in manager.logging_class_names
    assert "airflow.providers.amazon.aws.fs.s3" in manager.filesystem_module_names
    assert any(one.notification_class_name.endswith("SmtpNotifier") for one in manager.notification)
    assert any(one.trigger_class_name == "airflow.providers.http.triggers.http" for one in manager.trigger)
    assert any(name == "apache-airflow-providers-amazon" for name, _ in manager.provider_configs)
    assert callable(manager.taskflow_decorators["bash"])
    assert manager.field_behaviours["ssh"]["relabeling"] == {"login": "Username"}


def test_uris_of_assets_have_handlers_by_scheme(manager: ProvidersManager):
    assert {"s3", "postgres", "file"} <= set(manager.asset_uri_handlers)
    assert callable(manager.asset_factories["s3"])


def test_a_class_of_a_package_is_imported_when_its_entry_is_asked_for(manager: ProvidersManager):
    sys.modules.pop("airflow.providers.ftp.hooks.ftp", None)
    assert "ftp" in manager.hooks
    assert "airflow.providers.ftp.hooks.ftp" not in sys.modules
    assert manager.hooks["ftp"] is not None


def test_amazon_finds_its_own_version():
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    assert S3Hook._get_provider_version() == ProvidersManager().providers["apache-airflow-providers-amazon"].version


@pytest.mark.parametrize(("module", "wanted"), [*names().items(), *names_of_packages().items()])
def test_each_listed_name_of_airflow_is_there(module: str, wanted: list[str]):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert absent(module, wanted) == []
