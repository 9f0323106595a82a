"""`tradewind providers`: names, listings of what packages bring, and refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.provider_package import install
from tradewind.base.errors import Conflict, InvalidInput
from tradewind.cli.installer import Place, check_environment
from tradewind.cli.provider_names import distribution_name, requirement

INFO = """{
    "package-name": "acme", "name": "Acme", "description": "`Acme <https://acme.example/>`__ rockets.\\n",
    "connection-types": [{"connection-type": "acme", "hook-class-name": "acme.AcmeHook", "hook-name": "Acme",
        "conn-fields": {"fuel": {"schema": {"type": ["string", "null"]}}}, "ui-field-behaviour": {"hidden-fields": []}}],
    "operators": [{"integration-name": "Acme", "python-modules": ["acme.flights"]}],
    "transfers": [{"source-integration-name": "A", "target-integration-name": "B", "python-module": "acme.flights"}],
    "notifications": ["acme.AcmeNotifier"], "secrets-backends": ["acme.Vault"], "queues": ["acme.Queue"],
    "logging": ["acme.Log"], "executors": ["acme.Executor"], "auth-managers": ["acme.Auth"], "extra-links": ["acme.Link"],
    "dialects": [{"dialect-type": "acmesql", "dialect-class-name": "acme.Dialect"}],
    "task-decorators": [{"name": "rocket", "class-name": "acme.rocket"}],
    "filesystems": ["acme.files"],
    "config": {"acme": {"options": {"thrust": {"default": "1"}}}},
}"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    site = tmp_path / "site"
    install(site, "acme", INFO, more="class AcmeHook:\n    conn_name_attr = 'acme_conn_id'\n")
    (site / "acme" / "flights.py").write_text(
        "class LaunchOperator: ...\nclass _Hidden: ...\nclass Table: ...\nraise RuntimeError('imported')\n"
    )
    (site / "acme" / "files.py").write_text("schemes = ['acme']\n")
    return {**os.environ, "PYTHONPATH": str(site), "TRADEWIND_HOME": str(tmp_path / "home")}


def tradewind(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tradewind", *words], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("command", "row"),
    [
        ("list", {"package_name": "acme", "description": "Acme rockets", "version": "1.0"}),
        ("get acme", {"Provider": "acme", "Version": "1.0"}),
        (
            "hooks",
            {
                "connection_type": "acme",
                "class": "acme.AcmeHook",
                "conn_id_attribute_name": "acme_conn_id",
                "package_name": "acme",
                "hook_name": "Acme",
            },
        ),
        (
            "connection-types",
            {"connection_type": "acme", "hook_name": "Acme", "package_name": "acme", "extra_fields": ["fuel"]},
        ),
        ("behaviours", {"field_behaviours": "acme"}),
        (
            "widgets",
            {
                "connection_parameter_name": "extra__acme__fuel",
                "class": "acme.AcmeHook",
                "package_name": "acme",
                "field_type": "string or null",
            },
        ),
        (
            "operators",
            {"class": "acme.flights.LaunchOperator", "package_name": "acme", "integration_name": "Acme"},
        ),
        (
            "transfers -p ac",
            {"class": "acme.flights.LaunchOperator", "package_name": "acme", "integration_name": "A to B"},
        ),
        ("notifications", {"notification_class_name": "acme.AcmeNotifier", "package_name": "acme"}),
        ("secrets", {"secrets_backend_class_name": "acme.Vault", "package_name": "acme"}),
        ("queues", {"queue_class_names": "acme.Queue", "package_name": "acme"}),
        ("logging", {"logging_class_name": "acme.Log", "package_name": "acme"}),
        ("executors", {"executor_class_names": "acme.Executor", "package_name": "acme"}),
        ("auth-managers", {"auth_managers_module": "acme.Auth", "package_name": "acme"}),
        ("links", {"extra_link_class_name": "acme.Link", "package_name": "acme"}),
        ("dialects", {"dialect_name": "acmesql", "class": "acme.Dialect", "package_name": "acme"}),
        ("decorators", {"decorator": "@task.rocket", "class": "acme.rocket", "package_name": "acme"}),
        ("filesystems", {"scheme": "acme", "module": "acme.files"}),
        ("configs", {"provider_config": "acme", "sections": ["acme"]}),
    ],
)
def test_a_list_shows_what_a_package_brings(environment: dict[str, str], command: str, row: dict[str, object]) -> None:
    done = tradewind(environment, "providers", *command.split(), "-o", "json")
    assert done.returncode == 0, done.stderr
    assert row in json.loads(done.stdout)


