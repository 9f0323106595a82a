"""What must hold after every event: everything that is counted as it changes, counted again from scratch."""

from __future__ import annotations

from collections import Counter

from tradewind.base.errors import BrokenInvariant
from tradewind.core.check_nested import check_nested, may_wait
from tradewind.core.dag import Dag
from tradewind.core.limits import Gate
from tradewind.core.machine import Machine
from tradewind.core.mapping import Unmappable, expansion
from tradewind.core.rules import TOTALS, WEIGHTS, Verdict, decide
from tradewind.core.run import Run
from tradewind.core.states import (
    ALIVE,
    DEFERRED,
    DONE,
    NONE,
    QUEUED,
    RESTARTING,
    RUN_FINISHED,
    SCHEDULED,
    STATES,
    UP_FOR_RESCHEDULE,
    UP_FOR_RETRY,
    WAITS,
    RunState,
)

__all__ = ["check"]


def check(m: Machine) -> None:
    """Look at all there is.

    Raises:
        BrokenInvariant: with the story of the run in its facts.
    """
    for uid, run in m.runs.items():
        try:
            _check_tallies(run)
            if run.graph.has_nested:
                check_nested(run, _require)
            _check_instances(m, run)
            if run.state is RunState.RUNNING:
                _check_progress(m, run)
            _require(run.state not in RUN_FINISHED, f"finished run {uid} is still in memory")
            is_over = run.state is RunState.RUNNING and not run.unfinished
            _require(not is_over or run.retry_at is not None, f"run {uid} should have ended")
            waits = run.retry_at is None or ("retry", uid) in m.timers
            _require(waits, f"run {uid} waits to try again, but nothing will wake it")
        except BrokenInvariant as error:
            error.facts.update(run=uid, story=m.story.about(uid, run.facts.dag.dag_id))
            raise
    for deadline in m.deadlines.pending.values():
        _require(("deadline", deadline.id) in m.timers, f"deadline {deadline.id} has no timer")
    _check_attempts(m)
    _check_dags(m)


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise BrokenInvariant(sentence)


def _check_tallies(run: Run) -> None:
    """Tallies, totals and counts are what a recount finds."""
    graph = run.graph
    tally, totals = [0] * len(graph), [0] * len(graph)
    unfinished = 0
    for node in graph.nodes:
        states = [run.state_of(node.index, index) for index in run.indexes(node.index)]
        unfinished += sum(not DONE[s] for s in states)
        if node.index in run.open:
            _require(run.open[node.index] == sum(not DONE[s] for s in states), f"open instances of {node.task_id}")
        for target, inner, weights in node.edges:
            if not inner:
                there = [s for i, s in enumerate(states) if not run.is_void((node.index, i))]
                tally[target] += sum(weights[s] for s in there)
                totals[target] += len(there) * TOTALS[WEIGHTS.index(weights)]
    _require(run.unfinished == unfinished, f"{run.unfinished} unfinished instances are counted, {unfinished} are there")
    _require(run.tally == tally, "a tally differs from its recount")
    _require(run.totals == totals, "a total differs from its recount")
    for target, counted in run.inner.items():
        _require(len(counted) == len(run.indexes(target)), f"inner tallies of {graph.nodes[target].task_id}: length")
        for index in run.indexes(target):
            found = 0
            for source in set(graph.nodes[target].inner_sources):
                at = 0 if run.count[source] < 0 else index
                if at not in run.indexes(source):
                    continue
                state = run.state_of(source, at)
                found += sum(w[state] for t, inner, w in graph.nodes[source].edges if inner == 1 and t == target)
            _require(counted[index] == found, f"inner tally of {graph.nodes[target].task_id}[{index}]")


def _check_instances(m: Machine, run: Run) -> None:
    """Each state comes with what it needs: a place in the queue, an attempt, a deadline."""
    ready: Counter[int] = Counter()
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            key = (node.index, index)
            state = run.state_of(*key)
            name = f"{node.task_id}[{run.map_index(*key)}] ({STATES[state]})"
            instance = run.detail(*key)
            attempt = m.attempts.get(instance.attempt or "")
            has_process = (run.uid, run.ref(key)) in m.dying
            ready[node.index] += key in run.ready
            _require((key in run.ready) == (state == SCHEDULED and not has_process), f"{name}: place in the queue")
            if ALIVE[state]:
                _require(attempt is not None and not attempt.is_dying, f"{name} has no attempt")
                _require(run.state is RunState.RUNNING, f"{name} is alive in a run that is {run.state}")
                _require(1 <= instance.try_number <= instance.max_tries, f"{name}: more tries than allowed")
            if state == QUEUED:
                _require(("queued", instance.attempt or "") in m.timers, f"{name} has no deadline")
            if state == RESTARTING:
                _require(attempt is not None and attempt.is_dying, f"{name} waits for no process")
            if state in (UP_FOR_RETRY, UP_FOR_RESCHEDULE):
                _require(m.timer_name(run, *key) in m.timers, f"{name} has no deadline")
            if WAITS[state]:
                wait = m.waits.get(instance.attempt or "")
                _require(wait is not None and wait.run is run and wait.ref == run.ref(key), f"{name} waits for nothing")
                _require(
                    (instance.next_at is not None) == (("wait", instance.attempt or "") in m.timers),
                    f"{name}: its deadline",
                )
                _require(run.state is RunState.RUNNING, f"{name} waits in a run that is {run.state}")
    for node, count in run.ready_per_node.items():
        _require(ready[node] == count, f"{run.graph.nodes[node].task_id}: {count} in the queue, {ready[node]} found")


