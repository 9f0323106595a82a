"""What `macros.` offers in templates."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime, timedelta
from random import random
from typing import Any

import dateutil
import dateutil.parser
import dateutil.relativedelta
import yaml

__all__ = [
    "datetime",
    "datetime_diff_for_humans",
    "dateutil",
    "ds_add",
    "ds_format",
    "ds_format_locale",
    "json",
    "random",
    "time",
    "timedelta",
    "uuid",
    "yaml",
]


def ds_add(ds: str, days: int) -> str:
    """The day `days` after `ds` (``YYYY-MM-DD``); before it, where `days` is negative."""
    if not days:
        return str(ds)
    moved = datetime.strptime(str(ds), "%Y-%m-%d") + timedelta(days=days)  # noqa: DTZ007 - a day has no zone
    return moved.strftime("%Y-%m-%d")


def ds_format(ds: str, input_format: str, output_format: str) -> str:
    """`ds` in another `strftime` format."""
    return datetime.strptime(str(ds), input_format).strftime(output_format)  # noqa: DTZ007 - a day has no zone


def ds_format_locale(ds: str, input_format: str, output_format: str, locale: Any = None) -> str:
    """`ds` in a format of the babel library, in the words of `locale`."""
    from babel.dates import LC_TIME, format_datetime  # pyright: ignore[reportMissingImports]  # noqa: PLC0415 - babel is the user's choice to install

    moment = datetime.strptime(str(ds), input_format)  # noqa: DTZ007 - a day has no zone
    return format_datetime(moment, format=output_format, locale=locale or LC_TIME)


def datetime_diff_for_humans(dt: Any, since: Any = None) -> str:
    """The distance to now, or to `since`, in words such as ``2 days ago``."""
    import pendulum  # noqa: PLC0415 - most templates never ask

    moment = pendulum.instance(dt)
    return moment.diff_for_humans(None if since is None else pendulum.instance(since))
