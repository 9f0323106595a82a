"""Indexes and counts that long lists need."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing yet."""
