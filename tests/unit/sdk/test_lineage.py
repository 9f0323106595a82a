"""What hooks tell of the data they touch is kept where a plugin reads it, counted, and up to a limit."""

from __future__ import annotations

from tradewind.sdk.lineage import HookLineageCollector, NoOpCollector, get_hook_lineage_collector


def test_the_same_asset_of_the_same_hook_is_counted():
    collector, hook, other = HookLineageCollector(), object(), object()
    for context in (hook, hook, other):
        collector.add_input_asset(context, uri="s3://bucket/a", asset_extra={"k": 1})
    collector.add_input_asset(hook, uri="s3://bucket/a", asset_extra={"k": 2})
    collector.add_output_asset(hook, uri="s3://bucket/b")
    found = collector.collected_assets
    assert [(one.asset.uri, one.asset.extra, one.count, one.context) for one in found.inputs] == [
        ("s3://bucket/a", {"k": 1}, 2, hook),
        ("s3://bucket/a", {"k": 1}, 1, other),
        ("s3://bucket/a", {"k": 2}, 1, hook),
    ]
    assert [one.asset.uri for one in found.outputs] == ["s3://bucket/b"]
    assert collector.has_collected


def test_an_asset_that_cannot_be_made_is_left_out():
    collector = HookLineageCollector()
    collector.add_input_asset(object(), scheme="no_such_scheme", asset_kwargs={"path": "x"})
    collector.add_input_asset(object())
    assert not collector.has_collected


def test_more_than_the_limit_is_not_kept(caplog):
    collector, hook = HookLineageCollector(), object()
    for number in range(300):
        collector.add_output_asset(hook, uri=f"s3://bucket/{number}")
        collector.add_extra(hook, "sql_job", {"number": number})
    assert len(collector.collected_assets.outputs) == 100
    assert len(collector.collected_assets.extra) == 200
    assert caplog.text.count("the rest of this attempt's are not kept") == 2


def test_nothing_is_kept_where_nobody_reads_it():
    collector = get_hook_lineage_collector()
    assert isinstance(collector, NoOpCollector)
    collector.add_input_asset(object(), uri="s3://bucket/a")
    collector.add_extra(object(), "k", "v")
    assert not collector.has_collected
    assert collector.collected_assets.inputs == []
