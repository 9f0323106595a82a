"""Why a task instance ended as it did."""

from __future__ import annotations

from collections.abc import Iterator

from tradewind.core.commands import SaveTask
from tradewind.core.states import TaskState
from tradewind.core.why.causes import Cause, ago, ended, how_long, listed
from tradewind.core.why.scene import TaskScene

__all__ = ["by_hand", "clear", "failed", "failure", "named", "removed", "skipped", "succeeded", "upstream_failed"]


def by_hand(scene: TaskScene) -> Cause:
    hand = scene.hand
    assert hand is not None
    return Cause(
        code="marked_by_hand",
        sentence=f"{scene.name} was marked {scene.instance.state} by {hand.by or 'somebody'}, {ago(hand.at, scene.now)}.",
        fix=clear(scene, "To run it after all"),
    )


def clear(scene: TaskScene, words: str, *, flags: str = "") -> str:
    """The command that clears this task in this run: ids are anchored, since the option takes a regular expression."""
    run = scene.run
    return f"{words}: tradewind tasks clear {run.dag.dag_id} --run-id {run.facts.run_id} -t '^{scene.task.task_id}$'{flags}"


def failed(scene: TaskScene) -> list[Cause]:
    one = scene.instance
    tries = f" after {one.try_number} {'try' if one.try_number == 1 else 'tries'}" if one.try_number else ""
    return [
        Cause(
            code="failed",
            sentence=f"{scene.name} failed{tries}, {ago(one.end_date, scene.now)}.",
            fix=clear(scene, "When the cause is gone"),
            because=tuple(failure(scene)),
        )
    ]


def failure(scene: TaskScene) -> Iterator[Cause]:
    """What the last attempt, or the scheduler, said."""
    at, one = scene.attempt, scene.instance
    reason = (at.reason if at is not None else None) or one.reason or "no reason was recorded"
    where = _last_place(at.error) if at is not None and at.error else ""
    code, fix = next((found for found in _kinds(reason)), ("exception", ""))
    index = f" --map-index {one.map_index}" if one.map_index >= 0 else ""
    logs = f"tradewind tasks logs {scene.run.dag.dag_id} {scene.task.task_id} {scene.run.facts.run_id}{index}"
    yield Cause(code=code, sentence=ended(f"{reason}{where}"), fix=fix or f"Traceback and log: {logs}")


def _kinds(reason: str) -> Iterator[tuple[str, str]]:
    """What is known to be behind some reasons, and what helps."""
    table = (
        ("signal 9", "killed", "Give the machine or the task's container more memory, or process less at a time."),
        ("of memory, more than", "memory_limit", "Raise the worker's memory limit, or process less at a time."),
        ("execution_timeout", "execution_timeout", "Raise execution_timeout, or find what takes so long."),
        ("AirflowTaskTimeout", "execution_timeout", "Raise execution_timeout, or find what takes so long."),
        ("AirflowSensorTimeout", "sensor_timeout", "Look whether what it waits for is still made; or raise timeout."),
        ("max_map_length", "map_too_long", "Raise max_map_length, or make the list shorter."),
        ("that could be mapped over", "unmappable", "Return a list or a dict from the upstream task."),
        ("attempts lost", "lost_too_often", "Look into the scheduler's log: its workers are dying."),
        ("could not be started", "not_started", "Look into the scheduler's log for the executor's error."),
        ("dagrun_timeout", "dagrun_timeout", "Raise dagrun_timeout, or find what takes so long."),
        ("fail_fast", "fail_fast", "Clear the task that failed first."),
        ("ModuleNotFoundError", "missing_module", "Install the package where the workers run."),
    )
    for words, code, fix in table:
        if words in reason:
            yield code, fix


def _last_place(error: str) -> str:
    """File and line of the innermost frame of a traceback."""
    places = [line.strip() for line in error.splitlines() if line.lstrip().startswith('File "')]
    return f" ({places[-1]})" if places else ""


