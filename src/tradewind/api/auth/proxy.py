"""A proxy that vouches for people by a header: off by default, and believed only where it is known to be one of ours."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from tradewind.api.auth import addresses
from tradewind.api.auth.addresses import Network
from tradewind.api.auth.ways import Ways
from tradewind.api.services import ApiServices
from tradewind.base.auth_settings import AuthSettings
from tradewind.base.errors import Conflict, InvalidInput
from tradewind.db import event_logs, roles, users
from tradewind.db.engine import Tx

__all__ = ["check", "make_user", "user_of"]


def check(settings: AuthSettings, trusted: Sequence[Network]) -> None:
    """Refuse to start where anybody could be anyone.

    Raises:
        InvalidInput: a header is to be believed, and no network is trusted to send it; or the other way round.
    """
    if settings.proxy_user_header and not trusted:
        raise InvalidInput(
            "auth.proxy_user_header is set, and api.trusted_proxies is not: everybody could say to be anyone; name the "
            "networks of your proxies, such as 10.0.0.0/8",
            name="api.trusted_proxies",
        )
    if settings.proxy_new_user_role and not settings.proxy_user_header:
        raise InvalidInput(
            "auth.proxy_new_user_role is set, and auth.proxy_user_header is not: set both, or neither",
            name="auth.proxy_new_user_role",
        )


def user_of(request: Request, settings: AuthSettings, trusted: Sequence[Network]) -> str | None:
    """The user whom a trusted proxy names; None: none does."""
    header = settings.proxy_user_header
    if not header or not addresses.is_from_proxy(request, trusted):
        return None
    named = request.headers.getlist(header)
    # Twice: the proxy adds its own instead of replacing what came from outside, and either may be a lie.
    if len(named) != 1:
        return None
    return named[0].strip() or None


async def make_user(username: str, services: ApiServices, ways: Ways) -> None:
    """Make the user whom the proxy names, where the settings say so; where they do not, nothing happens.

    Raises:
        InvalidInput: the role of the settings is none, or no user can have this name.
    """
    role = services.settings.auth.proxy_new_user_role
    if not role:
        return
    users.check_name(username)
    now = services.clock.now()

    def make(tx: Tx) -> None:
        held = users.Holding(roles.known_role(tx, role))
        users.add_user(tx, users.UserRecord(username=username, created_at=now, roles=(held,)))
        event_logs.record(
            tx,
            event_logs.NewEvent(
                workspace="default", timestamp=now, event="create_user", owner=username, via="proxy",
                resource="user", name=username,
                extra=f'{{"by": "proxy", "role": "{held.role}"}}',
            ),
        )  # fmt: skip

    try:
        await ways.write(make)
    except Conflict:
        return  # another request of the same user was first
