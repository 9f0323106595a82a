"""`ProvidersManager` and the names of Airflow, with provider packages as published."""

from __future__ import annotations

import subprocess
import sys
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from airflow.providers_manager import DialectInfo, HookInfo, ProvidersManager
from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

from support.airflow_names import absent, names, names_of_packages
from support.provider_package import install
from tradewind.sdk.provider_catalogue import catalogue


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


@pytest.mark.parametrize("hook", ["HasNoName", "Breaks", "Gone"])
def test_a_hook_that_cannot_be_used_is_told_and_hides_no_other(
    hook: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    info = f"""{{"connection-types": [{{"connection-type": "odd", "hook-class-name": "odd_provider.hooks.{hook}"}}]}}"""
    module = install(tmp_path, "odd-provider", info)
    (module.parent / "hooks.py").write_text(
        "class HasNoName:\n    pass\ndef __getattr__(name):\n"
        "    raise RuntimeError('old library') if name == 'Breaks' else AttributeError(name)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path / "home"))
    catalogue(again=True)
    monkeypatch.setattr(ProvidersManager, "_the_one", None)
    try:
        hooks = ProvidersManager().hooks
        assert hooks["odd"] is None
        assert hooks["http"] is not None
        assert f"odd_provider.hooks.{hook}" in caplog.text
    finally:
        monkeypatch.undo()
        catalogue(again=True)


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


@pytest.mark.parametrize(
    ("module", "name", "place"),
    [
        ("airflow.hooks.postgres_hook", "PostgresHook", "airflow.providers.postgres.hooks.postgres"),
        ("airflow.operators.http_operator", "SimpleHttpOperator", "airflow.providers.http.operators.http"),
        ("airflow.sensors.s3_key_sensor", "S3KeySensor", "airflow.providers.amazon.aws.sensors.s3"),
        ("airflow.operators.sql", "SQLCheckOperator", "airflow.providers.common.sql.operators.sql"),
    ],
)
def test_a_module_of_airflow_1_finds_its_provider_package_and_says_so_once(module: str, name: str, place: str):
    sys.modules.pop(module, None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = getattr(import_module(module), name)
        import_module(module)
    assert found.__module__ == place
    told = [f"{module} is a name of Airflow 2; use {place}"]
    if found.__name__ != name:
        told.append(f"{module}.{name} is a name of Airflow 2; use {place}.{found.__name__}")
    assert [str(one.message) for one in caught if "is a name of Airflow 2" in str(one.message)] == told


def test_the_warning_points_at_the_line_that_imports():
    code = "import airflow.hooks.mysql_hook"
    done = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert "<string>:1: DeprecationWarning: airflow.hooks.mysql_hook is a name of Airflow 2" in done.stderr


def test_an_old_place_whose_package_is_not_installed_names_the_package():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(ImportError, match="apache-airflow-providers-apache-hive"):
            exec("from airflow.hooks.hive_hooks import HiveCliHook")
