"""The audit log as a chain: before, after, and the hash of all that came before."""

import sqlalchemy as sa
from alembic import op

from tradewind.db.audit_chain import COLUMNS, START, link
from tradewind.db.columns import Moment
from tradewind.db.tables.audit import GUARDS

revision = "0004"
down_revision = "0003"

_AT_ONCE = 2000


def upgrade() -> None:
    for name, kind in (
        ("via", sa.String(length=16)), ("address", sa.String(length=64)), ("resource", sa.String(length=64)),
        ("name", sa.Text()), ("before", sa.Text()), ("after", sa.Text()), ("hash", sa.String(length=64)),
    ):  # fmt: skip
        op.add_column("event_log", sa.Column(name, kind, nullable=True))
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("cut_id", sa.BigInteger(), nullable=False),
        sa.Column("cut_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    last_id, last_hash = _chain()
    first = {"id": 1, "last_id": last_id, "last_hash": last_hash, "cut_id": 0, "cut_hash": START}
    op.get_bind().execute(sa.insert(head), first)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(sa.DDL(statement))


def _chain() -> tuple[int, str]:
    """Number the entries there are without gaps, and give each its hash."""
    connection = op.get_bind()
    moments = {"timestamp", "logical_date"}
    log = sa.table(
        "event_log", *(sa.column(name, Moment() if name in moments else None) for name in (*COLUMNS, "hash"))
    )
    at, last_id, last_hash = -1, 0, START
    while some := connection.execute(
        sa.select(*(log.c[name] for name in COLUMNS)).where(log.c.id > at).order_by(log.c.id).limit(_AT_ONCE)
    ).all():
        for row in some:
            entry = dict(zip(COLUMNS, row, strict=True))
            at, last_id = entry["id"], last_id + 1
            entry["id"] = last_id
            last_hash = link(last_hash, entry)
            connection.execute(sa.update(log).where(log.c.id == at).values(id=last_id, hash=last_hash))
    return last_id, last_hash
