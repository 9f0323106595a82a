"""Tables of the audit log: what people did, each row bound to the one before it, and where the chain ends.

The database itself refuses to change a row, and to delete one that `audit_head` does not say is cut off.
"""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, String, Table, Text, event

from tradewind.db.columns import BIG_KEY, Moment
from tradewind.db.tables.base import NAME, metadata

__all__ = ["GUARDS", "audit_head", "event_log"]

event_log = Table(
    "event_log",
    metadata,
    Column("id", BIG_KEY, primary_key=True, autoincrement=True),  # without gaps: given by the writer
    Column("timestamp", Moment, nullable=False),
    Column("workspace", NAME, nullable=False),
    Column("event", String(100), nullable=False),
    Column("owner", NAME),
    Column("dag_id", NAME),
    Column("run_id", NAME),
    Column("task_id", NAME),
    Column("map_index", Integer),
    Column("try_number", Integer),
    Column("logical_date", Moment),
    Column("extra", Text),
    Column("via", String(16)),  # token, session, proxy, process or task
    Column("address", String(64)),
    Column("resource", String(64)),  # what kind of thing it was done to
    Column("name", Text),
    Column("before", Text),  # JSON text: the fields that changed, as they were
    Column("after", Text),
    Column("hash", String(64)),  # sha256 over the row and the hash of the row before it
    Index(None, "workspace", "timestamp"),
    Index(None, "workspace", "dag_id", "timestamp"),
    sqlite_autoincrement=True,
)

audit_head = Table(  # one row; who writes an entry holds it until the commit
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_id", BigInteger, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Column("cut_id", BigInteger, nullable=False),  # entries up to here were let go of by retention
    Column("cut_hash", String(64), nullable=False),
)

_CUT = "OLD.id > (SELECT cut_id FROM audit_head)"
GUARDS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        (
            "CREATE TRIGGER event_log_keeps BEFORE UPDATE ON event_log"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        ),
        (
            f"CREATE TRIGGER event_log_stays BEFORE DELETE ON event_log WHEN {_CUT}"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION event_log_refuses() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';"
            " END $$"
        ),
        # A trigger of a table with WHEN cannot ask another table, so this one does.
        (
            "CREATE OR REPLACE FUNCTION event_log_cut() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN IF {_CUT} THEN RAISE EXCEPTION 'the audit log is append-only'"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$"
        ),
        (
            "CREATE TRIGGER event_log_keeps BEFORE UPDATE OR TRUNCATE ON event_log"
            " FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuses()"
        ),
        "CREATE TRIGGER event_log_stays BEFORE DELETE ON event_log FOR EACH ROW EXECUTE FUNCTION event_log_cut()",
    ),
}
"""What makes the log append-only, by dialect."""

for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(event_log, "after_create", DDL(_statement).execute_if(dialect=_dialect))
