"""Test the tests of the core: plant known faults, one at a time, in a process of its own; each must turn the unit tests
red. Exit code 1 if one stays green, or if what turned red is not green without a fault.

    python tools/mutants.py [NAME ...] [--jobs N]

The tests are loaded once. Each fault has a fork of that process, where it replaces the code of what is loaded.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import os
import pickle
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

os.environ |= {"HYPOTHESIS_PROFILE": "verdict", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

import pytest

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "unit" / "core"
CORE = ROOT / "src" / "tradewind" / "core"
PYTEST = ["-q", "-s", "--no-header", "--tb=no", "-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout"]


@dataclass(frozen=True)
class Fault:
    """A change of the source that a test must notice."""

    name: str
    file: str
    old: str
    new: str
    hint: str
    """Words in the names of tests that are likely to see it, with `or` between them; these are tried first."""


@dataclass(frozen=True)
class Verdict:
    """What the tests said about a fault, or about the package without one."""

    killer: str
    """The test that turned red; empty if all stayed green."""
    took_s: float
    trouble: str = ""
    """Why there is no verdict."""


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
          "return None if found is None or found.is_dying else found", "return found", "is_cleared_restarts"),
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
          "_apply(m, run, node, 0, Verdict.SKIP)", "_apply(m, run, node, 0, Verdict.RUN)", "nothing_to_map_over"),
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
          "dag.upcoming = dag.asking = None", "dag.asking = None", "schedule_that_changed"),
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
          "if run.skips and run.is_skipped_by_decision((at, index)):", "if False:", "branch_that_skips"),
    Fault("what waits below a clear goes anyway", "clearing.py",
          "            if verdict is not Verdict.RUN:", "            if False:", "holds_back"),
    Fault("attempts hold no slots after a restart", "loading.py", "gate.used += need", "gate.used += 0", "after_a_restart"),
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
          "key not in self.pushed.get((leader, index), ())", "key not in self.pushed.get((leader, 0), ())", "own_upstream"),
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


def plant(fault: Fault) -> None:
    """Replace the code of the functions, or the value of the constant, that the fault changes."""
    file = CORE / fault.file
    source = file.read_text(encoding="utf-8")
    found = source.count(fault.old)
    if found != 1:
        raise LookupError(f"{fault.name!r}: its text is {found} times in {fault.file}, not once; update the list")
    changed = source.replace(fault.old, fault.new)
    functions = _functions_of(file)
    replaced = 0
    for before, after in _pairs(compile(source, str(file), "exec"), compile(changed, str(file), "exec")):
        if not _is_same(before, after):
            for function in functions.get(before, ()):
                function.__code__ = after
                replaced += 1
    module = importlib.import_module(f"tradewind.core.{file.stem}")
    replaced += _change_constants(module, ast.parse(source), ast.parse(changed))
    if not replaced:
        raise LookupError(f"{fault.name!r}: no function and no constant of {fault.file} that is loaded has its text")


def _functions_of(file: Path) -> dict[CodeType, list[FunctionType]]:
    """All functions that were made from a file, wherever they are kept."""
    found: dict[CodeType, list[FunctionType]] = {}
    gc.unfreeze()  # what was frozen after the collection of tests is passed over
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename == str(file):
            found.setdefault(one.__code__, []).append(one)
    return found


def _pairs(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The functions of a module and of its classes, as they are and as they become; what is inside goes with them."""
    ours, theirs = _inside(before), _inside(after)
    if [one.co_name for one in ours] != [one.co_name for one in theirs]:
        raise LookupError(f"a fault that adds or takes away functions can not be planted in {before.co_filename}")
    for one, other in zip(ours, theirs, strict=True):
        if one.co_flags & 1:  # CO_OPTIMIZED, which bodies of classes have not
            yield one, other
        else:
            yield from _pairs(one, other)


