"""A new key: rows are encrypted again a few at a time, what was done stays done, and the old key may go."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.fernet import Fernet

from support.databases import EPOCH
from support.rows import rows
from tradewind.base.errors import InvalidInput
from tradewind.db import Database, connections, sealed_waits, tables, variables
from tradewind.db.cipher import Cipher, add_key, keep_first_key, key_file_cipher
from tradewind.db.engine import Tx


def plant(tx: Tx, cipher: Cipher, name: str) -> None:
    variables.add_variable(tx, cipher, "default", variables.VariableRecord(key=name, value=name))
    connections.add_connection(
        tx, cipher, "default", connections.ConnectionRecord(conn_id=name, conn_type="x", password=name, extra="{}")
    )
    row: dict[str, Any] = {
        "id": name, "kind": "task", "workspace": "default", "classpath": "a.B", "created_at": EPOCH,
        "kwargs": cipher.encrypt(name), "method_kwargs": "{}", "event": None,
    }  # fmt: skip
    tx.execute(tables.trigger.insert(), row)


ALL = pytest.mark.parametrize(
    "kind", [connections, variables, sealed_waits], ids=["connections", "variables", "triggers"]
)


@ALL
def test_rows_are_done_in_batches_and_none_twice(database: Database, tmp_path: Path, kind: ModuleType) -> None:
    cipher, last, counts = key_file_cipher(tmp_path), ("", ""), []
    with database.write() as tx:
        for name in "abcde":
            plant(tx, cipher, name)
    add_key(tmp_path / "fernet.key")
    for _ in range(3):  # the third is what happens after an interruption: it begins anew
        with database.write() as tx:
            done = kind.rotate_key(tx, cipher, last, 2)
        counts.append((done.changed, done.kept))
        last = ("", "") if len(counts) == 2 else done.last
    assert counts == [(2, 0), (2, 0), (0, 2)]


def test_afterwards_the_old_key_is_needed_by_nothing(database: Database, tmp_path: Path) -> None:
    cipher = key_file_cipher(tmp_path)
    with database.write() as tx:
        plant(tx, cipher, "a")
        tx.execute(tables.trigger.update().values(event=cipher.encrypt('"said"')))
    add_key(tmp_path / "fernet.key")
    with database.write() as tx:
        for kind in (connections, variables, sealed_waits):
            assert kind.rotate_key(tx, cipher).changed == 1
    assert keep_first_key(tmp_path / "fernet.key") == 1
    only = Fernet((tmp_path / "fernet.key").read_bytes().strip())
    [one], [stored], [waits] = (rows(database, name) for name in ("variable", "connection", "trigger"))
    for token in (one["value"], stored["password"], stored["extra"], waits["kwargs"], waits["event"]):
        only.decrypt(token.encode())
    assert waits["method_kwargs"] == "{}"


def test_a_server_that_runs_takes_the_new_key_at_once(tmp_path: Path) -> None:
    running = key_file_cipher(tmp_path)
    old = running.encrypt("x")
    add_key(tmp_path / "fernet.key")
    new = running.encrypt("x")
    assert (running.is_newest(old), running.is_newest(new)) == (False, True)
    other = key_file_cipher(tmp_path)
    assert other.decrypt(old) == other.decrypt(new) == "x"
    keep_first_key(tmp_path / "fernet.key")
    with pytest.raises(InvalidInput, match="another key"):
        key_file_cipher(tmp_path).decrypt(old)


def test_a_url_with_a_password_is_encrypted_and_others_are_not(database: Database, tmp_path: Path) -> None:
    cipher = key_file_cipher(tmp_path)
    with database.write() as tx:
        for conn_id, host in (("plain", "https://host:5000/a@b"), ("login", "https://me:pa55w0rd@host/x")):
            connections.add_connection(
                tx, cipher, "default", connections.ConnectionRecord(conn_id=conn_id, conn_type="x", host=host)
            )
        found = {one.conn_id: one.host for one in connections.list_connections(tx, cipher, "default")[0]}
    assert found == {"plain": "https://host:5000/a@b", "login": "https://me:pa55w0rd@host/x"}
    stored = {row["conn_id"]: row["host"] for row in rows(database, "connection")}
    assert stored["plain"] == "https://host:5000/a@b"
    assert "pa55w0rd" not in stored["login"]
