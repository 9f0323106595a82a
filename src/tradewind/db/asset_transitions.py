"""What the core's commands about assets do to the rows: events, what waits, and what runs were started by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import msgspec

from tradewind.core.commands import (
    ConsumeAssetEvents,
    DropAssetEvents,
    QueueAssetEvent,
    RecordAssetEvent,
    RefuseAssetEvent,
)
from tradewind.db import tables as t
from tradewind.db.bulk import Bulk, Row, insert, moments, printable
from tradewind.db.engine import Tx

__all__ = ["AssetCommand", "record_events", "write_assets"]

AssetCommand = RecordAssetEvent | QueueAssetEvent | DropAssetEvents | ConsumeAssetEvents | RefuseAssetEvent

Moment = Callable[[datetime | None], datetime | str | None]


def write_assets(tx: Tx, commands: Sequence[AssetCommand], lost: Collection[str]) -> None:
    """Write commands about assets; twice is once.

    Args:
        lost: uids of runs that could not be made: what they would have consumed goes on waiting.
    """
    moment = moments(tx)
    record_events(tx, [c for c in commands if isinstance(c, RecordAssetEvent)])
    queued: dict[Row, Row] = {}
    consumed: list[Row] = []
    gone: list[Row] = []
    for command in commands:
        match command:
            case QueueAssetEvent(dag=dag, target=target, event=event):
                queued[*dag, target, event] = (*dag, target[:_MAX_TARGET], event, moment(command.at))
            case ConsumeAssetEvents(run_uid=uid, dag=dag, target=target, events=events) if uid not in lost:
                consumed += [(uid, event) for event in events]
                gone += [(*dag, target[:_MAX_TARGET], event) for event in events]
            case DropAssetEvents(dag=dag, events=events):
                gone += [(*dag, target[:_MAX_TARGET], event) for target, event in events]
            case _:
                pass
    for key in gone:
        queued.pop(key, None)
    _QUEUE.run(tx, list(queued.values()))
    _CONSUME.run(tx, consumed)
    _UNQUEUE.run(tx, gone)
    refused = [c for c in commands if isinstance(c, RefuseAssetEvent)]
    _REFUSE.run(tx, [(*c.dag, c.event, printable(c.reason), moment(c.at)) for c in refused])


def record_events(tx: Tx, records: Sequence[RecordAssetEvent]) -> None:
    """Append events, and make their assets and aliases known."""
    if not records:
        return
    moment = moments(tx)
    assets = {c.asset: (*c.asset, c.update.group, "{}", moment(c.at), moment(c.at)) for c in records}
    _ADD_ASSET.run(tx, list(assets.values()))
    _ADD_EVENT.run(tx, [_event_row(record, moment) for record in records])
    named = [(c, alias) for c in records for alias in c.update.aliases]
    if named:
        _ADD_ALIAS.run(
            tx, list({(c.asset.workspace, alias): (c.asset.workspace, alias, "asset") for c, alias in named}.values())
        )
        _ADD_MEMBER.run(tx, [(c.asset.workspace, alias, c.update.uid) for c, alias in named])
        _ADD_EVENT_ALIAS.run(tx, [(c.asset.workspace, alias, c.update.uid) for c, alias in named])


def _event_row(record: RecordAssetEvent, moment: Moment) -> Row:
    dag = record.source_dag
    return (
        record.update.uid, msgspec.json.encode(record.update.extra).decode(), printable(record.partition_key),
        None if dag is None else dag.dag_id, record.source_run_id, record.source_task_id, record.source_map_index,
        printable(record.told_by) or None, moment(record.at), *record.asset,
    )  # fmt: skip


_MAX_TARGET = 250
_ADD_ASSET = insert(t.asset, ("workspace", "name", "uri", "group_name", "extra", "created_at", "updated_at"))
_ADD_ALIAS = insert(t.asset_alias, ("workspace", "name", "group_name"))
_EVENT = (
    "INSERT INTO asset_event (uid, extra, partition_key, source_dag_id, source_run_id, source_task_id, source_map_index,"
    " told_by, timestamp, workspace, asset_id)"
)
_ADD_EVENT = Bulk(
    f"WITH n(uid, extra, part, dag, run, task, i, by, at, workspace, name, uri) AS (VALUES ({', '.join('?' * 12)}))"
    f" {_EVENT} SELECT n.uid, n.extra, n.part, n.dag, n.run, n.task, n.i, n.by, n.at, n.workspace, a.id"
    " FROM n JOIN asset a ON a.workspace = n.workspace AND a.name = n.name AND a.uri = n.uri WHERE true"
    " ON CONFLICT DO NOTHING",
    f"{_EVENT} SELECT n.uid, n.extra, n.part, n.dag, n.run, n.task, n.i, n.by, n.at, n.workspace, a.id"
    " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[],"
    " %s::timestamptz[], %s::text[], %s::text[], %s::text[])"
    " WITH ORDINALITY AS n(uid, extra, part, dag, run, task, i, by, at, workspace, name, uri, place)"
    " JOIN asset a ON a.workspace = n.workspace AND a.name = n.name AND a.uri = n.uri ORDER BY n.place"
    " ON CONFLICT DO NOTHING",
)


def _of_alias(into: str, columns: str, wanted: str, join: str) -> Bulk:
    """Rows that hang an event, or its asset, on an alias."""
    what = f"INSERT INTO {into} ({columns}) SELECT {wanted}"
    alias = "JOIN asset_alias l ON l.workspace = n.workspace AND l.name = n.alias"
    return Bulk(
        f"WITH n(workspace, alias, uid) AS (VALUES (?, ?, ?)) {what} FROM n {alias} {join} WHERE true"
        " ON CONFLICT DO NOTHING",
        f"{what} FROM unnest(%s::text[], %s::text[], %s::text[]) AS n(workspace, alias, uid) {alias} {join}"
        " ON CONFLICT DO NOTHING",
    )


_EVENT_OF = "JOIN asset_event e ON e.uid = n.uid"
_ADD_MEMBER = _of_alias("asset_alias_member", "alias_id, asset_id", "l.id, e.asset_id", _EVENT_OF)
_ADD_EVENT_ALIAS = _of_alias("asset_event_alias", "alias_id, event_uid", "l.id, e.uid", _EVENT_OF)
_QUEUE = insert(t.asset_queue, ("workspace", "dag_id", "target", "event_uid", "queued_at"))
_CONSUME = insert(t.run_asset_event, ("run_uid", "event_uid"))
_UNQUEUE = Bulk(
    "DELETE FROM asset_queue WHERE workspace = ? AND dag_id = ? AND target = ? AND event_uid = ?",
    "DELETE FROM asset_queue AS old USING unnest(%s::text[], %s::text[], %s::text[], %s::text[])"
    " AS n(workspace, dag_id, target, event_uid) WHERE old.workspace = n.workspace AND old.dag_id = n.dag_id"
    " AND old.target = n.target AND old.event_uid = n.event_uid",
)
_REFUSE = insert(t.asset_refusal, ("workspace", "dag_id", "event_uid", "reason", "at"))
