"""Which users and service accounts somebody may see: those of the workspaces whose accounts they may read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tradewind.api.auth.giving import rights_in
from tradewind.api.deps import Call
from tradewind.base.policy import Action, Names
from tradewind.db.engine import Tx
from tradewind.db.users import ANY_WORKSPACE, PERSON, UserRecord

__all__ = ["AccountSight", "sight_of_accounts"]


@dataclass(frozen=True, slots=True)
class AccountSight:
    """What a request sees of accounts.

    Who may read the accounts of all workspaces sees all of them. Who may in one workspace sees those that hold a role
    there, or in all of them, and not what they hold elsewhere.
    """

    everywhere: Names
    here: Names
    workspace: str
    own: str

    @property
    def places(self) -> tuple[str, ...] | None:
        """The workspaces whose tokens are seen; None: all of them."""
        return None if self.everywhere.everything else (self.workspace, ANY_WORKSPACE)

    def sees_holding(self, username: str, workspace: str) -> bool:
        """Whether it is told that somebody holds a role in a workspace."""
        is_here = workspace in (self.workspace, ANY_WORKSPACE)
        return username in self.everywhere or (is_here and username in self.here)

    def sees(self, user: UserRecord) -> bool:
        """Whether an account is there for this request."""
        if user.username == self.own or user.username in self.everywhere:
            return True
        return any(self.sees_holding(user.username, one.workspace) for one in user.roles)

    def shown(self, user: UserRecord) -> UserRecord:
        """The account, without the roles that are held where the caller reads none."""
        if user.username == self.own or user.username in self.everywhere:
            return user
        return replace(user, roles=tuple(one for one in user.roles if self.sees_holding(user.username, one.workspace)))


def sight_of_accounts(tx: Tx, call: Call, kind: str = PERSON, action: Action = "read") -> AccountSight:
    """What a request sees of users, or of service accounts, to do something to them."""
    resource = "user" if kind == PERSON else "service_account"
    return AccountSight(
        rights_in(tx, call.actor, ANY_WORKSPACE).visible(action, resource),
        call.names(action, resource),
        call.workspace,
        call.actor.username,
    )
