"""Triggerer processes as the server sees them: fed, asked by, punished, replaced."""

from __future__ import annotations

import json
import os
import queue
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tradewind.protocol.messages import DagFacts, Reply, Request, ValueReply
from tradewind.protocol.triggers import Fired, Watch
from tradewind.sdk.trigger import BaseTrigger
from tradewind.triggerer import LocalTriggerer, TriggererOptions
from tradewind.worker.resuming import inline_codec

TESTS = str(Path(__file__).resolve().parents[2])
PATIENCE_S = 60.0


class Server:
    """What is waited for, and what was heard of it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.waiting: dict[str, Watch] = {}
        self.watchers: list[Watch] = []
        self.fired: queue.Queue[Fired] = queue.Queue()
        self.watched: queue.Queue[Fired] = queue.Queue()
        self.asked: list[tuple[str, Request]] = []
        self.triggerer = LocalTriggerer(
            TriggererOptions(
                load=self.load,
                sink=self.hear,
                answer=self.answer,
                environment={**os.environ, "PYTHONPATH": TESTS},
                load_watchers=lambda: list(self.watchers),
                watched=lambda _, fired: self.watched.put(fired),
                **options,
            )
        )

    def load(self, ids: Sequence[str] | None) -> list[Watch]:
        return [watch for watch in list(self.waiting.values()) if ids is None or watch.id in ids]

    def hear(self, fired: Fired) -> None:
        self.waiting.pop(fired.id, None)
        self.fired.put(fired)

    def answer(self, watch: Watch, request: Request) -> Reply:
        self.asked.append((watch.id, request))
        return ValueReply(value="answered")

    def log_of(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text() if file.exists() else ""

    def watch(self, name: str, trigger: BaseTrigger | None = None, **fields: Any) -> Watch:
        classpath, kwargs = trigger.serialize() if trigger is not None else ("", {})
        given = {"classpath": classpath, "kwargs": inline_codec().encode(kwargs).value, **fields}
        return Watch(id=name, log_path=str(self.folder / f"{name}.log"), **given)

    def start(self, *watches: Watch) -> None:
        self.waiting |= {watch.id: watch for watch in watches}
        self.triggerer.start([watch.id for watch in watches])

    def next(self) -> tuple[str, str, Any]:
        fired = self.fired.get(timeout=PATIENCE_S)
        return fired.id, fired.outcome, json.loads(fired.event)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def make(**options: Any) -> Server:
        server = Server(tmp_path, **options)
        server.triggerer.launch()
        made.append(server)
        return server

    yield make
    for server in made:
        server.triggerer.close()


def until(what: Callable[[], Any], timeout_s: float = PATIENCE_S) -> Any:
    end = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


def says(*args: Any, **kwargs: Any) -> BaseTrigger:
    from support.some_triggers import Says

    return Says(*args, **kwargs)


def test_a_trigger_fires_fails_and_asks(serve: Callable[..., Server]) -> None:
    server = serve()
    server.start(server.watch("a", says({"x": 1})))
    assert server.next() == ("a", "resume", {"x": 1})
    until(lambda: "cleaned up" in server.log_of("a"))
    server.start(server.watch("b", says("why", how="raise")))
    name, outcome, traceback = server.next()
    assert (name, outcome) == ("b", "failure")
    assert "RuntimeError: why" in traceback
    server.start(server.watch("c", says("key", how="ask")))
    assert server.next() == ("c", "resume", "answered")
    assert [name for name, _ in server.asked] == ["c"]


def test_what_is_no_trigger_fails_only_its_own_task(serve: Callable[..., Server]) -> None:
    server = serve()
    server.start(
        server.watch("a", classpath="no.such.Class"), server.watch("b", classpath="os.path"), server.watch("c", says(1))
    )
    found = {server.next()[:2] for _ in range(3)}
    assert found == {("a", "failure"), ("b", "failure"), ("c", "resume")}


def test_a_killed_triggerer_is_replaced_and_told_everything_anew(serve: Callable[..., Server]) -> None:
    server = serve()
    server.start(*(server.watch(f"w{n}", says(n, after_s=2)) for n in range(50)))
    pid = until(lambda: server.triggerer.pids.get("main"))
    os.kill(pid, signal.SIGKILL)
    assert sorted(server.next()[2] for _ in range(50)) == list(range(50))
    assert server.triggerer.pids["main"] != pid


def test_no_more_than_the_capacity_run_at_once_and_all_get_their_turn(serve: Callable[..., Server]) -> None:
    server = serve(capacity=2)
    server.start(*(server.watch(f"w{n}", says(n, after_s=0.05)) for n in range(7)))
    assert sorted(server.next()[2] for _ in range(7)) == list(range(7))


def test_a_stopped_trigger_says_nothing_more(serve: Callable[..., Server]) -> None:
    server = serve()
    server.start(server.watch("a", says("a", after_s=1.0)), server.watch("b", says("b", after_s=1.5)))
    server.triggerer.stop("a", is_cancelled=True)
    assert server.next()[0] == "b"


def test_a_trigger_that_is_cancelled_before_it_ran_is_killed_all_the_same(serve: Callable[..., Server]) -> None:
    server = serve()
    server.start(server.watch("a", says(how="never")))
    server.triggerer.stop("a", is_cancelled=True)
    until(lambda: "killed" in server.log_of("a"))
    server.waiting["b"] = server.watch("b", says(how="never"))
    server.triggerer.stop("b", is_cancelled=True)  # nobody ever ran it here
    until(lambda: "killed" in server.log_of("b"))


def test_a_trigger_that_blocks_is_moved_away_and_the_others_go_on(
    serve: Callable[..., Server], caplog: pytest.LogCaptureFixture
) -> None:
    server = serve()
    server.start(server.watch("bad", says(how="block")))
    until(lambda: "isolated" in server.triggerer.pids)
    server.start(server.watch("good", says("good", after_s=0.1)))
    assert server.next()[0] == "good"
    assert (
        "times=3" in caplog.text.partition("trigger.isolated")[0]
    )  # afterwards it is counted anew, in its own process
    assert "support.some_triggers.Says" in server.triggerer.blocked


def test_a_trigger_that_hangs_costs_the_others_no_more_than_a_restart(serve: Callable[..., Server]) -> None:
    server = serve(hang_s=1.0)
    server.start(server.watch("good", says("good", after_s=1.0)), server.watch("bad", says(how="hang", after_s=0.5)))
    assert server.next()[0] == "good"
    until(lambda: "isolated" in server.triggerer.pids)


def test_watchers_go_on_after_each_event_and_are_started_again_after_a_failure(serve: Callable[..., Server]) -> None:
    from support.some_triggers import Counts

    server = serve()
    server.watchers = [server.watch("w", Counts(), kind="watcher")]
    server.triggerer.look_at_watchers()
    heard = [server.watched.get(timeout=PATIENCE_S) for _ in range(5)]
    assert [one.event for one in heard[:3]] == ["1", "2", "3"]
    assert heard[3].outcome == "failure"
    assert heard[4].event == "1"
    server.watchers = []
    server.triggerer.look_at_watchers()
    assert server.fired.empty()


def test_each_snapshot_has_its_own_modules_under_the_same_name(serve: Callable[..., Server], tmp_path: Path) -> None:
    server = serve()
    watches: list[Watch] = []
    for version in ("one", "two", "one"):
        folder = tmp_path / version
        folder.mkdir(exist_ok=True)
        (folder / "shared_by_both.py").write_text(
            "from tradewind import BaseTrigger, TriggerEvent\n"
            "class Mine(BaseTrigger):\n"
            "    def serialize(self): return 'shared_by_both.Mine', {}\n"
            f"    async def run(self): yield TriggerEvent({version!r})\n"
        )
        dag = DagFacts(
            workspace="default", dag_id="d", version_id=version, bundle_path=str(folder), relative_fileloc="d.py"
        )
        watches.append(server.watch(f"{version}{len(watches)}", classpath="shared_by_both.Mine", dag=dag))
    server.start(*watches)
    assert sorted(server.next() for _ in range(3)) == [
        ("one0", "resume", "one"), ("one2", "resume", "one"), ("two1", "resume", "two"),
    ]  # fmt: skip


def test_a_file_with_a_trigger_in_it_reads_variables_while_it_is_imported(
    serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve()
    (tmp_path / "reads_a_variable.py").write_text(
        "from tradewind import BaseTrigger, TriggerEvent, Variable\n"
        "VALUE = Variable.get('key')\n"
        "class Mine(BaseTrigger):\n"
        "    def serialize(self): return 'reads_a_variable.Mine', {}\n"
        "    async def run(self): yield TriggerEvent(VALUE)\n"
    )
    dag = DagFacts(workspace="default", dag_id="d", version_id="v", bundle_path=str(tmp_path), relative_fileloc="d.py")
    server.start(server.watch("one", classpath="reads_a_variable.Mine", dag=dag))
    assert server.next() == ("one", "resume", "answered")
    assert [type(request).__name__ for _, request in server.asked] == ["GetVariable"]


def test_a_watcher_that_changes_is_started_anew(serve: Callable[..., Server]) -> None:
    from support.some_triggers import Counts

    server = serve()
    server.watchers = [server.watch("w", says("before", how="never"), kind="watcher")]
    server.triggerer.look_at_watchers()
    until(lambda: "main" in server.triggerer.pids)
    server.watchers = [server.watch("w", Counts(), kind="watcher")]
    server.triggerer.look_at_watchers()
    assert server.watched.get(timeout=PATIENCE_S).event == "1"
