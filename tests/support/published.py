"""Wheels of others as published: fetched from the package index by hash, unpacked into a folder for `sys.path`."""

from __future__ import annotations

import zipfile
from pathlib import Path

from support.airflow_examples import fetch_wheel

__all__ = ["WHEELS", "unpack_wheels"]

WHEELS = {
    "airflow-dbt==0.4.0": (
        "airflow_dbt-0.4.0-py2.py3-none-any.whl",
        "a662f3bd5db13d35d326b7ce16b5947ad0f7d54b233ba75544898dce06076d36",
    ),
    "airflow-powerbi-plugin==1.0.1": (
        "airflow_powerbi_plugin-1.0.1-py3-none-any.whl",
        "6b6ddfdb7114d781325f9de167c24dfc266f12eaa720cc439d85862271ec4a95",
    ),
    "airflow-provider-census==2.1.0": (
        "airflow_provider_census-2.1.0-py3-none-any.whl",
        "0756c0b09a261d93438981886108d1c7b383bcc20c1b1333e47d6eda655ae8d6",
    ),
    "airflow-provider-fivetran-async==2.4.0": (
        "airflow_provider_fivetran_async-2.4.0-py3-none-any.whl",
        "585f1b684c23ae48ce14e2d21f1906ec47d03ad4b5b5ee8cec7712bdc8c05106",
    ),
    "airflow-provider-hightouch==5.0.0": (
        "airflow_provider_hightouch-5.0.0-py3-none-any.whl",
        "1d43ecc17b79625befc7d597041b0c3999c043670745487b7b5a71726516456e",
    ),
    "apache-airflow-providers-common-ai==1.0.0": (
        "apache_airflow_providers_common_ai-1.0.0-py3-none-any.whl",
        "659cb4f6753ab006a36714f3f371abe5c02f8aa9f2baca7064bb77f01766c489",
    ),
    "apache-airflow-providers-edge3==5.1.0": (
        "apache_airflow_providers_edge3-5.1.0-py3-none-any.whl",
        "4d0e3c7790aa919c33db93c85b9cd7a4142d5405ba9b5d1cbe7ee1f5600c7182",
    ),
}
"""Requirement -> name of the wheel, and its hash. All are pure Python, and need nothing that the ecosystem's lock lacks."""


def unpack_wheels(folder: Path) -> Path:
    """Unpack all of them into the folder.

    Raises:
        ExamplesUnavailableError: no package index answers, or what it gave is not what was expected.
    """
    for requirement, (name, digest) in WHEELS.items():
        with zipfile.ZipFile(fetch_wheel(requirement, name, digest)) as wheel:
            wheel.extractall(folder)
    return folder
