"""Runs: asked for, started when there is room, ended by their leaves, by a clock, or by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tradewind.core import assets, deadlines
from tradewind.core.backfill_planning import plan_backfills
from tradewind.core.commands import CreateTasks, DeleteDag, DeleteRun, RunCallback, SaveDag
from tradewind.core.dag import Dag
from tradewind.core.events import DagDeleted, RunDeleted, RunFacts, RunMarked, RunRequested
from tradewind.core.expanding import expand_known
from tradewind.core.graph import Graph
from tradewind.core.instances import end_by_hand
from tradewind.core.machine import Machine
from tradewind.core.past import wake_all
from tradewind.core.planning import plan
from tradewind.core.run import Run
from tradewind.core.states import (
    DONE,
    FAILED,
    REMOVED,
    RUN_FINISHED,
    RUNNING,
    SKIPPED,
    SUCCESS,
    UP_FOR_RESCHEDULE,
    UPSTREAM_FAILED,
    WAITS,
    RunState,
)
from tradewind.core.timers import after
from tradewind.core.waiting import cancel_waits_of
from tradewind.spec import DagKey

__all__ = [
    "accept",
    "dag_deleted",
    "deleted",
    "finish_if_done",
    "make_room",
    "marked",
    "ran_out_of_time",
    "reopen",
    "requested",
    "start_by_assets",
    "watch",
]


def requested(m: Machine, event: RunRequested) -> None:
    """Somebody asked for a run."""
    dag = m.dags.get(event.run.dag)
    if dag is None or event.run.uid in m.runs:
        return
    facts = event.run
    if not facts.version_id and dag.newest is not None:
        facts = replace(facts, version_id=dag.newest)
    graph = dag.versions.get(facts.version_id)
    if graph is None:
        return
    run = accept(m, dag, facts, graph)
    if event.run.version_id != run.version_id:
        run.touch()
    make_room(m, dag)


def accept(m: Machine, dag: Dag, facts: RunFacts, graph: Graph) -> Run:
    """Take a new run into memory, with all its instances waiting."""
    run = Run(facts, graph, m.busy)
    m.runs[run.uid] = run
    dag.add(run)
    create_tasks(m, run)
    if graph.has_deadlines:
        deadlines.arm(m, run)
    return run


def create_tasks(m: Machine, run: Run) -> None:
    """Make the rows of a run's instances."""
    m.rows.extend(CreateTasks(run.uid, node.task_id, -1, -1) for node in run.graph.nodes)
    expand_known(m, run)


def make_room(m: Machine, dag: Dag) -> None:
    """Whatever changed about a DAG or its runs: plan what the schedule asks for, start what may start."""
    for facts in plan(m, dag):
        graph = dag.graph
        assert graph is not None
        accept(m, dag, facts, graph)
    if dag.key in m.assets.waiting:
        _accept_by_assets(m, dag)
    _start_queued(m, dag)
    if dag.lanes:
        _go_on_with_backfills(m, dag)


def start_by_assets(m: Machine, dags: Iterable[DagKey]) -> None:
    """Events of assets have come to wait for these DAGs: start the runs that what waits is enough for."""
    for key in dags:
        dag = m.dags[key]
        if _accept_by_assets(m, dag):
            _start_queued(m, dag)


def _accept_by_assets(m: Machine, dag: Dag) -> bool:
    """Take in the runs that events of assets ask for; whether there are any."""
    graph, any_new = dag.graph, False
    for facts in assets.due(m, dag):
        assert graph is not None
        accept(m, dag, facts, graph)
        any_new = True
    return any_new


def _go_on_with_backfills(m: Machine, dag: Dag) -> None:
    """Start and make the runs for which active backfills have room, whatever room the schedule's own runs have."""
    for facts in plan_backfills(m, dag):
        graph = dag.graph
        assert graph is not None
        accept(m, dag, facts, graph)
    for lane in dag.lanes.values() if not dag.is_paused else ():
        while (run := lane.to_start()) is not None:
            lane.running.add(run.uid)
            _start(m, run)


def _start_queued(m: Machine, dag: Dag) -> None:
    """Start queued runs, oldest first, as far as the DAG allows."""
    graph = dag.graph
    if graph is None or dag.is_paused:
        return
    while len(dag.running) < graph.spec.max_active_runs and (run := dag.first_queued()) is not None:
        if run.facts.run_after > m.now:
            m.timers.set(("dag", *dag.key, "start"), run.facts.run_after)
            return
        dag.running.add(run.uid)
        _start(m, run)


