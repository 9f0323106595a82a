"""The log of changes that streams read."""

import sqlalchemy as sa
from alembic import op

from tradewind.db.columns import BIG_KEY, Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "change_log",
        sa.Column("id", BIG_KEY, autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_log")),
    )
