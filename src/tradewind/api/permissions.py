"""What a request must be allowed: the name that its path gives to the object, and what each event that it posts takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tradewind.base.errors import BrokenInvariant, Forbidden, NotFound
from tradewind.base.policy import BELOW_A_DAG, Action, Resource, Rights
from tradewind.core import events
from tradewind.db.engine import Tx
from tradewind.db.event_subjects import dag_of_attempt, dag_of_run

__all__ = ["PARAMETERS", "Permission", "check", "check_event", "name_in"]

Permission = tuple[Action, Resource]

PARAMETERS: Mapping[Resource, str] = {
    **dict.fromkeys(BELOW_A_DAG, "dag_id"),
    "connection": "connection_id",
    "pool": "pool_name",
    "role": "role_name",
    "service_account": "account_name",
    "user": "username",
    "variable": "variable_key",
}
"""The path parameter that names an object. Assets come by number: what may not be reached of them is not found."""
EVERY = "~"


def name_in(path: Mapping[str, object], resource: Resource) -> str | None:
    """The name of the object in a path; None: it has none, or means all (`~`)."""
    name = path.get(PARAMETERS.get(resource, ""))
    return None if name is None or name == EVERY else str(name)


def check(rights: Rights, action: Action, resource: Resource, name: str | None) -> None:
    """Raises:
    Forbidden: this is not allowed.
    """
    decision = rights.decide(action, resource, name)
    if not decision.allowed:
        raise Forbidden(f"Forbidden: {decision.reason}", action=action, resource=resource, name=name)


def check_event(tx: Tx, rights: Rights, event: events.Event) -> None:
    """Whether somebody may ask the scheduler for this.

    Raises:
        Forbidden: one of the objects that the event names is none that they may do this to.
    """
    for permissions, name in _asked(tx.whole, event):
        if any(rights.visible(*one).everything for one in permissions):
            continue
        if not any(rights.decide(*one, name).allowed for one in permissions):
            check(rights, *permissions[0], name)


_CHANGE_RUN: tuple[Permission, ...] = (("edit", "dag_run"),)
_CHANGE_TASKS: tuple[Permission, ...] = (("edit", "task_instance"),)
_BY_DAG: Mapping[type[object], tuple[Permission, ...]] = {
    events.PauseSet: (("edit", "dag"),),
    events.DagDeleted: (("delete", "dag"),),
    events.BackfillChanged: (("edit", "backfill"),),
}
_BY_RUN: Mapping[type[object], tuple[Permission, ...]] = {
    events.Cleared: (*_CHANGE_TASKS, *_CHANGE_RUN),  # what clears a run clears its instances
    events.TasksMarked: _CHANGE_TASKS,
    events.RunMarked: _CHANGE_RUN,
    events.RunDeleted: (("delete", "dag_run"),),
}


def _asked(tx: Tx, event: events.Event) -> Iterator[tuple[tuple[Permission, ...], str]]:
    """What an event takes, each with the name of the object: one of the permissions, on that name."""
    match event:
        case events.RunRequested(run=run):
            yield (("create", "dag_run"),), run.dag.dag_id
        case events.BackfillAsked(backfill=backfill):
            yield (("create", "backfill"),), backfill.dag.dag_id
        case events.PauseSet(dag=dag) | events.DagDeleted(dag=dag) | events.BackfillChanged(dag=dag):
            yield _BY_DAG[type(event)], dag.dag_id
        case (
            events.Cleared(run_uid=uid)
            | events.TasksMarked(run_uid=uid)
            | events.RunMarked(run_uid=uid)
            | events.RunDeleted(run_uid=uid)
        ):
            yield _BY_RUN[type(event)], _found(dag_of_run(tx, uid))
        case events.InputGiven(request=attempt):
            yield _CHANGE_TASKS, _found(dag_of_attempt(tx, attempt))
        case events.PoolSet(pool=pool):
            yield (("create", "pool"), ("edit", "pool"), ("delete", "pool")), pool
        case events.AssetUpdated(update=update):
            yield (("create", "asset"),), update.name
        case events.AssetEventsDropped(dag_id=dag_id, asset=asset):
            if asset is not None:
                yield (("delete", "asset"),), asset.name
            if dag_id is not None:
                yield (("edit", "dag"),), dag_id
        case _:
            raise BrokenInvariant(f"no permission is known for the event {type(event).__name__}; add it here")


def _found(dag_id: str | None) -> str:
    if dag_id is None:
        raise NotFound("the run is gone")
    return dag_id
