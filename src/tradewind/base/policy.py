"""What somebody may do: grants, the roles made of them, and the decision with its reason. Pure: no request, no database.

A grant is an action on a kind of resource, down to one name: ``read:dag:sales_*``. A role is a set of grants; somebody
holds roles in workspaces. A token may carry scopes, grants again, and allows only what both they and the roles allow.
Nothing is allowed that no grant covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, cast, get_args

from tradewind.base.errors import InvalidInput

__all__ = [
    "ACTIONS",
    "ANY",
    "BELOW_A_DAG",
    "BUILT_IN",
    "BUNDLES",
    "RESOURCES",
    "Action",
    "Decision",
    "Grant",
    "Held",
    "Names",
    "Resource",
    "Rights",
    "fits",
    "in_short",
    "parse_scopes",
]

Action = Literal["read", "create", "edit", "delete"]
Resource = Literal[
    "asset", "audit", "backfill", "config", "connection", "dag", "dag_run", "event_log", "favorite", "import_error",
    "job", "log", "plugin", "pool", "provider", "role", "service_account", "task", "task_instance", "token", "user",
    "variable", "xcom",
]  # fmt: skip

ACTIONS: tuple[Action, ...] = get_args(Action)
RESOURCES: tuple[Resource, ...] = get_args(Resource)
ANY = "*"
"""All names, actions or resources."""

BELOW_A_DAG: frozenset[Resource] = frozenset(
    {"backfill", "dag", "dag_run", "event_log", "favorite", "import_error", "log", "task", "task_instance", "xcom"}
)
"""Resources whose name, in a grant, is that of their DAG."""


def fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern, in which only ``*`` is special."""
    return pattern == ANY or fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for an action on resources."""

    action: Action | Literal["*"]
    resource: Resource | Literal["*"]
    names: str = ANY
    """A name, in which ``*`` stands for any characters."""

    def covers(self, action: Action, resource: Resource) -> bool:
        """Whether it is about this, whatever the name."""
        return self.action in (ANY, action) and self.resource in (ANY, resource)

    def allows(self, action: Action, resource: Resource, name: str | None) -> bool:
        """Whether it allows this for a name; None: for at least one."""
        return self.covers(action, resource) and (name is None or fits(name, self.names))

    def includes(self, other: Grant) -> bool:
        """Whether it allows all that another one does."""
        return (
            self.action in (ANY, other.action)
            and self.resource in (ANY, other.resource)
            and fits(other.names, self.names)  # a * of the other is taken by a * of this one, or by nothing
        )

    def __str__(self) -> str:
        text = f"{self.action}:{self.resource}"
        return text if self.names == ANY else f"{text}:{self.names}"

    @classmethod
    def parse(cls, text: str) -> Grant:
        """A grant from ``action:resource`` or ``action:resource:names``.

        Raises:
            InvalidInput: no such action or resource.
        """
        action, _, rest = text.strip().partition(":")
        resource, colon, names = rest.partition(":")
        if colon and not names:  # a variable of some script was empty: that must not mean all
            raise InvalidInput(f"{text!r}: a name must follow the last colon; * is all of them", grant=text)
        if action != ANY and action not in ACTIONS:
            raise InvalidInput(f"{text!r}: no action {action!r}; there are {', '.join(ACTIONS)} and *", grant=text)
        if resource != ANY and resource not in RESOURCES:
            raise InvalidInput(
                f"{text!r}: no resource {resource!r}; there are {', '.join(RESOURCES)} and *", grant=text
            )
        return cls(cast("Action", action), cast("Resource", resource), names or ANY)


@dataclass(frozen=True, slots=True)
class Held:
    """A grant that somebody holds, and by which role."""

    grant: Grant
    role: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and the sentence that says why."""

    allowed: bool
    reason: str
    held: Held | None = None
    """What allowed it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Which names one may see: those that match all patterns of at least one alternative."""

    alternatives: frozenset[frozenset[str]]

    @property
    def everything(self) -> bool:
        """All of them."""
        return frozenset() in self.alternatives

    @property
    def nothing(self) -> bool:
        """None of them."""
        return not self.alternatives

    def __contains__(self, name: str) -> bool:
        return any(all(fits(name, pattern) for pattern in patterns) for patterns in self.alternatives)


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do in one workspace."""

    who: str
    held: Sequence[Held]
    """The grants of their roles there."""
    scopes: Sequence[Grant] | None = None
    """Those of the token; None: the token has no bounds of its own."""

    def decide(self, action: Action, resource: Resource, name: str | None = None) -> Decision:
        """Whether an action is allowed.

        Args:
            action: what is to be done.
            resource: to which kind of thing.
            name: to which one; for what is below a DAG, the DAG's. None: to any one at all, as lists need it.
        """
        what = f"{action} {resource.replace('_', ' ')}" + (f" {name!r}" if name is not None else "")
        grant = Grant(action, resource, ANY if name is None else name)
        by = next((one for one in self.held if one.grant.allows(action, resource, name)), None)
        if by is None:
            roles = ", ".join(sorted({one.role for one in self.held})) or "no role in this workspace"
            return Decision(False, f"nothing that {self.who} holds allows to {what} ({grant}); roles held: {roles}")
        if self.scopes is not None and not any(scope.allows(action, resource, name) for scope in self.scopes):
            words = ", ".join(in_short(self.scopes)) or "none"
            return Decision(False, f"the token of {self.who} has no scope to {what} ({grant}); its scopes: {words}")
        return Decision(True, f"the role {by.role} of {self.who} allows it: {by.grant}", by)

    def may_give(self, grant: Grant) -> bool:
        """Whether all that a grant allows is allowed to its holder too: nobody gives what they have not."""
        mine = (one.grant for one in self.held)
        return any(one.includes(grant) for one in mine) and (
            self.scopes is None or any(scope.includes(grant) for scope in self.scopes)
        )

    def visible(self, action: Action, resource: Resource) -> Names:
        """Which names of a resource an action may reach."""
        mine = [one.grant.names for one in self.held if one.grant.covers(action, resource)]
        scopes = [Grant(ANY, ANY)] if self.scopes is None else self.scopes
        theirs = [scope.names for scope in scopes if scope.covers(action, resource)]
        return Names(frozenset(frozenset({a, b} - {ANY}) for a in mine for b in theirs))


# -- what is given out -----------------------------------------------------------------------------------------------


def _grants(*texts: str) -> tuple[Grant, ...]:
    return tuple(Grant.parse(text) for text in texts)


_VIEWER = (
    *(f"read:{name}" for name in sorted(BELOW_A_DAG | {"asset", "config", "job", "plugin", "pool", "provider"})),
    "*:favorite",
    "*:token",  # one's own: those of others take `user`
)
_USER = (
    *_VIEWER,
    *(f"*:{name}" for name in ("asset", "backfill", "dag", "dag_run", "task_instance", "xcom")),
)
_OP = (*_USER, "*:connection", "*:variable", "*:pool", "read:audit")

BUILT_IN: dict[str, tuple[Grant, ...]] = {
    "Viewer": _grants(*_VIEWER),
    "User": _grants(*_USER),
    "Op": _grants(*_OP),
    "Admin": _grants("*:*"),
}
"""Airflow's roles, each with all that the one before it has. They can't be changed."""

BUNDLES = {
    "view": tuple(f"read:{name}" for name in sorted(BELOW_A_DAG)),
    "run": (*(f"read:{name}" for name in sorted(BELOW_A_DAG)), "create:dag_run"),
    "manage": (*(f"*:{name}" for name in sorted(BELOW_A_DAG)),),
}
"""Words that scopes may use with the name of a DAG, and the permissions they stand for."""


def parse_scopes(texts: Iterable[str]) -> tuple[Grant, ...]:
    """Grants from their texts; ``view:DAG``, ``run:DAG`` and ``manage:DAG`` stand for all that takes.

    Raises:
        InvalidInput: one of them says nothing known.
    """
    found: dict[Grant, None] = {}
    for text in texts:
        word, _, dag = text.strip().partition(":")
        if word in BUNDLES and dag:
            found |= dict.fromkeys(Grant.parse(f"{part}:{dag}") for part in BUNDLES[word])
        elif word not in ACTIONS and word != ANY:
            words = ", ".join(BUNDLES)
            raise InvalidInput(
                f"{text!r}: no scope begins with {word!r}; there are {', '.join(ACTIONS)} and * with a resource "
                f"(read:dag:sales_*), and {words} with the name of a DAG (run:sales_load)",
                grant=text,
            )
        else:
            found[Grant.parse(text)] = None
    return tuple(found)


def in_short(scopes: Iterable[Grant]) -> list[str]:
    """Scopes as somebody would write them: what `view`, `run` and `manage` stand for as one word."""
    left = dict.fromkeys(scopes)
    texts: list[str] = []
    for word in reversed(BUNDLES):
        for names in dict.fromkeys(grant.names for grant in left):
            parts = [Grant.parse(f"{part}:{names}") for part in BUNDLES[word]]
            if all(part in left for part in parts):
                texts.append(f"{word}:{names}")
                left = {grant: None for grant in left if grant not in parts}
    return [*texts, *map(str, left)]