def upstream_failed(scene: TaskScene) -> list[Cause]:
    if scene.instance.reason:
        return [
            Cause(
                code="stopped", sentence=ended(f"{scene.name}: {scene.instance.reason}"), fix=clear(scene, "To run it")
            )
        ]
    roots = list(_first_causes(scene, (TaskState.FAILED,), TaskState.UPSTREAM_FAILED))
    causes = tuple(
        Cause(
            code="upstream_failed_root",
            sentence=ended(f"{named(one)} failed: {one.reason or 'no reason was recorded'}"),
            fix=f"tradewind why {scene.run.dag.dag_id} {scene.run.facts.run_id} {one.task_id}",
        )
        for one in roots
    )
    names = listed([named(one) for one in roots]) or "an upstream task"
    return [
        Cause(
            code="upstream_failed",
            sentence=f"{scene.name} did not run because {names} failed (trigger rule {scene.task.trigger_rule}).",
            fix=clear(scene, "When that is repaired, clear it with its upstreams", flags=" --upstream"),
            facts={"failed": [named(one) for one in roots]},
            because=causes,
        )
    ]


def skipped(scene: TaskScene) -> list[Cause]:
    one = scene.instance
    if one.skipped_by:
        return [
            Cause(
                code="skipped_by_decision",
                sentence=f"{scene.name} was skipped by {one.skipped_by}, which chose another way.",
                fix=f"See what it returned: tradewind tasks logs {scene.run.dag.dag_id} {one.skipped_by} {scene.run.facts.run_id}",
            )
        ]
    if one.reason:
        return [Cause(code="skipped", sentence=ended(f"{scene.name} was skipped: {one.reason}"))]
    if one.attempt is not None:
        said = f": {scene.attempt.reason}" if scene.attempt is not None and scene.attempt.reason else ""
        return [Cause(code="skipped_itself", sentence=f"{scene.name} asked to be skipped{said}.")]
    roots = [
        root for root in _first_causes(scene, (TaskState.SKIPPED,), TaskState.SKIPPED) if root.task_id != one.task_id
    ]
    if roots:
        by = [f"{named(r)}{f' (skipped by {r.skipped_by})' if r.skipped_by else ''}" for r in roots]
        sentence = (
            f"{scene.name} was skipped because {listed(by)} was skipped (trigger rule {scene.task.trigger_rule})."
        )
        return [Cause(code="upstream_skipped", sentence=sentence, facts={"skipped": [named(r) for r in roots]})]
    if scene.task.mapped is not None:
        return [
            Cause(
                code="mapped_over_nothing", sentence=f"{scene.name} was skipped: the list it is mapped over is empty."
            )
        ]
    sentence = f"{scene.name} was skipped: its trigger rule {scene.task.trigger_rule} could not be met any more."
    return [Cause(code="rule_not_met", sentence=sentence)]


def _first_causes(scene: TaskScene, wanted: tuple[TaskState, ...], through: TaskState) -> Iterator[SaveTask]:
    """Up the graph through instances in state `through`, to those that came first."""
    tasks = {task.task_id: task for task in scene.run.dag.spec.tasks}
    seen: set[str] = set()
    todo = list(scene.task.upstream)
    while todo:
        task_id = todo.pop(0)
        if task_id in seen or task_id not in tasks:
            continue
        seen.add(task_id)
        states = scene.run.counts.get(task_id, {})
        above = [up for up in tasks[task_id].upstream if scene.run.counts.get(up, {}).get(through)]
        for state in wanted:
            one = scene.first_of(task_id, state) if states.get(state) else None
            if one is not None and (state is not through or one.skipped_by or one.attempt or not above):
                yield one
                break
        else:
            if states.get(through):
                todo += tasks[task_id].upstream


def removed(scene: TaskScene) -> list[Cause]:
    sentence = f"{scene.name} was removed: {scene.instance.reason or 'the DAG no longer has it'}."
    return [Cause(code="removed", sentence=sentence)]


def succeeded(scene: TaskScene) -> list[Cause]:
    one = scene.instance
    lasted = "" if one.start_date is None or one.end_date is None else f" in {how_long(one.end_date - one.start_date)}"
    return [Cause(code="succeeded", sentence=f"{scene.name} succeeded{lasted}, {ago(one.end_date, scene.now)}.")]


def named(one: SaveTask) -> str:
    return one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]"
