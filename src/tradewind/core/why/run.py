"""Why a run is in its state."""

from __future__ import annotations

from tradewind.core.states import RunState, TaskState
from tradewind.core.why.causes import Cause, ago, ahead, ended, how_long, listed
from tradewind.core.why.dag import paused, server
from tradewind.core.why.scene import RunScene

__all__ = ["why_run"]


def why_run(scene: RunScene) -> list[Cause]:
    """Why the run is in its state, the most decisive cause first, and why it was made; never empty."""
    found = _of_state(scene)
    if scene.facts.reason:
        found.append(Cause(code="started_because", sentence=f"The run was made because {scene.facts.reason}."))
    return found


def _of_state(scene: RunScene) -> list[Cause]:
    match scene.state:
        case RunState.QUEUED:
            return _queued_run(scene)
        case RunState.RUNNING:
            return _running_run(scene)
        case RunState.FAILED:
            return [_failed_run(scene)]
        case RunState.SUCCESS:
            return [_successful_run(scene)]


def _queued_run(scene: RunScene) -> list[Cause]:
    dag, facts = scene.dag, scene.facts
    found = server(dag)
    if facts.run_after > dag.now:
        found.append(
            Cause(
                code="run_after_in_future",
                sentence=f"The run may start {ago(facts.run_after, dag.now)} ({facts.run_after.isoformat()}).",
                fix="Wait for that moment.",
            )
        )
    found += paused(dag)
    others = {run_id: state for run_id, state in dag.active_runs.items() if run_id != facts.run_id}
    running = sorted(run_id for run_id, state in others.items() if state is RunState.RUNNING)
    limit = dag.spec.max_active_runs
    backfill = scene.backfill
    if len(running) >= limit and backfill is None:
        found.append(
            Cause(
                code="max_active_runs",
                sentence=f"{len(running)} of at most {limit} runs are running ({listed(running)}).",
                fix="Wait for one of them, or raise max_active_runs.",
                facts={"running": list(running), "limit": limit},
            )
        )
    if backfill is not None and backfill.running >= backfill.limit:
        found.append(
            Cause(
                code="backfill_limit",
                sentence=f"{backfill.running} of at most {backfill.limit} runs of backfill {backfill.number} are running.",
                fix=f"Wait for one of them; tradewind backfill show {backfill.number} says how far it is.",
                facts={"backfill": backfill.number, "running": backfill.running, "limit": backfill.limit},
            )
        )
    since = f"queued {ago(facts.queued_at, dag.now)}"
    return found or [Cause(code="about_to_start", sentence=f"Nothing holds the run back ({since}): it starts at once.")]


def _running_run(scene: RunScene) -> list[Cause]:
    dag = scene.dag
    found = [*server(dag), *paused(dag)]
    if scene.retry_at is not None:
        failed = sorted(task for task, states in scene.counts.items() if states.get(TaskState.FAILED))
        return [
            *found,
            Cause(
                code="run_retry",
                sentence=f"{listed(failed)} failed; the run tries again {ahead(scene.retry_at, dag.now)} "
                f"(retry {scene.retries + 1} of {dag.spec.run_retries}).",
                fix=f"For the failure: tradewind why {dag.dag_id} {scene.facts.run_id} TASK",
                facts={"failed": list(failed), "retries": scene.retries, "retry_at": scene.retry_at.isoformat()},
            ),
        ]
    busy = {
        state: sorted(task for task, states in scene.counts.items() if states.get(state))
        for state in (
            TaskState.RUNNING, TaskState.QUEUED, TaskState.SCHEDULED, TaskState.DEFERRED, TaskState.AWAITING_INPUT,
            TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE, TaskState.RESTARTING,
        )
    }  # fmt: skip
    parts = [f"{listed(tasks)} {_WORDS[state]}" for state, tasks in busy.items() if tasks]
    left = sum(states.get(None, 0) for states in scene.counts.values())
    waiting = f"; {left} more task instances wait for their upstreams" if left else ""
    lasting = "" if scene.start_date is None else f"It has been running for {how_long(dag.now - scene.start_date)}: "
    found.append(
        Cause(
            code="in_progress",
            sentence=f"{lasting}{'; '.join(parts) or 'no task is active'}{waiting}.",
            fix=f"For one task: tradewind why {dag.dag_id} {scene.facts.run_id} TASK",
            facts={state.value: list(tasks) for state, tasks in busy.items() if tasks},
        )
    )
    return found


_WORDS = {
    TaskState.RUNNING: "running",
    TaskState.QUEUED: "about to start",
    TaskState.SCHEDULED: "waiting for a slot",
    TaskState.DEFERRED: "waiting for an event",
    TaskState.AWAITING_INPUT: "waiting for a person",
    TaskState.UP_FOR_RETRY: "waiting for a retry",
    TaskState.UP_FOR_RESCHEDULE: "waiting to look again",
    TaskState.RESTARTING: "being stopped",
}


def _failed_run(scene: RunScene) -> Cause:
    if scene.hand is not None:
        return _by_hand("run_marked", f"The run was marked failed by {scene.hand.by or 'somebody'}", scene)
    timeout_s = scene.dag.spec.dagrun_timeout_s
    lasted = None if scene.start_date is None or scene.end_date is None else scene.end_date - scene.start_date
    if scene.reason == "timed_out" or (
        timeout_s is not None and lasted is not None and lasted.total_seconds() >= timeout_s
    ):
        return Cause(
            code="dagrun_timeout",
            sentence=f"The run took longer than its dagrun_timeout of {timeout_s:g} s.",
            fix="Find what took long (tradewind tasks states-for-dag-run), or raise dagrun_timeout.",
        )
    causes = tuple(
        Cause(code="task_failed", sentence=ended(f"{one.name} failed: {one.reason or 'no reason was recorded'}"))
        for one in scene.failed
    )
    names = listed([one.name for one in scene.failed]) or "a task at its end"
    return Cause(
        code="tasks_failed",
        sentence=f"The run failed because {names} failed.",
        fix=f"tradewind tasks logs {scene.dag.dag_id} {scene.failed[0].task_id if scene.failed else 'TASK'} {scene.facts.run_id}",
        facts={"failed": [one.name for one in scene.failed]},
        because=causes,
    )


def _successful_run(scene: RunScene) -> Cause:
    if scene.hand is not None:
        return _by_hand("run_marked", f"The run was marked success by {scene.hand.by or 'somebody'}", scene)
    skipped = sum(states.get(TaskState.SKIPPED, 0) for states in scene.counts.values())
    done = sum(states.get(TaskState.SUCCESS, 0) for states in scene.counts.values())
    lasted = (
        ""
        if scene.start_date is None or scene.end_date is None
        else f" in {how_long(scene.end_date - scene.start_date)}"
    )
    also = f", {skipped} were skipped" if skipped else ""
    forgiven = (
        f"; {listed([f.name for f in scene.failed])} failed, and a task after it went on all the same"
        if scene.failed
        else ""
    )
    return Cause(
        code="succeeded", sentence=f"The run succeeded{lasted}: {done} task instances succeeded{also}{forgiven}."
    )


def _by_hand(code: str, sentence: str, scene: RunScene) -> Cause:
    assert scene.hand is not None
    return Cause(
        code=code,
        sentence=f"{sentence}, {ago(scene.hand.at, scene.dag.now)}.",
        fix=f"To run it again: tradewind dags clear {scene.dag.dag_id} --run-id {scene.facts.run_id}",
    )
