"""Moments on the command line: ISO dates and times; those without a zone are meant in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import click

__all__ = ["MOMENT", "parse_moment"]


def parse_moment(text: str) -> datetime | None:
    """The moment that the text names; None: it names none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class _Moment(click.ParamType):
    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        moment = parse_moment(str(value))
        if moment is None:
            self.fail(f"{value!r} is not a date such as 2026-01-31 or 2026-01-31T09:00:00+01:00", param, ctx)
        return moment


MOMENT = _Moment()
