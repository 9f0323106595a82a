"""The audit log as a chain: before, after, and the hash of all that came before."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
