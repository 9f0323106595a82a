"""Airflow 2's place of the functions in `airflow.sdk.timezone`; still common, so it is not deprecated here."""

from __future__ import annotations

from airflow.sdk.timezone import (
    coerce_datetime,
    convert_to_utc,
    datetime,
    from_timestamp,
    initialize,
    is_localized,
    is_naive,
    local_timezone,
    make_aware,
    make_naive,
    parse,
    parse_timezone,
    td_format,
    utc,
    utc_epoch,
    utcnow,
)

__all__ = [
    "coerce_datetime", "convert_to_utc", "datetime", "from_timestamp", "initialize", "is_localized", "is_naive",
    "local_timezone", "make_aware", "make_naive", "parse", "parse_timezone", "td_format", "utc", "utc_epoch", "utcnow",
]  # fmt: skip
