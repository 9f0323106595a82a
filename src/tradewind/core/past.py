"""Instances that wait for the run before, and how they are woken."""

from __future__ import annotations

from tradewind.core.graph import Node
from tradewind.core.machine import Machine
from tradewind.core.run import Run
from tradewind.core.timeline import is_met, waiting_for

__all__ = ["allows", "wake"]


def allows(m: Machine, run: Run, node: Node, index: int) -> bool:
    """Whether the run before lets this instance go; if not, it is looked at again when something there ends."""
    if is_met(run, node, m.dags[run.facts.dag].timeline, m.runs):
        return True
    run.past_waiting.setdefault(node.index, set()).add(index)
    return False


def wake(m: Machine, run: Run) -> None:
    """Look again at what waited for the tasks that ended in this run."""
    ended, run.ended = {run.graph.nodes[n].task_id for n in run.ended}, []
    for uid in m.dags[run.facts.dag].timeline.after(run.facts):
        later = m.runs.get(uid)
        if later is not None and later.past_waiting:
            for node, index in waiting_for(later, ended):
                later.look_at(node, index)


def wake_all(m: Machine, run: Run) -> None:
    """Look again at everything that waited for an earlier run, since one came, went or changed as a whole."""
    for uid in m.dags[run.facts.dag].timeline.after(run.facts):
        later = m.runs.get(uid)
        if later is not None:
            waiting, later.past_waiting = later.past_waiting, {}
            for node, indexes in waiting.items():
                for index in sorted(indexes):
                    later.look_at(node, index)
