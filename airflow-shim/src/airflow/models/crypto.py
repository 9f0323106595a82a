"""Encryption of Airflow's database, which is not here: Tradewind encrypts what it stores with a key of its own."""

from __future__ import annotations

from typing import NoReturn

from airflow._refusals import refuse

__all__ = ["get_fernet"]


def get_fernet() -> NoReturn:
    """Airflow's key: refused.

    Raises:
        RuntimeError: always.
    """
    refuse("get_fernet gives the key of Airflow's database", "`cryptography.fernet` with a key from a Connection")
