"""Runs: asked for, started when there is room, ended by their leaves, by a clock, or by hand."""

from __future__ import annotations

from tradewind.core.commands import CreateTasks, RunCallback
from tradewind.core.dag import Dag
from tradewind.core.events import RunFacts, RunRequested
from tradewind.core.graph import Graph
from tradewind.core.machine import Machine
from tradewind.core.run import Run
from tradewind.core.states import FAILED, UPSTREAM_FAILED, RunState

__all__ = ["accept", "finish_if_done", "requested", "start_queued"]


def requested(m: Machine, event: RunRequested) -> None:
    """Somebody asked for a run."""
    facts = event.run
    dag = m.dags.get(facts.dag)
    if dag is None or facts.uid in m.runs:
        return
    graph = dag.versions.get(facts.version_id) if facts.version_id else dag.graph
    if graph is not None:
        accept(m, dag, facts, graph)


def accept(m: Machine, dag: Dag, facts: RunFacts, graph: Graph) -> None:
    """Take a new run into memory, with all its instances waiting, and start it if there is room."""
    from tradewind.core.advance import expand_known

    run = Run(facts, graph, m.busy)
    if not facts.version_id and dag.newest is not None:
        run.version_id = dag.newest
        run.touch()
    m.runs[run.uid] = run
    dag.add(run)
    m.rows.extend(CreateTasks(run.uid, node.task_id, -1, -1) for node in graph.nodes)
    expand_known(m, run)
    start_queued(m, dag)


def start_queued(m: Machine, dag: Dag) -> None:
    """Start queued runs, oldest first, as far as the DAG allows."""
    graph = dag.graph
    if graph is None or dag.is_paused:
        return
    while len(dag.running) < graph.spec.max_active_runs and (run := dag.first_queued()) is not None:
        run.move_run(RunState.RUNNING)
        run.start_date = m.now
        run.end_date = None
        dag.running.add(run.uid)
        for node in run.graph.nodes:
            if not run.totals[node.index] or node.spec.trigger_rule == "always" or node.feeds or node.mapping:
                run.look_at(node.index)


def finish_if_done(m: Machine, run: Run) -> bool:
    """End a run whose instances have all ended; its leaves decide how."""
    if run.unfinished or run.state is not RunState.RUNNING:
        return False
    failed = any(
        run.state_of(node, index) in (FAILED, UPSTREAM_FAILED)
        for node in run.graph.leaves
        for index in run.indexes(node)
    )
    end_run(m, run, RunState.FAILED if failed else RunState.SUCCESS, "task_failure" if failed else "success")
    return True


def end_run(m: Machine, run: Run, state: RunState, reason: str) -> None:
    """The run is over: save it, call back, let the next one start."""
    dag = m.dags[run.facts.dag]
    run.move_run(state)
    run.end_date = m.now
    dag.forget(run)
    del m.runs[run.uid]
    kind = "on_failure" if state is RunState.FAILED else "on_success"
    if kind in run.graph.spec.has_callbacks:
        m.effects.append(RunCallback(run.uid, run.facts.dag, run.version_id, kind, reason))
    start_queued(m, dag)
