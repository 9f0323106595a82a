"""Answers about state stores (what a task keeps for its next try, and what is kept with assets) and deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from tradewind.base.errors import InvalidInput
from tradewind.core.events import DeadlineKnown
from tradewind.db import inbox, state_store, task_api
from tradewind.db.engine import Tx
from tradewind.protocol import messages as m

if TYPE_CHECKING:
    from tradewind.api.execution.answers import Answer, Answers, Asker

__all__ = ["STATE_ANSWERS"]

StateRequest = m.GetState | m.SetState | m.DeleteState | m.ListState


def _asset_of(tx: Tx, asker: Asker, ask: StateRequest) -> str | None:
    """The asset that is meant; None: the task instance itself is."""
    if not ask.asset_name and not ask.asset_uri:
        return None
    return state_store.asset_named(tx, asker.dag.workspace, ask.asset_name, ask.asset_uri)


def _holder(asker: Asker) -> state_store.Holder:
    if not asker.task_id:
        raise InvalidInput("a callback of a DAG belongs to no task, so there is no task state")
    return state_store.Holder(asker.run_uid, asker.task_id, asker.map_index)


def _get(on: Answers, asker: Asker, ask: m.GetState) -> m.Reply:
    with on.database.read() as tx:
        asset = _asset_of(tx, asker, ask)
        if asset is None:
            return m.ValueReply(value=state_store.task_state(tx, _holder(asker), ask.key, on.clock.now()))
        return m.ValueReply(value=state_store.asset_state(tx, asker.dag.workspace, asset, ask.key))


def _list(on: Answers, asker: Asker, ask: m.ListState) -> m.Reply:
    with on.database.read() as tx:
        asset = _asset_of(tx, asker, ask)
        if asset is None:
            keys = state_store.task_state_keys(tx, _holder(asker), on.clock.now())
        else:
            keys = state_store.asset_state_keys(tx, asker.dag.workspace, asset)
    return m.ValueReply(value=msgspec.json.encode(keys).decode())


def _set(on: Answers, asker: Asker, ask: m.SetState) -> m.Reply:
    now = on.clock.now()
    with on.database.write() as tx:
        if asker.attempt is not None:
            task_api.require_live(tx, asker.attempt)
        asset = _asset_of(tx, asker, ask)
        if asset is None:
            expires_at = _expiry(on, ask, now)
            state_store.put_task_state(tx, _holder(asker), ask.key, ask.value, now=now, expires_at=expires_at)
        else:
            run_id = task_api.run_id(tx, asker.run_uid)
            writer = state_store.Writer("task", asker.dag.dag_id, run_id, asker.task_id, asker.map_index)
            state_store.put_asset_state(tx, asker.dag.workspace, asset, ask.key, ask.value, writer=writer, now=now)
    return m.Done()


def _expiry(on: Answers, ask: m.SetState, now: datetime) -> datetime | None:
    if ask.never_expires:
        return None
    seconds = ask.retention_s if ask.retention_s is not None else on.retention_days * 86_400.0
    if ask.retention_s is None and not seconds:
        return None
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _delete(on: Answers, asker: Asker, ask: m.DeleteState) -> m.Reply:
    with on.database.write() as tx:
        if asker.attempt is not None:
            task_api.require_live(tx, asker.attempt)
        asset = _asset_of(tx, asker, ask)
        if asset is None:
            state_store.delete_task_state(tx, _holder(asker), ask.key)
        else:
            state_store.delete_asset_state(tx, asker.dag.workspace, asset, ask.key)
    return m.Done()


def _tell_deadline(on: Answers, asker: Asker, ask: m.TellDeadline) -> m.Reply:
    with on.database.write() as tx:
        inbox.post(tx, DeadlineKnown(asker.run_uid, ask.alert, ask.at, ask.task_id), on.clock.now())
    on.bell()
    return m.Done()


STATE_ANSWERS: Mapping[type[Any], Answer] = {
    m.GetState: _get,
    m.SetState: _set,
    m.DeleteState: _delete,
    m.ListState: _list,
    m.TellDeadline: _tell_deadline,
}
"""What answers each request about a state store or a deadline."""