def _start(m: Machine, run: Run) -> None:
    """A queued run begins."""
    run.move_run(RunState.RUNNING)
    run.start_date = m.now
    run.end_date = None
    watch(m, run)
    if run.graph.has_deadlines:
        deadlines.predict(m, run)
    if "on_running" in run.graph.spec.has_callbacks:
        m.effects.append(RunCallback(run.uid, run.facts.dag, run.version_id, "on_running", ""))
    for node in run.graph.nodes:
        run.look_at(node.index)


def watch(m: Machine, run: Run) -> None:
    """Set the deadline of a running run."""
    timeout_s = run.graph.spec.dagrun_timeout_s
    if timeout_s is not None and run.start_date is not None:
        m.timers.set(("run", run.uid), after(run.start_date, timeout_s))
    else:
        m.timers.drop(("run", run.uid))


def finish_if_done(m: Machine, run: Run) -> bool:
    """End a run whose instances have all ended; its leaves decide how."""
    if run.unfinished or run.state is not RunState.RUNNING:
        return False
    if run.uid not in m.runs:
        return False
    failed = any(
        run.state_of(node, index) in (FAILED, UPSTREAM_FAILED)
        for node in run.graph.leaves
        for index in run.indexes(node)
    )
    if failed and run.retries < run.graph.spec.run_retries:
        _wait_to_retry(m, run)
        return False
    if failed:
        _end(m, run, RunState.FAILED, "task_failure")
    else:
        _end(m, run, RunState.SUCCESS, "success")
    return True


def _wait_to_retry(m: Machine, run: Run) -> None:
    """A run that would have failed goes on: after a while its failed tasks are tried again (`clearing.try_again`)."""
    if run.retry_at is None:
        run.retry_at = after(m.now, run.graph.spec.run_retry_delay_s)
        m.timers.set(("retry", run.uid), run.retry_at)
        run.touch()


def ran_out_of_time(m: Machine, run: Run) -> None:
    """dagrun_timeout: what has not ended is skipped, the run failed."""
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            if not DONE[run.state_of(node.index, index)]:
                end_by_hand(m, run, (node.index, index), SKIPPED, "the run took longer than dagrun_timeout")
    _end(m, run, RunState.FAILED, "timed_out")


def _end(m: Machine, run: Run, state: RunState, reason: str) -> None:
    """The run is over: call back, count failures, let the next one start."""
    dag = m.dags[run.facts.dag]
    _leave(m, dag, run, state)
    _call_back(m, run, reason)
    dag.failed_in_a_row = dag.failed_in_a_row + 1 if state is RunState.FAILED else 0
    limit = run.graph.spec.max_consecutive_failed_dag_runs
    if 0 < limit <= dag.failed_in_a_row and not dag.is_paused:
        dag.set_paused(is_paused=True)
        dag.plan = None
        m.rows.append(_pause(dag))
    make_room(m, dag)


def _call_back(m: Machine, run: Run, reason: str) -> None:
    kind = "on_failure" if run.state is RunState.FAILED else "on_success"
    if kind in run.graph.spec.has_callbacks:
        last, tries = _last(run)
        m.effects.append(RunCallback(run.uid, run.facts.dag, run.version_id, kind, reason, try_number=tries, last=last))


def _last(run: Run) -> tuple[tuple[str, int] | None, int]:
    """An instance that ended as the run did, from the end of the DAG, and its try; None: there is none."""
    wanted = FAILED if run.state is RunState.FAILED else SUCCESS
    for node in reversed(run.graph.nodes):
        for index in run.indexes(node.index):
            if run.state_of(node.index, index) == wanted:
                known = run.details.get(run.base[node.index] + index)
                return (node.task_id, run.map_index(node.index, index)), known.try_number if known is not None else 0
    return None, 0


def _pause(dag: Dag) -> SaveDag:
    return SaveDag(
        dag=dag.key,
        next_run_after=None,
        next_logical_date=None,
        next_interval_start=None,
        next_interval_end=None,
        is_paused=True,
    )


