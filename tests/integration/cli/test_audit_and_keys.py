"""The audit log and the keys of secrets on the command line, without a server."""

from __future__ import annotations

import csv
import io
import json
import sqlite3

import pytest
from cryptography.fernet import Fernet

SECRET = "gTz7-canary-Password"


def test_what_commands_change_is_in_the_audit_log(tradewind) -> None:
    tradewind("variables", "set", "k", SECRET)
    (entry,) = tradewind("audit", "list", "-o", "json").json()
    assert (entry["via"], entry["event"], entry["name"]) == ("process", "post_variable", "k")
    assert "1 entries hold, from 1 to 1" in tradewind("audit", "verify").out
    exported = [json.loads(line) for line in tradewind("audit", "export").out.splitlines()]
    assert [one["id"] for one in exported] == [1]
    table = csv.DictReader(io.StringIO(tradewind("audit", "export", "--format", "csv").out, newline=""))
    assert [row["event"] for row in table] == ["post_variable"]
    assert SECRET not in tradewind("audit", "export").out


def test_a_changed_entry_is_named(tradewind) -> None:
    for number in range(3):
        tradewind("variables", "set", f"k{number}", "v")
    head = tradewind("audit", "verify").out.split()[-1]
    with sqlite3.connect(tradewind.home / "tradewind.db") as raw:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute("UPDATE event_log SET owner = 'eve' WHERE id = 2")
        raw.execute("DROP TRIGGER event_log_keeps")
        raw.execute("UPDATE event_log SET owner = 'eve' WHERE id = 2")
    assert "BROKEN at entry 2" in tradewind("audit", "verify", "--head", head, expect=1).out


def test_retention_leaves_an_anchor(tradewind) -> None:
    tradewind("variables", "set", "k", "v")
    tradewind("db", "clean", "--clean-before-timestamp", "2100-01-01", "-t", "event_log", "-y")
    assert [one["event"] for one in tradewind("audit", "list", "-o", "json").json()] == ["cut_audit_log"]
    assert "1 entries hold, from 2 to 2" in tradewind("audit", "verify").out


def encrypted(tradewind) -> list[str]:
    """All that is encrypted in the database."""
    with sqlite3.connect(tradewind.home / "tradewind.db") as raw:
        found = raw.execute(
            "SELECT password, extra, host FROM connection UNION ALL SELECT value, NULL, NULL FROM variable"
        )
        return [one.removeprefix("fernet:") for row in found for one in row if one is not None]


def test_keys_are_rotated_and_old_ones_can_go(tradewind) -> None:
    tradewind("variables", "set", "k", SECRET)
    extra = json.dumps({"token": SECRET})
    tradewind(
        "connections", "add", "c", "--conn-type", "http", "--conn-password", SECRET, "--conn-extra", extra,
        "--conn-host", f"https://me:{SECRET}@host/x",
    )  # fmt: skip
    file = tradewind.home / "fernet.key"
    old = file.read_bytes().split()
    assert len(encrypted(tradewind)) == 4
    assert SECRET not in (tradewind.home / "tradewind.db").read_bytes().decode("latin-1")
    said = tradewind("rotate-fernet-key", "--new-key").out
    assert "1 connections encrypted again, 1 variables encrypted again" in said
    assert "0 connections encrypted again, 0 variables" in tradewind("rotate-fernet-key").out
    assert "1 old keys removed" in tradewind("rotate-fernet-key", "--drop-old").out
    assert "There is only one key in" in tradewind("rotate-fernet-key").out
    (new,) = file.read_bytes().split()
    assert new not in old
    assert file.stat().st_mode & 0o777 == 0o600
    for token in encrypted(tradewind):
        assert SECRET in Fernet(new).decrypt(token.encode()).decode()
    assert tradewind("variables", "get", "k").out.strip() == SECRET
    assert tradewind("audit", "list", "-e", "rotate_fernet_key", "-o", "json").json()


def test_keys_of_the_environment_are_honoured_the_first_encrypts(tradewind, monkeypatch: pytest.MonkeyPatch) -> None:
    tradewind("variables", "set", "before", SECRET)
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", second)
    tradewind("variables", "set", "with-second", SECRET)
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", f"{first},{second}")
    assert "2 variables encrypted again" in tradewind("rotate-fernet-key").out
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", first)
    (tradewind.home / "fernet.key").unlink()
    for key in ("before", "with-second"):
        assert tradewind("variables", "get", key).out.strip() == SECRET
    assert "secrets.fernet_key" in tradewind("rotate-fernet-key", "--new-key", expect=2).err
    assert first not in tradewind("config", "list").out