def _check_progress(m: Machine, run: Run) -> None:
    """No instance is forgotten: one that waits has a rule that says so, or something that will look at it again."""
    for node in run.graph.nodes:
        at = node.index
        for index in run.indexes(at):
            if run.state_of(at, index) == SCHEDULED and (at, index) in run.ready:
                gates = m.gates(run, at)
                promise = m.queue.promise_of(run, at, index)
                full = any(not gate.fits(need, promise) for gate, need in gates)
                _require(full, f"{node.task_id}[{index}] waits, but all its limits have room")
            if run.state_of(at, index) != NONE or at in run.sweeps or index in run.past_waiting.get(at, ()):
                continue
            is_inside = node.is_nested and run.count[at] >= 0
            if is_inside and node.scope is not None and not run.nest.is_live(node.scope, index):
                _require(may_wait(run, node, index), f"{node.task_id}[{index}] could be expanded, but was not")
                continue
            verdict = decide(node.rule, *run.tally_of(at, index), run.map_index(at, index))
            if node.mapping is not None and (run.count[at] < 0 or at in run.outdated):
                try:
                    assert node.scope is not None
                    known = expansion(run, node.scope.lineage[0])
                except Unmappable:
                    known = 0
                waits = verdict is Verdict.WAIT or known is Verdict.WAIT
                _require(waits, f"{node.task_id} could be expanded, but was not")
            else:
                _require(
                    verdict is Verdict.WAIT, f"{node.task_id}[{index}] was forgotten: its rule says {verdict.name}"
                )


def _check_attempts(m: Machine) -> None:
    """Slots are held by attempts and nothing else; no instance has two processes."""
    used: Counter[Gate] = Counter()
    homes: Counter[object] = Counter()
    for attempt in m.attempts.values():
        homes[attempt.home] += 1
        for gate, need in attempt.gates:
            used[gate] += need
        if attempt.is_dying:
            _require(("dying", attempt.id) in m.timers, f"attempt {attempt.id} was told to stop, but nobody waits")
            continue
        run = m.runs.get(attempt.run.uid)
        _require(run is attempt.run, f"attempt {attempt.id} belongs to a run that is not in memory")
        assert run is not None
        instance = run.detail(attempt.node, attempt.index)
        _require(instance.attempt == attempt.id, f"attempt {attempt.id} is not the one its instance knows")
        _require(bool(ALIVE[run.state_of(attempt.node, attempt.index)]), f"attempt {attempt.id} of a dead instance")
        _require(run.ref((attempt.node, attempt.index)) == attempt.ref, f"attempt {attempt.id} lost its instance")
    for wait in m.waits.values():
        run = m.runs.get(wait.run.uid)
        _require(run is wait.run, f"wait {wait.id} belongs to a run that is not in memory")
        assert run is not None
        _require(run.find(wait.ref) == (wait.node, wait.index), f"wait {wait.id} lost its instance")
        _require(run.detail(wait.node, wait.index).attempt == wait.id, f"wait {wait.id} is not its instance's")
        state = run.state_of(wait.node, wait.index)
        _require(bool(WAITS[state]), f"wait {wait.id} of an instance that does not wait")
        counted = {g for g, _ in m.gates(run, wait.node)} & m.counting_deferred if state == DEFERRED else set[Gate]()
        _require({gate for gate, _ in wait.gates} == counted, f"wait {wait.id} holds the wrong slots")
        for gate, need in wait.gates:
            used[gate] += need
    twice = [home for home, count in homes.items() if count > 1]
    _require(not twice, f"instances with two processes: {twice}")
    gates = {
        m.parallelism,
        *m.executors.values(),
        *m.pools.values(),
        *used,
        *(g for d in m.dags.values() for g in d.all_gates()),
    }
    for gate in gates:
        _require(gate.used == used[gate], f"{gate.name}: {gate.used} counted, {used[gate]} in use")


def _check_dags(m: Machine) -> None:
    for dag in m.dags.values():
        _check_lanes(dag)
        own = [run for run in dag.runs.values() if dag.lane_of(run) is None]
        running = {run.uid for run in own if run.state is RunState.RUNNING}
        _require(dag.running == running, f"runs of {dag.key.dag_id}: {dag.running} counted, {running} found")
        _require(all(m.runs.get(uid) is run for uid, run in dag.runs.items()), f"{dag.key.dag_id} has a lost run")
        graph = dag.graph
        queued = dag.first_queued()
        if graph is None or dag.is_paused or queued is None or queued.facts.run_after > m.now:
            continue
        _require(len(running) >= graph.spec.max_active_runs, f"a run of {dag.key.dag_id} could start, but does not")


def _check_lanes(dag: Dag) -> None:
    """Active backfills know their runs, and let go what may go."""
    for lane in dag.lanes.values():
        mine = {run.uid: run for run in dag.runs.values() if dag.lane_of(run) is lane}
        _require(lane.runs == mine, f"runs of backfill {lane.uid}")
        running = {uid for uid, run in mine.items() if run.state is RunState.RUNNING}
        _require(lane.running == running, f"running runs of backfill {lane.uid}")
        limit = lane.facts.max_active_runs
        _require(len(running) <= limit, f"backfill {lane.uid} has more than {limit} runs at once")
        if dag.graph is not None and not dag.is_paused:
            _require(lane.to_start() is None, f"a run of backfill {lane.uid} could start, but does not")
            is_held = lane.is_paused or dag.is_stale or not lane.has_room or lane.is_asking
            _require(is_held or bool(lane.runs or lane.awaited), f"backfill {lane.uid} could go on, but does not")
