"""`@task.<name>` decorators that provider packages bring; for one that none brings, the name of the package that would."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.sdk.authoring_errors import UnknownTaskDecorator
from tradewind.sdk.provider_catalogue import catalogue, imported

__all__ = ["provider_decorator"]

_AI = dict.fromkeys(
    ("agent", "llm", "llm_batch", "llm_branch", "llm_file_analysis", "llm_schema_compare", "llm_sql"), "common-ai"
)
PACKAGES: Mapping[str, str] = {
    **_AI,
    "analytics": "common-sql",
    "docker": "docker",
    "kubernetes": "cncf-kubernetes",
    "kubernetes_cmd": "cncf-kubernetes",
    "pyspark": "apache-spark",
    "sftp_sensor": "sftp",
    "snowpark": "snowflake",
    "sql": "common-sql",
    "stub": "standard",
}
"""Decorators of the published packages, and which package has them."""


def provider_decorator(name: str) -> object:
    """The decorator behind `@task.<name>`; its package is imported now.

    Raises:
        UnknownTaskDecorator: no installed package has it, or the package can't be imported.
    """
    path = catalogue().task_decorators.get(name)
    if path is None:
        hint = f"; `tradewind providers add {PACKAGES[name]}` brings it" if name in PACKAGES else ""
        raise UnknownTaskDecorator(f"task decorator {name!r} not found{hint}")
    try:
        return imported(path)
    except (ImportError, AttributeError) as error:
        raise UnknownTaskDecorator(f"task decorator {name!r} can't be loaded from {path}: {error}") from error