def _inside(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _is_same(before: CodeType, after: CodeType) -> bool:
    """Whether they do the same; lines may have moved."""
    return (
        (before.co_code, before.co_names, before.co_varnames) == (after.co_code, after.co_names, after.co_varnames)
        and len(before.co_consts) == len(after.co_consts)
        and all(
            _is_same(one, other) if isinstance(one, CodeType) and isinstance(other, CodeType) else one == other
            for one, other in zip(before.co_consts, after.co_consts, strict=True)
        )
    )


def _change_constants(module: ModuleType, before: ast.Module, after: ast.Module) -> int:
    """Give the module's constants that a fault changes their new value, there and where they were imported."""
    changed = 0
    for old, new in zip(before.body, after.body, strict=True):
        if isinstance(old, ast.Assign) and isinstance(new, ast.Assign) and ast.dump(old) != ast.dump(new):
            name = ast.unparse(new.targets[0])
            was = vars(module)[name]
            value = eval(compile(ast.Expression(new.value), str(module.__file__), "eval"), vars(module))
            for place in [one for key, one in sys.modules.items() if key.startswith("tradewind.")]:
                if vars(place).get(name) is was:
                    setattr(place, name, value)
                    changed += 1
    return changed


class Judge:
    """A plugin of pytest that runs the collected tests against each fault instead of once."""

    def __init__(self, chosen: list[Fault], jobs: int) -> None:
        self._chosen = chosen
        self._jobs = jobs
        self._red = ""
        self.without: Verdict | None = None
        self.verdicts: dict[str, Verdict] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge each fault, then the package as it is: there, all tests that saw a fault have to be green."""
        if session.testsfailed:
            raise session.Interrupted("the tests can not be loaded")
        waiting = list(self._chosen)
        running: dict[int, tuple[Fault | None, int]] = {}
        while waiting or running or self.without is None:
            while waiting and len(running) < self._jobs:
                pid, answer = self._fork(session, waiting[0])
                running[pid] = waiting.pop(0), answer
            if not running:
                pid, answer = self._fork(session, None)
                running[pid] = None, answer
            pid, _ = os.wait()
            fault, answer = running.pop(pid)
            with os.fdopen(answer, "rb") as pipe:
                said = pipe.read()
            verdict = pickle.loads(said) if said else Verdict("", 0.0, "the process ended without a word")
            if fault is None:
                self.without = verdict
            else:
                self.verdicts[fault.name] = verdict
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._red:
            self._red = report.nodeid

    def _fork(self, session: pytest.Session, fault: Fault | None) -> tuple[int, int]:
        """A process that judges, and where its verdict can be read; a verdict is shorter than what a pipe holds."""
        answer, tell = os.pipe()
        pid = os.fork()
        if pid:
            os.close(tell)
            return pid, answer
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            verdict = self._judge(session, fault)
        except BaseException:  # noqa: BLE001 - the parent tells
            verdict = Verdict("", 0.0, traceback.format_exc()[-4000:])
        os.write(tell, pickle.dumps(verdict))
        os._exit(0)

    def _judge(self, session: pytest.Session, fault: Fault | None) -> Verdict:
        """Run the tests that are likely to see it, then all others; random stories last."""
        began = time.monotonic()
        items = sorted(session.items, key=lambda item: "stateful" in item.path.stem)
        if fault is None:
            killers = {verdict.killer for verdict in self.verdicts.values()}
            items = [item for item in items if _short(item.nodeid) in killers]
        else:
            plant(fault)
            words = fault.hint.split(" or ")
            items.sort(key=lambda item: not any(word in _short(item.nodeid).lower() for word in words))
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._red:
                break
        return Verdict(_short(self._red), time.monotonic() - began)


def _short(nodeid: str) -> str:
    return nodeid.rsplit("/", 1)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only faults whose name contains one of these")
    parser.add_argument("--jobs", type=int, default=2, help="faults at once")
    given = parser.parse_args()
    chosen = [f for f in FAULTS if not given.names or any(name in f.name for name in given.names)]
    judge = Judge(chosen, given.jobs)
    os.chdir(ROOT)
    code = pytest.main([*PYTEST, str(TESTS)], plugins=[judge])
    if judge.without is None or len(judge.verdicts) != len(chosen):
        print(f"the tests were not run (pytest ended with {code})")
        return 1
    if judge.without.killer or judge.without.trouble:
        print(f"the tests are red without a fault: {judge.without.killer}{judge.without.trouble}")
        return 1
    width = max(len(fault.name) for fault in chosen)
    for fault in chosen:
        verdict = judge.verdicts[fault.name]
        seen = verdict.killer or verdict.trouble or "SURVIVED"
        print(f"{fault.name:<{width}}  {fault.file:<15} {verdict.took_s:5.1f} s  {seen}")
    killed = sum(bool(verdict.killer) for verdict in judge.verdicts.values())
    print(f"\n{killed} of {len(chosen)} planted faults turn the tests red")
    return 0 if killed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
