"""What the audit log says about a request: who did what to which thing, from where, and what it was before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tradewind.api.auth.actor import Actor
from tradewind.api.secrecy import MASK, hide
from tradewind.base.policy import Resource
from tradewind.core import events
from tradewind.db import event_logs
from tradewind.db.audit_pictures import Picture, Place, Secret, picture
from tradewind.db.cipher import Cipher
from tradewind.db.engine import Tx
from tradewind.worker.secrets_masking import MASKER

__all__ = ["Audit", "Pictures", "Source", "record", "text_of"]

PUBLIC = frozenset({"token_id"})
"""Names that sound like secrets and are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the event log says about a write."""

    event: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    about: Resource | None = None
    """What kind of thing it is done to; left out: the instance, run or DAG that is named."""
    names: Sequence[str] = ()
    """Which ones."""

    @property
    def resource(self) -> Resource | None:
        """What kind of thing it is done to."""
        if self.about is not None:
            return self.about
        if self.task_id is not None and self.run_id is not None:
            return "task_instance"
        return "dag_run" if self.run_id is not None else "dag" if self.dag_id is not None else None

    @property
    def named(self) -> Sequence[str]:
        """Which ones."""
        words = (self.dag_id, self.run_id, self.task_id)
        return self.names or (["/".join(word for word in words if word)] if self.dag_id else [])


@dataclass(frozen=True, slots=True)
class Source:
    """Who asks, where, and from which address."""

    actor: Actor
    workspace: str
    address: str = ""


class Pictures:
    """The things that a write is about, before it and after."""

    def __init__(self, tx: Tx, cipher: Cipher, workspace: str, audit: Audit) -> None:
        self._tx, self._cipher, self._audit, self._workspace = tx, cipher, audit, workspace
        self._before = self._taken()

    def _taken(self) -> dict[str, Picture | None]:
        audit = self._audit
        if audit.resource is None:
            return {}
        index = -1 if audit.map_index is None else audit.map_index
        return {
            name: picture(
                self._tx,
                self._cipher,
                audit.resource,
                Place(
                    workspace=self._workspace,
                    name=name,
                    dag_id=audit.dag_id,
                    run_id=audit.run_id,
                    task_id=audit.task_id,
                    map_index=index,
                ),
            )
            for name in audit.named
        }

    def difference(self, asked: Iterable[events.Event] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
        """What changed, as it was and as it is; what the scheduler was asked to change, as it is to be."""
        after = self._taken()
        was: dict[str, Any] = {}
        now: dict[str, Any] = {}
        for name, old in self._before.items():
            was[name], now[name] = _changed(old, after[name])
        if len(was) == 1:
            [was], [now] = was.values(), now.values()
        for event in asked:
            now |= _asked(event)
        # What is to change by the scheduler is what it is now until then.
        [only] = self._before.values() if len(self._before) == 1 else [None]
        if only is not None:
            was |= {name: only[name] for name in now if name in only and name not in was}
        return was, now


def _changed(old: Picture | None, new: Picture | None) -> tuple[dict[str, Any], dict[str, Any]]:
    names = {**(old or {}), **(new or {})}
    was = {name: old[name] for name in names if old and name in old and _differ(name, old, new)}
    now = {name: new[name] for name in names if new and name in new and _differ(name, old, new)}
    return {k: _shown(v) for k, v in was.items()}, {k: _shown(v) for k, v in now.items()}


def _differ(name: str, old: Picture | None, new: Picture | None) -> bool:
    return (old or {}).get(name) != (new or {}).get(name)


def _shown(value: object) -> object:
    if isinstance(value, Secret):
        return None if value.value is None else MASK
    return value


def _asked(event: events.Event) -> dict[str, Any]:
    match event:
        case events.PauseSet(is_paused=is_paused):
            return {"is_paused": is_paused}
        case events.RunMarked(state=state) | events.TasksMarked(state=state):
            return {"state": state.value}
        case events.RunRequested():
            return {"state": "queued"}
        case events.Cleared():
            return {"state": None}
        case events.RunDeleted() | events.DagDeleted():
            return {"deleted": True}
        case events.BackfillChanged(is_paused=is_paused, is_cancelled=is_cancelled):
            return {"is_paused": is_paused, "is_cancelled": is_cancelled}
        case _:
            return {}


def record(
    tx: Tx,
    source: Source,
    audit: Audit,
    at: datetime,
    change: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> None:
    """Write it down; the last thing a transaction does."""
    named = audit.named
    new = event_logs.NewEvent(
        workspace=source.workspace,
        timestamp=at,
        event=audit.event,
        owner=source.actor.username,
        dag_id=audit.dag_id,
        run_id=audit.run_id,
        task_id=audit.task_id,
        map_index=audit.map_index,
        extra=text_of(audit.extra),
        via=source.actor.via,
        address=source.address[:64] or None,
        resource=audit.resource,
        name=", ".join(named)[:2000] or None,
        before=text_of(change[0]),
        after=text_of(change[1]),
    )
    event_logs.record(tx, new)


def text_of(content: Mapping[str, Any]) -> str | None:
    """As JSON text, without what is secret by its name or known to be; None: nothing to say."""
    if not content:
        return None
    plain: dict[str, object] = msgspec.to_builtins(content, enc_hook=str, str_keys=True)
    hidden = {name: value if name in PUBLIC else hide(value, name) for name, value in plain.items()}
    return MASKER.redact(msgspec.json.encode(hidden).decode())
