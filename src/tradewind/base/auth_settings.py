"""Settings of who may come in: the life of tokens and sessions, what failed log-ins cost, the proxy that may vouch."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.base.setting import setting

__all__ = ["AuthSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    token_ttl_s: int = setting(86_400, "Life of a token from /auth/token, in seconds.", "API_AUTH__JWT_EXPIRATION_TIME")
    cli_token_ttl_s: int = setting(
        3_600, "Life of a token from /auth/token/cli, in seconds.", "API_AUTH__JWT_CLI_EXPIRATION_TIME"
    )
    attempt_token_ttl_s: int = setting(600, "Life of an attempt's token, in seconds; renewed while it runs.")
    longest_token_ttl_s: int = setting(31_536_000, "Life of a token that is asked for by name at most, in seconds.")
    session_ttl_s: int = setting(604_800, "Life of a browser's session at most, in seconds.")
    session_idle_s: int = setting(43_200, "Seconds without a request after which a browser's session ends.")
    user_failures: int = setting(5, "Failed log-ins under one name that lock it; 0: never.")
    address_failures: int = setting(30, "Failed log-ins from one address that lock it; 0: never.")
    lock_s: float = setting(30.0, "Life of the first lock, in seconds; each one after it lasts twice as long.")
    longest_lock_s: float = setting(900.0, "Life of a lock at most, in seconds.")
    shortest_password: int = setting(8, "Characters of a new password at least.")
    proxy_user_header: str = setting(
        "",
        "Header in which the proxy before the server names the user, such as X-Forwarded-User; empty: none is believed.",
    )
    proxy_new_user_role: str = setting(
        "", "Role of users whom the proxy names and nobody has made yet; empty: they do not get in."
    )
