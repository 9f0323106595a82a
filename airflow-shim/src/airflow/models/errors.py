"""Airflow's table of import errors, which is not here."""

from __future__ import annotations

from airflow._refusals import table

__all__ = ["ParseImportError"]

ParseImportError = table("ParseImportError", __name__, "the import errors of the REST API")
