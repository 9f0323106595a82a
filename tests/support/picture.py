"""All that decides the future of a core, as plain values: two cores with the same picture go on in the same way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradewind.core.machine import Attempt, Machine
from tradewind.core.run import Run
from tradewind.core.shard import Shard
from tradewind.core.states import ALIVE, DEFERRED, RESTARTING, RUN_FINISHED, SCHEDULED, STATES, SUCCESS

__all__ = ["picture"]

KINDS = ("queued", "wait", "instance", "run", "retry", "deadline")
"""Timers that mean something by themselves; the others are reasons to look."""


def picture(shard: Shard) -> dict[str, Any]:
    """What a restart must not change. Left out are finished runs, and attempts that are being stopped after their
    instance has gone on: the executor ends those that nobody asks it to keep."""
    m = shard._m
    found: dict[str, Any] = {}
    for uid, run in m.runs.items():
        if run.state not in RUN_FINISHED:
            found |= {f"{uid} {what}": value for what, value in _run(run).items()}
            found |= {f"{uid} wait {w.id}": (w.ref, _slots(w.gates)) for w in m.waits.values() if w.run is run}
            found |= {f"{uid} attempt {a.id}": (a.ref, a.is_dying) for a in m.attempts.values() if _is_current(run, a)}
    for key, dag in m.dags.items():
        found[f"{key.dag_id} running"] = sorted(dag.running)
        found[f"{key.dag_id} paused"] = dag.is_paused
        found[f"{key.dag_id} latest"] = dag.latest.uid if dag.latest is not None else None
        for uid, lane in dag.lanes.items():
            found[f"lane {uid}"] = (lane.is_paused, lane.next_ordinal, sorted(lane.runs), sorted(lane.running),
                                    sorted(lane.awaited))  # fmt: skip
    found |= {f"deadline {id_}": (d.at, d.run_uid) for id_, d in m.deadlines.pending.items()}
    return found | _timers(m)


def _timers(m: Machine) -> dict[str, datetime]:
    return {f"timer {name}": at for name, at in m.timers._due.items() if name[0] in KINDS}


def _is_current(run: Run, attempt: Attempt) -> bool:
    key = run.find(attempt.ref) if attempt.run is run else None
    if key is None or run.detail(*key).attempt != attempt.id:
        return False
    return bool(ALIVE[run.state_of(*key)]) or run.state_of(*key) == RESTARTING


def _slots(gates: Any) -> list[tuple[str, int]]:
    return sorted((gate.name, need) for gate, need in gates)


def _run(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = {
        "itself": (run.state, run.version_id, run.clear_number, run.retries, run.retry_at, run.queued_at,
                   run.start_date),
        # rows name the task that decided, not which of its instances
        "skips": sorted({(run.ref(key).task_id, run.ref(one)) for key, of in run.skips.items() for one in of}),
        "unfinished": run.unfinished,
        "tallies": (run.tally, run.totals, run.inner),
    }  # fmt: skip
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            key = (node.index, index)
            if run.is_void(key):
                continue
            one, state = run.detail(*key), run.state_of(*key)
            name = f"{node.task_id}[{run.map_index(*key)}]"
            found[name] = (
                STATES[state], one.try_number, one.max_tries, one.attempt, one.losses, one.next_at, one.resume,
                one.start_date, one.end_date, one.queued_at, run.map_path(key),
                None if state == SCHEDULED else one.reason,
            )  # fmt: skip
            if state == SUCCESS and (run.lengths.get(key) or run.pushed.get(key)):
                found[f"{name} left"] = (run.lengths.get(key), run.pushed.get(key) or None)
            if state == DEFERRED:
                found[f"{name} waits"] = one.attempt
    return found
