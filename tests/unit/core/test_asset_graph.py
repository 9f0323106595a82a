"""The part of a graph around one of its nodes."""

from __future__ import annotations

from tradewind.core.asset_graph import related

EDGES = [("load", "orders"), ("orders", "report"), ("customers", "report"), ("report", "revenue"), ("other", "far")]


def test_what_leads_to_a_node_and_what_it_leads_to_is_related_however_far() -> None:
    assert related(EDGES, "orders") == {"load", "orders", "report", "revenue"}


def test_what_only_meets_it_further_on_is_not_related() -> None:
    assert "customers" not in related(EDGES, "orders")
    assert related(EDGES, "report") == {"load", "orders", "customers", "report", "revenue"}


def test_a_circle_has_an_end_and_a_node_alone_is_all_there_is() -> None:
    assert related([("a", "b"), ("b", "a")], "a") == {"a", "b"}
    assert related(EDGES, "nowhere") == {"nowhere"}
