"""A run asked for by partition key: its date where the schedule knows it, refused where the schedule has no parts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tradewind.api.requests import RunWish, plan_run
from tradewind.base.errors import InvalidInput
from tradewind.core.events import RunFacts
from tradewind.spec import DagKey, DagSpec, Json, ScheduleSpec

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def asked(kind: str, args: dict[str, Json], key: str | None) -> RunFacts:
    spec = DagSpec(dag_id="d", schedule=ScheduleSpec(kind, args, timezone="Asia/Taipei"))
    return plan_run(DagKey("default", "d"), spec, RunWish(partition_key=key), "uid", NOW)


def test_a_key_of_a_cron_names_its_date_in_the_zone() -> None:
    args: dict[str, Json] = {"cron": "0 0 * * *", "key_format": "%Y-%m-%d", "jitter_s": 60}
    facts = asked("cron_partition", args, "2026-03-02")
    assert (facts.partition_key, facts.partition_date) == ("2026-03-02", datetime(2026, 3, 1, 16, tzinfo=UTC))
    with pytest.raises(InvalidInput, match="key_format"):
        asked("cron_partition", args, "yesterday")
    assert asked("cron_partition", args, None).partition_date is None


@pytest.mark.parametrize(("kind", "args"), [("none", {"partitioned_at_runtime": True}), ("assets", {"partitions": {}})])
def test_other_parts_have_a_key_alone(kind: str, args: dict[str, Json]) -> None:
    facts = asked(kind, args, "eu")
    assert (facts.partition_key, facts.partition_date) == ("eu", None)


def test_a_schedule_without_parts_has_no_keys() -> None:
    with pytest.raises(InvalidInput, match="partitioned timetable"):
        asked("cron_trigger", {"cron": "@daily"}, "eu")
