"""Tables of who may log in, as what, and with which tokens and sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from tradewind.db.columns import JsonText, Moment
from tradewind.db.tables.base import NAME, metadata

__all__ = [
    "access_token",
    "login_failure",
    "login_session",
    "oidc_login",
    "revoked_token",
    "role",
    "role_holder",
    "user",
]

user = Table(
    "user_account",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("kind", String(16), nullable=False, server_default=text("'person'")),  # person or service
    Column("password_hash", Text),  # none: no log-in by password
    Column("issuer", Text),  # of the identity provider, where one vouches for the user
    Column("subject", NAME),
    Column("email", NAME),
    Column("first_name", NAME),
    Column("last_name", NAME),
    Column("description", Text),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_login_at", Moment),
    Column("tokens_from", Moment),  # what a log-in gave before this moment counts no more
    UniqueConstraint("issuer", "subject"),
)

role = Table(  # those that people made; the built-in ones are in the code
    "role",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("description", Text),
    Column("grants", JsonText, nullable=False),  # texts such as read:dag:sales_*
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

role_holder = Table(
    "role_holder",
    metadata,
    Column("username", NAME, ForeignKey("user_account.username", ondelete="CASCADE"), primary_key=True),
    Column("workspace", NAME, primary_key=True),  # *: all of them
    Column("role", NAME, primary_key=True),
    Column("origin", String(16), nullable=False, server_default=text("'local'")),  # or oidc: from a group claim
    Index(None, "role"),
)

access_token = Table(  # those that were asked for by name; what a log-in gives is in none
    "access_token",
    metadata,
    Column("id", String(64), primary_key=True),  # the token's jti
    Column("username", NAME, ForeignKey("user_account.username", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", NAME, nullable=False),
    Column("workspace", NAME, nullable=False),  # *: all that the user has
    Column("scopes", JsonText),  # null: all that the user may
    Column("created_at", Moment, nullable=False),
    Column("created_by", NAME, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

revoked_token = Table(
    "revoked_token",
    metadata,
    Column("jti", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)

login_session = Table(
    "login_session",
    metadata,
    Column("id", String(64), primary_key=True),  # sha256 of what the cookie holds
    Column("username", NAME, ForeignKey("user_account.username", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("seen_at", Moment, nullable=False),
    Column("address", String(64)),
    Column("user_agent", Text),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("key", String(320), primary_key=True),  # user:NAME or address:IP
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("locked_until", Moment),
)

oidc_login = Table(  # log-ins that were sent to the identity provider and are not back yet
    "oidc_login",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("next_url", Text, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
