"""Bodies, queries and responses about people: users, service accounts, sessions, tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tradewind.api.models.base import Body, ListQuery, Out, Total

__all__ = [
    "AccountQuery", "HeldRole", "LoginOut", "MeResponse", "NewTokenResponse", "PasswordBody", "ServiceAccountBody",
    "ServiceAccountCollectionResponse", "ServiceAccountPatchBody", "ServiceAccountResponse", "SessionCollectionResponse",
    "SessionResponse", "TokenBody", "TokenCollectionResponse", "TokenQuery", "TokenResponse", "UserBody",
    "UserCollectionResponse", "UserPatchBody", "UserResponse",
]  # fmt: skip

Name = str
SHORT = Field(None, max_length=250)


class HeldRole(Body):
    """A role, and where it is held."""

    role: str = Field(max_length=250)
    workspace: str = Field("*", min_length=1, max_length=250)
    """``*``: in all workspaces."""


class AccountQuery(ListQuery):
    username_pattern: str | None = None


class UserPatchBody(Body):
    password: str | None = Field(None, json_schema_extra={"format": "password"})
    roles: list[HeldRole] | None = None
    """All that the user holds from now on."""
    email: str | None = SHORT
    first_name: str | None = SHORT
    last_name: str | None = SHORT
    description: str | None = Field(None, max_length=2000)
    is_active: bool | None = None


class UserBody(UserPatchBody):
    username: str = Field(min_length=1, max_length=250)


class ServiceAccountPatchBody(Body):
    roles: list[HeldRole] | None = None
    """All that the account holds from now on."""
    description: str | None = Field(None, max_length=2000)
    is_active: bool | None = None


class ServiceAccountBody(ServiceAccountPatchBody):
    username: str = Field(min_length=1, max_length=250)


class HeldRoleOut(Out):
    role: str
    workspace: str
    origin: str


class UserResponse(Out):
    username: str
    kind: Literal["person", "service"]
    roles: list[HeldRoleOut]
    email: str | None
    first_name: str | None
    last_name: str | None
    description: str | None
    issuer: str | None
    has_password: bool
    is_active: bool
    created_at: datetime
    last_login_at: datetime | None


class UserCollectionResponse(Total):
    users: list[UserResponse]


class ServiceAccountResponse(Out):
    username: str
    kind: Literal["service"]
    roles: list[HeldRoleOut]
    description: str | None
    is_active: bool
    created_at: datetime


class ServiceAccountCollectionResponse(Total):
    service_accounts: list[ServiceAccountResponse]


class GrantOut(Out):
    grant: str
    role: str


class MeResponse(Out):
    username: str
    kind: Literal["person", "service"]
    via: Literal["token", "session", "proxy", "process"]
    workspace: str
    grants: list[GrantOut]
    scopes: list[str] | None
    expires_at: datetime | None
    csrf_token: str | None
    """What unsafe requests of a browser's session must say in `X-CSRF-Token`."""
    user: UserResponse | None


class PasswordBody(Body):
    current_password: str = Field(json_schema_extra={"format": "password"})
    new_password: str = Field(json_schema_extra={"format": "password"})


class LoginOut(Out):
    username: str
    csrf_token: str
    expires_at: datetime


class SessionResponse(Out):
    id: str
    created_at: datetime
    expires_at: datetime
    seen_at: datetime
    address: str | None
    user_agent: str | None
    is_current: bool


class SessionCollectionResponse(Total):
    sessions: list[SessionResponse]


class TokenBody(Body):
    name: str = Field(min_length=1, max_length=250)
    scopes: list[str] | None = Field(None, min_length=1, max_length=200)
    """What it is good for, as ``read:dag:sales_*`` or ``run:sales``; left out: all that its user may."""
    workspace: str = Field("default", min_length=1, max_length=250)
    """``*``: all of them."""
    expires_in: int = Field(2_592_000, gt=0)
    """Seconds."""
    username: str | None = Field(None, max_length=250)
    """Of a service account; left out: one's own."""


class TokenQuery(ListQuery):
    username: str | None = None
    """Whose; ``~``: everybody's. Left out: one's own."""
    is_live: bool | None = None


class TokenResponse(Out):
    id: str
    name: str
    username: str
    workspace: str
    scopes: list[str] | None
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenResponse(TokenResponse):
    token: str
    """The token itself: it is shown this once."""


class TokenCollectionResponse(Total):
    tokens: list[TokenResponse]
