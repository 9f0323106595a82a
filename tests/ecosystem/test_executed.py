"""Enough of the provider packages is executed for real: counted over the test modules of this folder."""

from __future__ import annotations

from ecosystem.executed import everything_executed, table

KINDS = {"operator", "hook", "sensor", "trigger"}


def test_at_least_forty_classes_of_twelve_packages_are_executed_and_six_of_them_defer() -> None:
    rows = [row for row in everything_executed() if row.kind in KINDS]
    print(table(rows))
    assert len(rows) >= 40
    assert len({row.package for row in rows}) >= 12
    assert sum(row.is_deferrable for row in rows) >= 6
