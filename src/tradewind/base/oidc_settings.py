"""Settings of log-ins by an identity provider (OpenID Connect): who it is, and what its claims mean here."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.base.setting import setting

__all__ = ["OidcSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    issuer: str = setting("", "Address of the identity provider as its tokens say it; empty: none is asked.")
    client_id: str = setting("", "What the provider knows this server by.")
    client_secret: str = setting("", "Secret of the client; empty: a public client, PKCE alone.", is_secret=True)
    scopes: str = setting("openid profile email", "Scopes to ask for, with blanks between them.")
    username_claim: str = setting("preferred_username", "Claim that a new user is named after.")
    groups_claim: str = setting(
        "groups", "Claim with the groups of a user; dots lead into objects: realm_access.roles."
    )
    roles: str = setting(
        "", 'Roles by group, as a JSON object: {"data": "User", "ops": ["Op", "Admin@sales"]}; empty: groups give none.'
    )
    default_role: str = setting("", "Role of who has no group that gives one; empty: they do not get in.")
    allowed_domains: str = setting(
        "", "Domains of verified e-mail addresses that get in, with commas between them; empty: all."
    )
    auto_create: bool = setting(True, "Users are made at their first log-in.")
    link_users: bool = setting(
        False, "A user without a password who was made here is taken by the first log-in of that name."
    )
    bearer_audience: str = setting(
        "", "Audience of those of the provider's access tokens that the API takes as bearer tokens; empty: none."
    )
    log_out_there: bool = setting(True, "Who logs out here logs out at the provider, too, where it offers that.")
    label: str = setting("your organisation", "What the log-in page calls the provider.")
    timeout_s: float = setting(10.0, "Seconds to wait for the provider.")
    clock_skew_s: float = setting(60.0, "Seconds by which its clock may differ from ours.")
