"""Which package brings what is missing."""

from __future__ import annotations

import pytest

from tradewind.sdk.provider_hints import package_of_missing, package_of_module


@pytest.mark.parametrize(
    ("missing", "package"),
    [
        ("airflow.providers.postgres", "postgres"),
        ("airflow.providers.apache.kafka", "apache-kafka"),
        ("airflow.providers.cncf", "cncf-kubernetes"),
        ("airflow.providers.cncf.kubernetes", "cncf-kubernetes"),
        ("airflow.providers.postgres.operators", None),  # gone from a package that is installed
        ("airflow.providers.apache", None),  # one of many
        ("airflow.operators.nowhere", None),
        ("pandas", None),
        ("", None),
    ],
)
def test_the_package_of_a_missing_module_is_known_by_its_folder(missing: str, package: str | None) -> None:
    assert package_of_missing(missing) == package


def test_the_package_of_a_module_is_told_by_its_name() -> None:
    assert package_of_module("airflow.providers.microsoft.azure.hooks.wasb") == "microsoft-azure"
    assert package_of_module("airflow.providers.google.cloud.hooks.gcs") == "google"
    assert package_of_module("airflow.providers.microsoft") is None
    assert package_of_module("airflow.models") is None