def _leave(m: Machine, dag: Dag, run: Run, state: RunState) -> None:
    """A run ends and leaves memory."""
    if run.state is not state:
        run.move_run(state)
    run.end_date = m.now
    run.retry_at = None
    run.touch()
    for name in ("run", "retry"):
        m.timers.drop((name, run.uid))
    if run.graph.has_deadlines or run.uid in m.deadlines.by_run:
        deadlines.settle(m, run)
    forget(m, dag, run)
    wake_all(m, run)


def forget(m: Machine, dag: Dag, run: Run) -> None:
    """Drop a run from memory; its row may still have to be saved."""
    if run.graph.uses_past:
        dag.timeline.ended(run)
    run.pending.clear()
    run.ready.clear()
    run.sweeps.clear()
    run.ended.clear()
    dag.forget(run)
    m.runs.pop(run.uid, None)
    m.visitors.discard(run.uid)


def reopen(m: Machine, run: Run) -> None:
    """A finished run has work again: it waits for its turn like a new one."""
    dag = m.dags[run.facts.dag]
    run.move_run(RunState.QUEUED)
    run.clear_number += 1
    run.retries = 0
    run.queued_at = m.now
    run.start_date = run.end_date = None
    dag.running.discard(run.uid)
    m.visitors.discard(run.uid)
    m.timers.drop(("run", run.uid))
    dag.enqueue(run)
    deadlines.queued_again(m, run)


# -- by hand ----------------------------------------------------------------------------------------------------------


def marked(m: Machine, event: RunMarked) -> None:
    """Somebody says how a run ended, or queues it again. Teardowns that have not ended still do their work first."""
    run = m.runs.get(event.run_uid)
    if run is None or event.state is RunState.RUNNING:
        return
    dag = m.dags[run.facts.dag]
    if event.state is RunState.QUEUED:
        if run.state in RUN_FINISHED:
            reopen(m, run)
            make_room(m, dag)
        return
    teardowns_left = False
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            state = run.state_of(node.index, index)
            if node.spec.is_teardown and not DONE[state]:
                teardowns_left = True
            elif event.state is RunState.SUCCESS:
                if state != REMOVED:
                    end_by_hand(m, run, (node.index, index), SUCCESS, "the run was marked success")
            elif not DONE[state]:
                end = FAILED if state in (RUNNING, UP_FOR_RESCHEDULE) or WAITS[state] else SKIPPED
                end_by_hand(m, run, (node.index, index), end, "the run was marked failed")
    if not teardowns_left and run.state is not event.state:
        _leave(m, dag, run, event.state)
        _call_back(m, run, f"marked {event.state} by hand")
        make_room(m, dag)


def deleted(m: Machine, event: RunDeleted) -> None:
    """A run is to be forgotten."""
    run = m.runs.get(event.run_uid)
    m.rows.append(DeleteRun(event.run_uid))
    deadlines.forget_run(m, event.run_uid)
    for attempt in list(m.attempts.values()):
        if attempt.run.uid == event.run_uid:
            m.kill(attempt, "the run was deleted")
    if run is None:
        return
    dag = m.dags[run.facts.dag]
    cancel_waits_of(m, run, "the run was deleted")
    _drop_timers(m, run)
    forget(m, dag, run)
    wake_all(m, run)
    dag.timeline.drop(run.facts)
    m.busy.pop(run.uid, None)
    make_room(m, dag)


def dag_deleted(m: Machine, event: DagDeleted) -> None:
    """A DAG and its runs are to be forgotten."""
    dag = m.dags.pop(event.dag, None)
    assets.forget(m, event.dag)
    deadlines.forget_dag(m, event.dag)
    m.rows.append(DeleteDag(event.dag))
    if dag is None:
        return
    for run in list(dag.runs.values()):
        for attempt in list(m.attempts.values()):
            if attempt.run is run:
                m.kill(attempt, "the DAG was deleted")
        cancel_waits_of(m, run, "the DAG was deleted")
        run.ready.clear()
        run.pending.clear()
        run.sweeps.clear()
        m.runs.pop(run.uid, None)
        m.busy.pop(run.uid, None)
        m.visitors.discard(run.uid)
        _drop_timers(m, run)
    for name in ("plan", "start"):
        m.timers.drop(("dag", *event.dag, name))


def _drop_timers(m: Machine, run: Run) -> None:
    """Nothing wakes the core for a run that is no more."""
    for name in ("run", "retry"):
        m.timers.drop((name, run.uid))
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            m.timers.drop(m.timer_name(run, node.index, index))
