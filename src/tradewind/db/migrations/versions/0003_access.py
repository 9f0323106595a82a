"""Roles, holders of roles, tokens by name, sessions, failed log-ins, log-ins under way."""

import sqlalchemy as sa
from alembic import op

from tradewind.db.columns import JsonText, Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _users()
    op.create_table(
        "role",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("grants", JsonText(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_role")),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("scopes", JsonText(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=250), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("last_used_at", Moment(), nullable=True),
        sa.Column("revoked_at", Moment(), nullable=True),
        _of_user("access_token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
    )
    op.create_index(op.f("ix_access_token_username"), "access_token", ["username"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        _of_user("login_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_login_session_username"), "login_session", ["username"], unique=False)
    op.create_table(
        "login_failure",
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_failure")),
    )
    op.create_table(
        "oidc_login",
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("next_url", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_oidc_login")),
    )
    op.create_index(op.f("ix_oidc_login_expires_at"), "oidc_login", ["expires_at"], unique=False)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["username"], ["user_account.username"], name=op.f(f"fk_{table}_username"), ondelete="CASCADE"
    )


def _users() -> None:
    """Users anew, since SQLite can't change a table's columns: their role becomes a row of its own.

    Favourites hang on users and would go with the old table, so they are lifted out and put back.
    """
    connection = op.get_bind()
    old_user = sa.table(
        "user_account",
        *map(sa.column, ("username", "password_hash", "role", "email", "first_name", "last_name")),
        sa.column("is_active", sa.Boolean()),
        sa.column("created_at", Moment()),
    )
    favorite = sa.table("dag_favorite", *map(sa.column, ("username", "workspace", "dag_id")))
    users = [dict(row) for row in connection.execute(sa.select(old_user)).mappings()]
    favorites = [dict(row) for row in connection.execute(sa.select(favorite)).mappings()]
    op.drop_table("dag_favorite")
    op.drop_table("user_account")
    user = op.create_table(
        "user_account",
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default=sa.text("'person'"), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=250), nullable=True),
        sa.Column("email", sa.String(length=250), nullable=True),
        sa.Column("first_name", sa.String(length=250), nullable=True),
        sa.Column("last_name", sa.String(length=250), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("last_login_at", Moment(), nullable=True),
        sa.Column("tokens_from", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_user_account")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_user_account_issuer_subject")),
    )
    op.create_table(
        "dag_favorite",
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("dag_id", sa.String(length=250), nullable=False),
        _of_user("dag_favorite"),
        sa.ForeignKeyConstraint(
            ["workspace", "dag_id"],
            ["dag.workspace", "dag.dag_id"],
            name=op.f("fk_dag_favorite_workspace_dag_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("username", "workspace", "dag_id", name=op.f("pk_dag_favorite")),
    )
    holder = op.create_table(
        "role_holder",
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("workspace", sa.String(length=250), nullable=False),
        sa.Column("role", sa.String(length=250), nullable=False),
        sa.Column("origin", sa.String(length=16), server_default=sa.text("'local'"), nullable=False),
        _of_user("role_holder"),
        sa.PrimaryKeyConstraint("username", "workspace", "role", name=op.f("pk_role_holder")),
    )
    op.create_index(op.f("ix_role_holder_role"), "role_holder", ["role"], unique=False)
    holders = [{"username": one["username"], "workspace": "*", "role": one.pop("role")} for one in users]
    for table, rows in ((user, users), (holder, holders), (favorite, favorites)):
        if rows:
            connection.execute(sa.insert(table), rows)
