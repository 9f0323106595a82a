"""The audit log over the API: before and after without secrets, addresses, refusals, export, verification."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from sqlalchemy import text

from support.api import Api

SECRET = "gTz7-canary-Password"


def last(api: Api, **query: Any) -> dict[str, Any]:
    """The newest entry of these."""
    return api.get("//auth/audit", order_by="-id", limit=1, **query).ok()["entries"][0]


def test_a_change_says_what_it_was_before_and_after(both: Api) -> None:
    both.post("/pools", {"name": "p", "slots": 3}, address="10.1.2.3").ok(201)
    made = last(both)
    assert (made["event"], made["owner"], made["via"], made["address"]) == ("post_pool", "admin", "token", "10.1.2.3")
    assert (made["resource"], made["name"], made["before"]) == ("pool", "p", None)
    assert made["after"] == {"slots": 3, "include_deferred": False}
    both.patch("/pools/p", {"slots": 4, "description": "d"}).ok()
    changed = last(both)
    assert changed["before"] == {"slots": 3, "description": None}
    assert changed["after"] == {"slots": 4, "description": "d"}
    both.delete("/pools/p").ok(204)
    assert last(both)["before"]["slots"] == 4
    assert last(both)["after"] is None


def test_of_secrets_only_the_change_is_told(both: Api) -> None:
    body = {
        "connection_id": "c", "conn_type": "http", "host": f"https://me:{SECRET}@h", "password": SECRET,
        "extra": json.dumps({"region": SECRET, "n": 1}),
    }  # fmt: skip
    both.post("/connections", body).ok(201)
    assert last(both)["after"]["password"] == "***"
    both.patch("/connections/c", {"connection_id": "c", "conn_type": "ftp", "password": "***"}).ok()
    assert last(both)["before"] == {"conn_type": "http"}
    assert last(both)["after"] == {"conn_type": "ftp"}
    both.patch("/connections/c", {"connection_id": "c", "conn_type": "ftp", "password": SECRET + "2"}).ok()
    assert last(both)["before"] == last(both)["after"] == {"password": "***"}
    both.post("/variables", {"key": "plain_name", "value": SECRET}).ok(201)
    assert last(both)["after"] == {"value": "***"}
    both.delete("/connections/c").ok(204)
    assert SECRET not in both.get("//auth/audit/export").text
    assert SECRET not in both.get("//auth/audit/export", format="csv").text


def test_a_bulk_request_tells_of_each_thing(both: Api) -> None:
    entities = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    both.patch("/variables", {"actions": [{"action": "create", "entities": entities}]}).ok()
    found = last(both)
    assert (found["name"], sorted(found["after"])) == ("a, b", ["a", "b"])


def test_users_and_roles_are_told_with_what_they_may(both: Api) -> None:
    new = {"username": "zoe", "password": SECRET, "roles": [{"role": "Viewer"}]}
    both.post("//auth/users", new).ok(201)
    assert last(both)["after"]["roles"] == ["Viewer@*"]
    both.patch("//auth/users/zoe", {"roles": [{"role": "Op"}]}).ok()
    assert (last(both)["before"], last(both)["after"]) == ({"roles": ["Viewer@*"]}, {"roles": ["Op@*"]})
    both.patch("//auth/users/zoe", {"password": SECRET + "3"}).ok()
    assert last(both)["after"] == {"password": "***"}
    both.post("//auth/roles", {"name": "r", "permissions": ["read:dag"]}).ok(201)
    both.patch("//auth/roles/r", {"add_permissions": ["read:pool"]}).ok()
    assert last(both)["after"] == {"grants": ["read:dag", "read:pool"]}


def test_what_somebody_was_refused_is_written_down_but_not_without_end(both: Api) -> None:
    refused = both.post("/pools", {"name": "p", "slots": 1}, role="viewer", address="10.9.9.9")
    assert refused.status == 403
    found = last(both, event="denied")
    assert (found["owner"], found["address"]) == ("viewer", "10.9.9.9")
    assert (found["extra"]["method"], found["extra"]["path"]) == ("POST", "/api/v2/pools")
    assert "create" in found["extra"]["reason"]
    for _ in range(130):
        both.get("//auth/audit", role="viewer")
    assert 60 <= both.get("//auth/audit", event="denied").ok()["total_entries"] <= 120


def test_a_failed_log_in_has_its_address(both: Api) -> None:
    both.send("POST", "//auth/token", {"username": "admin", "password": "wrong"}, role=None, address="10.0.0.7")
    found = last(both, event="login_failed")
    assert (found["owner"], found["address"], found["resource"]) == ("admin", "10.0.0.7", "user")


def test_exports_hold_every_entry(both: Api) -> None:
    for number in range(3):
        both.post("/variables", {"key": f"=k{number}", "value": "v"}).ok(201)
    answer = both.get("//auth/audit/export", event="post_variable")
    assert [line["name"] for line in answer.lines] == ["=k0", "=k1", "=k2"]
    table = list(csv.DictReader(io.StringIO(both.get("//auth/audit/export", format="csv").text, newline="")))
    assert [row["name"] for row in table if row["event"] == "post_variable"] == ["'=k0", "'=k1", "'=k2"]
    assert [int(row["id"]) for row in table] == list(range(1, len(table) + 1))


def test_what_the_database_can_not_look_for_is_told_before_an_export_begins(both: Api) -> None:
    refused = both.get("//auth/audit/export", owner="a\x00b")
    assert refused.status == (400 if both.database.dialect == "postgresql" else 200)
    assert both.get("//auth/audit/export", owner="nobody").text == ""


def test_the_chain_is_verified_and_a_noted_head_is_found_again(both: Api) -> None:
    both.post("/variables", {"key": "k", "value": "v"}).ok(201)
    noted = both.get("//auth/audit/verify").ok()
    assert noted["holds"] is True
    both.delete("/variables/k").ok(204)
    assert both.get("//auth/audit/verify", head=noted["head"]).ok()["holds"] is True
    other = both.get("//auth/audit/verify", head="0" * 63 + "1").ok()
    assert (other["holds"], other["broken_id"]) == (False, None)
    with both.database.write() as tx:
        if tx.dialect == "postgresql":
            tx.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            tx.execute(text("DROP TRIGGER event_log_keeps"))
        tx.execute(text("UPDATE event_log SET owner = 'eve' WHERE event = 'post_variable'"))
    found = both.get("//auth/audit/verify").ok()
    assert (found["holds"], found["broken_id"]) == (False, noted["last_id"])


def test_only_who_may_read_the_audit_log_does(both: Api) -> None:
    for path in ("//auth/audit", "//auth/audit/export", "//auth/audit/verify"):
        assert both.get(path, role="user").status == 403
        assert both.get(path).status == 200
