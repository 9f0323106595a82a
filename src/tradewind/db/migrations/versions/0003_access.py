"""Roles, holders of roles, tokens by name, sessions, failed log-ins, log-ins under way."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing yet."""
