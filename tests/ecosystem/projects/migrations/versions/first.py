"""The first migration."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "first", None


def upgrade():
    op.create_table("ships", sa.Column("name", sa.String))


def downgrade():
    op.drop_table("ships")
