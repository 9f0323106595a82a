"""Test the tests of the core: plant known faults, one at a time, in a copy of the package; each must turn the unit
tests red. Exit code 1 if one stays green, or if the copy without a fault is not green.

    python tools/mutants.py [NAME ...] [--jobs N]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "unit" / "core"
IGNORED = shutil.ignore_patterns("static", "node_modules")
# Loaded once for all faults: what the tests import and no fault changes. Nothing of the package may be among it.
PRELOADED = ["pytest", "hypothesis.stateful", "sqlalchemy", "psycopg"]
PYTEST = ["-x", "-q", "--no-header", "--tb=no", "-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout"]


@dataclass(frozen=True)
class Fault:
    """A change of the source that a test must notice."""

    name: str
    file: str
    old: str
    new: str
    hint: str
    """Tests that are likely to see it (`pytest -k`), tried first."""


@dataclass(frozen=True)
class Verdict:
    """What the tests said about a fault, or about the package without one."""

    fault: Fault | None
    killer: str
    """Which tests turned red; empty if all stayed green."""
    said: str
    took_s: float


FAULTS = (
    Fault("a run that failed has met its deadline", "deadlines.py",
          "    succeeded = run.state is RunState.SUCCESS\n", "    succeeded = True\n", "deadlines"),
    Fault("a success after the moment is in time, where nobody looked in between", "deadlines.py",
          "        if m.now > deadline.at:\n", "        if False:\n", "deadlines"),
    Fault("a deadline that was missed stays pending", "deadlines.py",
          '    m.deadlines.take(deadline)\n    m.timers.drop(("deadline", deadline.id))\n    m.facts.append(ended)\n',
          '    m.timers.drop(("deadline", deadline.id))\n    m.facts.append(ended)\n', "deadlines"),
    Fault("a run tries again without end", "clearing.py", "    run.retries += 1\n", "", "run_retries"),
    Fault("a wait to try again goes on after a person cleared the failure", "clearing.py",
          '        run.retry_at = None\n        m.timers.drop(("retry", run.uid))\n        run.touch()\n',
          "        run.retry_at = run.retry_at\n", "run_retries"),
    Fault("what a policy asks for is passed over", "retries.py", "    if asked_s is not None:\n", "    if False:\n",
          "policy"),
    Fault("a DAG is started before all outlets of a task are there", "asset_events.py",
          "        touched.update(dict.fromkeys(_arrived(m, record, source)))\n    start_by_assets(m, touched)\n",
          "        start_by_assets(m, _arrived(m, record, source))\n", "assets"),
    Fault("what started a run goes on waiting", "assets.py", "    waiting = by_target.pop(target)\n",
          "    waiting = by_target[target]\n", "assets"),
    Fault("events of a paused DAG start it", "assets.py", "if dag.is_paused or dag.is_stale or not",
          "if dag.is_stale or not", "assets"),
    Fault("an alias stands for nothing after a restart", "shard.py",
          "            book.members.setdefault((asset.workspace, alias), {})[asset] = None\n", "            pass\n", "assets"),
    Fault("what waited is forgotten in a restart", "shard.py", "                book.put(dag, target, event)\n",
          "                pass\n", "assets"),
    Fault("what waits for nothing any more is kept", "assets.py", "    _drop(m, dag.key, is_out)\n", "    pass\n", "assets"),
    Fault("a partitioned DAG takes events without a partition", "assets.py",
          "schedule.is_partitioned != (event.partition_key is not None)", "False", "assets"),
    Fault("an event has no partition of its run", "asset_events.py",
          "update.partition_key if update.partition_key is not None else facts.partition_key", "update.partition_key",
          "assets"),
    Fault("a rollup does not wait", "asset_book.py", "not schedule.is_partitioned\n", "True\n", "assets"),
    Fault("an event by its alias is not heard", "asset_book.py",
          '        keys += [("alias", alias, "") for alias in aliases]\n', "", "assets"),
    Fault("a stopped wait leaves its trigger running", "waiting.py",
          "    m.effects.append(StopTrigger(wait.id, is_cancelled=True))\n", "", "waiting"),
    Fault("the execution timeout stands still while a task waits", "waiting.py",
          "return end if until is None else min(until, end)", "return until", "waiting"),
    Fault("a task goes on from its top after a wait", "advance.py",
          "resume=instance.resume", "resume=None", "waiting"),
    Fault("the next try goes on where the last one waited", "instances.py",
          "instance.start_date = instance.end_date = instance.resume = None",
          "instance.start_date = instance.end_date = None", "waiting"),
    Fault("pools forget deferred tasks", "waiting.py",
          "    if not m.counting_deferred:\n        return ()\n", "    return ()\n", "waiting"),
    Fault("a trigger that failed its task is tried again", "deferral.py",
          "end_failed(m, wait, event.at, event.reason, retryable=False)",
          "end_failed(m, wait, event.at, event.reason, retryable=True)", "waiting"),
    Fault("deadlines of waits are lost in a restart", "loading.py",
          "until=instance.next_at", "until=None", "waiting"),
    Fault("reports of a killed attempt count", "machine.py",
          "return None if found is None or found.is_dying else found", "return found", "cleared or restart"),
    Fault("one retry too many", "tasks.py",
          "instance.try_number < instance.max_tries", "instance.try_number <= instance.max_tries", "tries"),
    Fault("one loss too few", "tasks.py", "instance.losses > m.max_losses", "instance.losses >= m.max_losses", "lost"),
    Fault("a loss costs a retry", "tasks.py",
          "to_scheduled(m, run, node, index, new_try=False)\n    instance.reason = reason",
          "to_scheduled(m, run, node, index, new_try=True)\n    instance.reason = reason", "lost"),
    Fault("a retry is never due", "tasks.py",
          "    m.timers.set(m.timer_name(run, node, index), instance.next_at)\n\n\ndef call_back_failure",
          "\n\ndef call_back_failure", "delay"),
    Fault("the retry delay never grows", "retries.py", "if spec.retry_exponential_backoff:", "if False:", "delay"),
    Fault("an empty expansion is not skipped", "advance.py",
          "_apply(m, run, node, 0, Verdict.SKIP)", "_apply(m, run, node, 0, Verdict.RUN)", "nothing or empty"),
    Fault("slots are never given back", "machine.py", "        self.queue.free(attempt.gates)\n", "", "slot or pool"),
    Fault("a task takes one slot whatever it needs", "machine.py",
          "spec.pool), spec.pool_slots)", "spec.pool), 1)", "several_slots"),
    Fault("the lowest priority goes first", "limits.py", "(-urgency, since", "(urgency, since", "priority"),
    Fault("who waits longest never has a turn", "limits.py", "if self._turns >= ELDER_EVERY:", "if False:", "everybody"),
    Fault("a promise keeps nothing free", "limits.py", "or room >= self._kept(promise))", "or True)", "everybody"),
    Fault("a backfill takes no notice of its limit", "lane.py",
          "return len(self.runs) + len(self.awaited) < self.facts.max_active_runs", "return True", "backfill"),
    Fault("a paused DAG goes on", "dag.py", "self.gate.capacity = 0 if is_paused else None",
          "self.gate.capacity = None", "paused"),
    Fault("two processes for one instance", "instances.py",
          "elif not m.dying or not _has_process(m, run, node, index):", "else:", "process"),
    Fault("tallies forget what was undone", "run.py",
          "delta = weights[new] - weights[old]", "delta = weights[new]", "cleared"),
    Fault("one_success does not tell skipped from failed", "rules.py",
          "return Verdict.SKIP if c.done == c.skipped else Verdict.UPSTREAM_FAILED",
          "return Verdict.UPSTREAM_FAILED", "rule_decides"),
    Fault("none_skipped does not wait", "rules.py",
          "        return Verdict.SKIP\n    return Verdict.RUN if c.all_done else Verdict.WAIT\n\n\ndef _always",
          "        return Verdict.SKIP\n    return Verdict.RUN\n\n\ndef _always", "rule_decides"),
    Fault("teardowns decide the run", "graph.py",
          "return not node.spec.is_teardown or node.spec.on_failure_fail_dagrun", "return True", "teardown"),
    Fault("work does not wait for its setup", "graph.py",
          "for n in sorted(self.lives_under(source.index) - direct):", "for n in sorted(set[int]()):", "setup"),
    Fault("an upstream_failed leaf is forgiven", "runs.py",
          "in (FAILED, UPSTREAM_FAILED)\n        for node in run.graph.leaves",
          "in (FAILED,)\n        for node in run.graph.leaves", "tries or stops"),
    Fault("one run too many at once", "runs.py",
          "len(dag.running) < graph.spec.max_active_runs", "len(dag.running) <= graph.spec.max_active_runs",
          "max_active_runs"),
    Fault("a run has no deadline", "runs.py", 'm.timers.set(("run", run.uid)', 'm.timers.set(("nothing", run.uid)',
          "too_long"),
    Fault("the schedule ignores max_active_runs", "planning.py",
          "return not dag.is_paused and not dag.is_stale and not _is_full(dag)",
          "return not dag.is_paused and not dag.is_stale", "catchup"),
    Fault("new code keeps the plan of the old", "planning.py",
          "dag.upcoming = dag.asking = None", "dag.asking = None", "schedule"),
    Fault("an answer to an old question counts", "asking.py",
          "not asking.question or asking.question != event.question", "not asking.question", "asked_again"),
    Fault("a run held back is not asked for anew", "asking.py",
          "    return asking.was_held_back", "    return False", "held_back"),
    Fault("a task's start date is forgotten", "dates.py",
          "if start is not None and date < start:", "if start is not None and date > start:", "passed_over"),
    Fault("a failure in the run before is forgiven", "timeline.py",
          "if not is_successful(before[0], spec.task_id):", "if False:", "run_before"),
    Fault("indexes of a mapped group are mixed up", "run.py", "mine[index] += delta", "mine[0] += delta",
          "mapped_group"),
    Fault("a clear gives no new tries", "clearing.py",
          "instance.max_tries = instance.try_number + run", "instance.max_tries = run", "clear"),
    Fault("a branch's decision is forgotten by a clear", "advance.py",
          "if run.skips and run.is_skipped_by_decision((at, index)):", "if False:", "branch"),
    Fault("what waits below a clear goes anyway", "clearing.py",
          "            if verdict is not Verdict.RUN:", "            if False:", "holds_back"),
    Fault("attempts hold no slots after a restart", "loading.py", "gate.used += need", "gate.used += 0", "restart"),
    Fault("the longest zip is the shortest", "mapping.py",
          "(max if source.longest else min)", "(min if source.longest else max)", "zipped"),
    Fault("a huge map floods one event", "advance.py", "WINDOW = 32", "WINDOW = 10**9", "huge_map"),
    Fault(
        "an expansion found again does not wake its instances",
        "expanding.py",
        "        run.seen.pop(node, None)\n        run.look_at(node)\n    if before == count",
        "    if before == count",
        "cleared_again",
    ),
    Fault("an item flows on with the value of another", "run.py",
          "key not in self.pushed.get((leader, index), ())", "key not in self.pushed.get((leader, 0), ())", "pushed"),
    Fault("an item without a value flows on", "advance.py",
          "run.count[at] >= 0 and run.lacks_item(at, index):", "False:", "not_pushed"),
    Fault("an item waits for all others", "graph.py",
          "if source.index in target.leaders or (", "if (", "own_upstream_item"),
    Fault("new items enter before old items leave", "graph.py",
          "self.nodes[leader].urgency + _STEP)", "self.nodes[leader].urgency - _STEP)", "leaves_before"),
    Fault("a clear of one item takes all others along", "selection.py",
          "if above and all(in_line)", "if False and all(in_line)", "own_index"),
    Fault("a loop goes beyond its bound of iterations", "loops.py",
          "elif index + 1 == run.count[node] < loop.most:", "elif index + 1 == run.count[node]:", "beyond_its_bound"),
    Fault("any task of a loop decides about iterations", "loops.py",
          "if loop is None or loop.decider != at.task_id:", "if loop is None:", "only_the_decider"),
    Fault("iterations behind a cleared one stay", "loops.py",
          "if index + 1 < run.count[node]:", "if False:", "takes_back"),
    Fault("inner items count for all copies", "graph.py",
          "return 0 if outer is None else outer.index + 2", "return 0", "own_copy"),
    Fault("inner items that were taken back still count", "run.py",
          "if not self.nest.is_void(scope, index))", "if index >= 0)", "hold_nothing_back"),
    Fault("inner items are more after a clear than they should be", "expanding.py",
          "    if count < have:", "    if False:", "number_anew"),
    Fault("inner items are never found after a restart", "relayout.py",
          "layout.live[parent] = is_known", "layout.live[parent] = 1", "after_a_restart"),
    Fault("a marked task's process lives on", "instances.py",
          "            m.kill(attempt, reason)\n", "            pass\n", "marked"),
)  # fmt: skip


def plant(fault: Fault | None, folder: Path) -> None:
    """Copy the package, with the fault in it; modules without it need not be compiled anew."""
    shutil.copytree(ROOT / "src" / "tradewind", folder / "tradewind", ignore=IGNORED)
    if fault is not None:
        file = folder / "tradewind" / "core" / fault.file
        source = file.read_text(encoding="utf-8")
        found = source.count(fault.old)
        if found != 1:
            raise LookupError(f"{fault.name!r}: its text is {found} times in {fault.file}, not once; update the list")
        file.write_text(source.replace(fault.old, fault.new), encoding="utf-8")
        for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc"):
            compiled.unlink()


def run_tests(folder: Path, *arguments: str) -> tuple[bool, str]:
    """Whether the tests are green with the package in `folder`, and the last line they said.

    It runs in this process, which is new and has loaded only what `PRELOADED` names.
    """
    import pytest  # noqa: PLC0415 - the parent needs neither it nor what it loads

    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main([*PYTEST, *arguments])
    core = sys.modules.get("tradewind.core")
    if code not in {0, 1, 5} or (core is not None and not str(core.__file__).startswith(str(folder))):
        raise RuntimeError(f"pytest itself failed ({code}), with {core}:\n{said.getvalue()}")
    lines = said.getvalue().strip().splitlines()
    return code != 1, lines[-1] if lines else ""


def judge(fault: Fault | None) -> Verdict:
    """What turned red: the hinted tests, the stories, all tests; empty if nothing did."""
    began = time.monotonic()
    os.chdir(ROOT)
    stories = [str(path) for path in sorted(TESTS.glob("test_*.py")) if path.name != "test_stateful.py"]
    hinted = [] if fault is None else [("hint", [*stories, "-k", fault.hint])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plant(fault, folder)
        for label, arguments in (*hinted, ("stories", stories), ("random stories", [str(TESTS / "test_stateful.py")])):
            is_green, said = run_tests(folder, *arguments)
            if not is_green:
                return Verdict(fault, label, said, time.monotonic() - began)
    return Verdict(fault, "", "", time.monotonic() - began)


def judge_all(chosen: list[Fault], jobs: int) -> list[Verdict]:
    """The verdict on the package as it is, then on each fault; each in a process of its own."""
    os.environ |= {
        "HYPOTHESIS_PROFILE": "verdict",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(jobs, mp_context=processes, max_tasks_per_child=1) as pool:
        return list(pool.map(judge, [None, *chosen]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only faults whose name contains one of these")
    parser.add_argument("--jobs", type=int, default=2, help="faults at once")
    given = parser.parse_args()
    chosen = [f for f in FAULTS if not given.names or any(name in f.name for name in given.names)]
    without, *verdicts = judge_all(chosen, given.jobs)
    if without.killer:
        print(f"the tests are red without a fault: {without.said}")
        return 1
    width = max(len(fault.name) for fault in chosen)
    for fault, verdict in zip(chosen, verdicts, strict=True):
        seen = f"red: {verdict.killer}" if verdict.killer else "SURVIVED"
        print(f"{fault.name:<{width}}  {fault.file:<13} {seen:<20} {verdict.took_s:5.1f} s")
    killed = sum(bool(verdict.killer) for verdict in verdicts)
    print(f"\n{killed} of {len(chosen)} planted faults turn the tests red")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