def test_get_shows_all_that_a_package_says_with_full(environment: dict[str, str]) -> None:
    shown = json.loads(tradewind(environment, "providers", "get", "acme", "--full", "-o", "json").stdout)
    assert shown["task-decorators"] == [{"name": "rocket", "class-name": "acme.rocket"}]


def test_a_package_that_is_not_installed_is_not_found(environment: dict[str, str]) -> None:
    done = tradewind(environment, "providers", "get", "nosuch")
    assert (done.returncode, done.stderr) == (3, "Error: No such provider installed: nosuch\n")


def test_a_package_that_cannot_be_read_is_told_and_the_others_are_listed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    install(tmp_path / "site", "broken", "{}", more="raise RuntimeError('too old')")
    done = tradewind(environment, "providers", "list", "-o", "json")
    assert "broken can't be read: RuntimeError: too old" in done.stderr
    assert [one["package_name"] for one in json.loads(done.stdout)] == ["acme"]


def test_airflow_itself_beside_us_is_explained_and_nothing_is_installed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    airflow = tmp_path / "site" / "apache_airflow_core-3.3.2.dist-info"
    airflow.mkdir()
    (airflow / "METADATA").write_text("Metadata-Version: 2.1\nName: apache-airflow-core\nVersion: 3.3.2\n")
    done = tradewind(environment, "providers", "add", "sqlite")
    assert done.returncode == 4
    assert "Airflow itself is installed here (apache-airflow-core 3.3.2)" in done.stderr
    assert "pip uninstall apache-airflow-core" in done.stderr
    assert "apache-airflow-core 3.3.2" in tradewind(environment, "providers", "list").stderr


def test_only_provider_packages_are_removed(environment: dict[str, str]) -> None:
    done = tradewind(environment, "providers", "remove", "click")
    assert (done.returncode, done.stderr) == (2, "Error: click is no provider package; pip or uv uninstalls it\n")


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("postgres", "apache-airflow-providers-postgres"),
        ("common.sql", "apache-airflow-providers-common-sql"),
        ("Common_SQL", "apache-airflow-providers-common-sql"),
        ("kubernetes", "apache-airflow-providers-cncf-kubernetes"),
        ("apache-airflow-providers-http", "apache-airflow-providers-http"),
        ("astronomer-cosmos", "astronomer-cosmos"),
    ],
)
def test_short_names_stand_for_the_published_packages(given: str, full: str) -> None:
    assert distribution_name(given) == full


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("amazon[s3fs]", "apache-airflow-providers-amazon[s3fs]"),
        ("apache-airflow-providers-http==6.3.0", "apache-airflow-providers-http==6.3.0"),
        ("common-sql>=1,<3", "apache-airflow-providers-common-sql<3,>=1"),
        ("astronomer-cosmos", "astronomer-cosmos"),
    ],
)
def test_a_requirement_keeps_its_extras_and_versions(given: str, wanted: str) -> None:
    assert requirement(given) == wanted


@pytest.mark.parametrize("given", ["a b", "-e .", "apache-airflow==3.0", "apache_airflow_core", ""])
def test_what_is_no_package_and_airflow_itself_are_refused(given: str) -> None:
    with pytest.raises(InvalidInput):
        requirement(given)


def test_a_python_of_the_system_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    with pytest.raises(Conflict, match=r"belongs to the system.*python3 -m venv"):
        check_environment(Place(is_systems=True, stdlib=tmp_path, packages=tmp_path))
    check_environment(Place(is_systems=False, stdlib=tmp_path, packages=tmp_path))


def test_packages_that_cannot_be_written_are_told_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="can't be written by this user"):
        check_environment(Place(is_systems=False, stdlib=tmp_path, packages=tmp_path / "absent"))
