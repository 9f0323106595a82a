"""The local executor with real processes: what runs, what is reported, what is left behind."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.local_executor import SLOW_IMPORT, WAIT_S, Harness, is_alive, wait_until
from tradewind.base.settings import LogSettings, WorkerSettings
from tradewind.executors.base import CalledBack, Exited, Lost, NotStarted
from tradewind.protocol.messages import CallbackWork, DagFacts, Ended, GetVariable, RunInfo, Started, ValueReply
from tradewind.worker.process_tree import children

CODE = """
import logging, os, random, signal, subprocess, sys, threading, time
from pathlib import Path

HERE = Path(__file__).parent
LOADED = os.getpid()
count = 0


def note(name, text):
    part = HERE / (name + ".part")
    part.write_text(f"{text}\\n")
    part.rename(HERE / name)


def noop(work, api, *rest): pass
def hello(work, api): print("hello"); logging.getLogger("mine").warning("careful %s", "now")
def fail(work, api): raise ValueError("this is wrong")
def leave(work, api): sys.exit(3)
def vanish(work, api): os._exit(7)
def segfault(work, api): os.kill(os.getpid(), signal.SIGSEGV)
def where(work, api): note("where-" + work.attempt.split(".")[0], f"{os.getpid()} {os.getppid()} {LOADED}")
def sleep(work, api): print("sleeping"); note("sleep-" + work.attempt.split(".")[0], os.getpid()); time.sleep(600)
def draw(work, api): note("draw-" + work.attempt.split(".")[0], random.random())
def fail_next(work, api): global count; count += 1; print(count)


def ignore_term(work, api):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("stubborn-" + work.attempt.split(".")[0], os.getpid())
    while True:
        time.sleep(1)


def with_children(work, api):
    plain = subprocess.Popen(["sleep", "600"])
    session = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 601 & wait"], start_new_session=True)
    clean = subprocess.Popen(["sleep", "602"], env={})
    pids = [plain.pid, session.pid, clean.pid]
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(write, f"{os.getpid()}".encode())
            time.sleep(600)
        os._exit(0)
    pids.append(int(os.read(read, 20)))
    note("family-" + work.attempt.split(".")[0], " ".join(map(str, pids)))


def with_children_and_wait(work, api):
    with_children(work, api)
    time.sleep(600)


def ask(work, api):
    from tradewind.protocol.messages import GetVariable
    note("asked-" + work.attempt.split(".")[0], api.request(GetVariable(key=work.task_id)).value)


def change_surroundings(work, api):
    os.environ["LEFT_BEHIND"] = "1"
    os.chdir("/")
    logging.getLogger().addHandler(logging.StreamHandler())


def surroundings(work, api):
    note("around-" + work.attempt.split(".")[0], f"{'LEFT_BEHIND' in os.environ} {os.getcwd()} {len(logging.getLogger().handlers)}")


def linger(work, api):
    import atexit
    atexit.register(time.sleep, 600)


def at_exit(work, api):
    import atexit
    atexit.register(note, "exited-" + work.attempt.split(".")[0], "yes")
    threading.Thread(target=time.sleep, args=(600,)).start()


def eat(work, api):
    hoard = []
    while True:
        hoard.append(b"x" * 10_000_000)
        time.sleep(0.01)


def on_failure(work, api): print("called back because", work.reason); note("called-" + work.work_id.split(".")[0], "yes")
def on_broken(work, api): raise RuntimeError("the callback is broken")
"""

ISOLATIONS = ["fork", "reuse", "spawn"]


@pytest.fixture
def harness(tmp_path):
    one = Harness(tmp_path, CODE)
    yield one
    one.executor.stop(0)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_task_starts_ends_and_its_log_has_all_it_said(harness: Harness, isolation):
    assert harness.run("a", "hello", isolation).outcome == "success"
    started = harness.started("a")
    assert started.pid != os.getpid()
    head, *lines = harness.log("a")
    assert (head.fields["attempt"], head.fields["pid"]) == (harness.id("a"), str(started.pid))
    assert [(x.level, x.logger, x.event) for x in lines] == [
        ("info", "task.stdout", "hello"),
        ("warning", "mine", "careful now"),
    ]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_failure_is_reported_with_its_traceback(harness: Harness, isolation):
    end = harness.run("a", "fail", isolation)
    assert (end.outcome, end.reason) == ("failed", "ValueError: this is wrong")
    assert "def fail" in end.error
    assert any("this is wrong" in line.fields.get("exception", "") for line in harness.log("a"))


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_task_that_calls_sys_exit_fails(harness: Harness, isolation):
    assert harness.run("a", "leave", isolation).reason == "SystemExit: 3"


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_process_that_vanishes_is_the_tasks_own_failure_with_its_exit_code(harness: Harness, isolation):
    end = harness.run("a", "vanish", isolation)
    assert isinstance(end, Lost)
    assert not end.is_infrastructure
    assert "exit code 7" in end.reason


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_crash_in_native_code_names_the_signal(harness: Harness, isolation):
    end = harness.run("a", "segfault", isolation)
    assert isinstance(end, Lost)
    assert "signal 11 (SIGSEGV)" in end.reason


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_task_killed_from_outside_is_lost_with_the_signal_and_keeps_its_log(harness: Harness, isolation):
    harness.submit("a", "sleep", isolation)
    pid = int(harness.note("sleep-a"))
    os.kill(pid, signal.SIGKILL)
    end = harness.end("a")
    assert isinstance(end, Lost)
    assert not end.is_infrastructure
    assert "signal 9 (SIGKILL)" in end.reason
    assert harness.events("a") == ["sleeping", end.reason]
    assert harness.run("b", "noop", isolation).outcome == "success"


def test_fork_gives_every_attempt_its_own_process(harness: Harness):
    for attempt in ("a", "b"):
        harness.run(attempt, "where")
    first, second = harness.note("where-a").split(), harness.note("where-b").split()
    assert first[0] != second[0]
    assert first[1] == second[1] == first[2] == second[2], "both are children of the process that loaded the file"


def test_forked_attempts_do_not_draw_the_same_random_numbers(harness: Harness):
    for attempt in ("a", "b"):
        harness.run(attempt, "draw")
    assert harness.note("draw-a") != harness.note("draw-b")


def test_reuse_runs_attempts_in_the_same_process(harness: Harness):
    harness.run("a", "where", "reuse")
    harness.run("b", "where", "reuse")
    harness.run("c", "where", "reuse")
    pids = {harness.note(f"where-{x}").split()[0] for x in "abc"}
    assert len(pids) < 3


def test_a_reused_process_is_replaced_after_a_failure(harness: Harness):
    harness.run("a", "fail", "reuse")
    pid = harness.started("a").pid
    for attempt in "bcd":
        harness.run(attempt, "noop", "reuse")
        assert harness.started(attempt).pid != pid
    wait_until(lambda: not is_alive(pid), "the failed worker to leave")


def test_a_reused_process_is_replaced_after_its_limit(tmp_path):
    harness = Harness(tmp_path, CODE, worker=WorkerSettings(reuse_limit=2, kill_grace_s=1.0))
    for number in range(9):
        assert harness.run(f"a{number}", "noop", "reuse").outcome == "success"
    pids = [harness.started(f"a{number}").pid for number in range(9)]
    harness.executor.stop(0)
    assert max(pids.count(pid) for pid in pids) == 2


def test_a_reused_process_gives_each_attempt_fresh_surroundings(tmp_path):
    harness = Harness(tmp_path, CODE, worker=WorkerSettings(kill_grace_s=1.0))
    for number in range(4):
        harness.run(f"a{number}", "change_surroundings", "reuse")
    harness.run("b", "surroundings", "reuse")
    pids = {harness.started(f"a{number}").pid for number in range(4)}
    around = harness.note("around-b")
    same_process = harness.started("b").pid in pids
    harness.executor.stop(0)
    assert same_process
    assert around == f"False {Path.cwd()} 1"


@pytest.mark.parametrize("isolation", ["fork", "reuse"])
def test_many_attempts_at_once_all_end_and_leave_no_descriptor_and_no_zombie(tmp_path, isolation):
    harness = Harness(tmp_path, CODE)
    for number in range(10):
        harness.run(f"warm{number}", "noop", isolation)
    wait_until(lambda: not harness.executor._fleet.by_attempt, "processes to be gone")
    zygotes = [zygote.pid for zygote in harness.executor._fleet.zygotes]

    def open_files():
        return [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (os.getpid(), *zygotes)]

    wait_until(lambda: harness.executor._fleet.files, "the file")
    before, family = open_files(), len(children(zygotes[-1]))
    for number in range(200):
        harness.submit(f"a{number}", "noop", isolation)
    for number in range(200):
        assert harness.end(f"a{number}").outcome == "success"
    wait_until(lambda: not harness.executor._fleet.by_attempt, "processes to be gone")
    if isolation == "fork":
        wait_until(lambda: len(children(zygotes[-1])) == family, "zombies to be reaped")
        wait_until(
            lambda: all(now <= then for now, then in zip(open_files(), before, strict=True)), "files to be closed"
        )
    harness.executor.stop(0)
    starts = [fact for fact in harness.facts if isinstance(fact, Started)]
    assert len(starts) == 210
    assert all(not is_alive(pid) for pid in zygotes)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_kill_ends_a_task_and_is_followed_by_exited_only(harness: Harness, isolation):
    harness.submit("a", "sleep", isolation)
    pid = int(harness.note("sleep-a"))
    harness.kill("a")
    assert isinstance(harness.end("a"), Exited)
    assert not is_alive(pid)
    assert harness.run("b", "noop", isolation).outcome == "success"
    assert [type(fact) for fact in harness.of("a")] == [Started, Exited]
    assert harness.events("a")[-1] == "the task was stopped from outside; its process has ended"


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_task_that_ignores_sigterm_is_killed_after_the_grace(harness: Harness, isolation):
    harness.submit("a", "ignore_term", isolation)
    pid = int(harness.note("stubborn-a"))
    harness.kill("a")
    assert isinstance(harness.end("a"), Exited)
    assert not is_alive(pid)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_kill_takes_the_whole_family_with_it(harness: Harness, isolation):
    harness.submit("a", "with_children_and_wait", isolation)
    family = [int(pid) for pid in harness.note("family-a").split()]
    assert all(map(is_alive, family))
    harness.kill("a")
    assert isinstance(harness.end("a"), Exited)
    assert [pid for pid in family if is_alive(pid)] == []


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_what_a_finished_task_leaves_running_is_ended(harness: Harness, isolation):
    assert harness.run("a", "with_children", isolation).outcome == "success"
    family = [int(pid) for pid in harness.note("family-a").split()]
    wait_until(lambda: not any(map(is_alive, family)), "children and daemons to be ended")


def test_the_daemon_of_a_running_task_is_left_in_peace_when_another_task_ends(harness: Harness):
    harness.submit("a", "with_children_and_wait")
    family = [int(pid) for pid in harness.note("family-a").split()]
    for number in range(5):
        harness.run(f"b{number}", "noop")
    assert all(map(is_alive, family))


def test_kill_of_an_attempt_that_is_not_there_is_answered_with_exited(harness: Harness):
    harness.kill("nobody")
    assert isinstance(harness.end("nobody"), Exited)
    harness.run("a", "noop")
    wait_until(lambda: not harness.is_known("a"), "the process to be gone")
    harness.kill("a")
    harness.wait(lambda: harness.of("a", Exited))


def test_kill_reaches_an_attempt_that_still_waits(tmp_path):
    harness = Harness(tmp_path, SLOW_IMPORT, import_timeout_s=WAIT_S)
    harness.submit("a", "noop")
    harness.submit("b", "noop")
    harness.kill("a")
    assert isinstance(harness.end("a"), Exited)
    (tmp_path / "go").touch()
    assert harness.end("b").outcome == "success"
    harness.executor.stop(0)
    assert not harness.of("a", Started)


def test_a_process_that_does_not_leave_after_its_report_is_ended(harness: Harness):
    assert harness.run("a", "linger").outcome == "success"
    pid = harness.started("a").pid
    wait_until(lambda: not is_alive(pid), "the lingering process to be ended")


def test_functions_registered_for_the_exit_run_and_threads_do_not_hold_the_process(harness: Harness):
    assert harness.run("a", "at_exit").outcome == "success"
    assert harness.note("exited-a") == "yes"
    wait_until(lambda: not is_alive(harness.started("a").pid), "the process to leave")


def test_requests_are_answered_while_a_slow_one_waits(tmp_path):
    release = threading.Event()

    def answer(_work, request: GetVariable):
        if request.key == "ask":
            release.wait(WAIT_S)
        return ValueReply(value="slow")

    harness = Harness(tmp_path, CODE, handler=answer)
    harness.submit("slow", "ask")
    harness.started("slow")
    assert harness.run("quick", "noop").outcome == "success"
    release.set()
    assert harness.end("slow").outcome == "success"
    assert harness.note("asked-slow") == "slow"
    harness.executor.stop(0)


def test_a_task_that_fills_memory_fails_with_the_reason_and_others_go_on(tmp_path):
    harness = Harness(tmp_path, CODE, worker=WorkerSettings(memory_limit_mb=300, kill_grace_s=1.0))
    harness.submit("other", "sleep")
    harness.note("sleep-other")
    end = harness.run("a", "eat")
    assert isinstance(end, Lost)
    assert not end.is_infrastructure
    assert "more than the 300 MB it may" in end.reason
    assert harness.run("b", "noop").outcome == "success"
    assert is_alive(int(harness.note("sleep-other")))
    harness.executor.stop(0)


def test_a_callback_runs_in_a_process_and_its_failure_is_in_its_log(harness: Harness):
    dag = DagFacts(
        workspace="w", dag_id="d", version_id="v", bundle_path=str(harness.folder), relative_fileloc="file.py"
    )
    run = RunInfo(uid="u", run_id="r", run_type="manual", run_after=datetime.now(UTC))
    for kind in ("on_failure", "on_broken"):
        harness.executor.run_callback(
            CallbackWork(work_id=kind, dag=dag, run=run, kind=kind, reason="rain", log_path=str(harness.log_path(kind)))
        )
    assert harness.note("called-on_failure") == "yes"
    wait_until(lambda: len(harness.facts) == 2, "the ends of both")
    wait_until(lambda: harness.log_path("on_broken").exists() and len(harness.log("on_broken")) > 0, "the log")
    assert "the callback is broken" in harness.log("on_broken")[0].fields["exception"]
    assert harness.events("on_failure") == ["called back because rain"]
    assert {fact.work_id for fact in harness.facts if isinstance(fact, CalledBack)} == {"on_failure", "on_broken"}


def test_after_stop_nothing_is_left_and_new_work_is_refused(tmp_path):
    harness = Harness(tmp_path, CODE)
    for isolation in ISOLATIONS:
        harness.submit(isolation, "with_children_and_wait", isolation)
    family = [int(pid) for one in ISOLATIONS for pid in harness.note(f"family-{one}").split()]
    pids = [harness.started(one).pid for one in ISOLATIONS] + [z.pid for z in harness.executor._fleet.zygotes]
    harness.executor.stop(0.1)
    assert [pid for pid in family + pids if is_alive(pid)] == []
    for one in ISOLATIONS:
        end = harness.end(one)
        assert isinstance(end, Lost)
        assert end.is_infrastructure
    harness.submit("late", "noop")
    assert isinstance(harness.end("late"), NotStarted)


def test_stop_lets_running_attempts_finish_within_the_grace(tmp_path):
    harness = Harness(tmp_path, "import time\ndef short(work, api): time.sleep(0.5)\n")
    harness.submit("a", "short")
    harness.started("a")
    harness.executor.stop(WAIT_S)
    assert isinstance(harness.end("a"), Ended)


def test_an_idle_zygote_is_let_go_and_comes_back_when_needed(tmp_path):
    harness = Harness(tmp_path, CODE, worker=WorkerSettings(idle_zygote_s=0.2, kill_grace_s=1.0))
    harness.run("a", "where")
    harness.run("r", "noop", "reuse")
    first = int(harness.note("where-a").split()[1])
    wait_until(lambda: not is_alive(first), "the zygote to be let go")
    harness.run("b", "where")
    assert int(harness.note("where-b").split()[1]) != first
    harness.executor.stop(0)


def test_prime_imports_a_file_ahead(harness: Harness):
    Path(harness.folder / "other.py").write_text(
        "from pathlib import Path\n(Path(__file__).parent / 'imported').write_text('yes\\n')\n"
    )
    harness.executor.prime(str(harness.folder), "other.py")
    assert harness.note("imported") == "yes"


def test_the_log_of_a_task_that_prints_without_end_is_cut_with_a_notice(tmp_path):
    code = "def chatty(work, api):\n    for _ in range(110_000): print('x' * 1000)\n    open(work.log_path + '.done', 'w').write('yes')\n"
    harness = Harness(tmp_path, code, logs=LogSettings(task_limit_mb=2))
    assert harness.run("a", "chatty").outcome == "success"
    size = harness.log_path("a").stat().st_size
    last = harness.log("a")[-1]
    harness.executor.stop(0)
    assert 1.9e6 < size < 2.2e6
    assert "reached its limit of 2 MB" in last.event


def test_a_reused_process_that_an_attempt_left_a_thread_in_is_replaced_and_no_work_is_lost(tmp_path):
    code = "import threading, time\ndef leak(work, api): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    harness = Harness(tmp_path, code)
    for number in range(30):
        harness.submit(f"a{number}", "leak", "reuse")
    outcomes = [harness.end(f"a{number}") for number in range(30)]
    harness.executor.stop(0)
    assert {getattr(end, "outcome", end) for end in outcomes} == {"success"}
    assert len({harness.started(f"a{number}").pid for number in range(30)}) == 30


def test_the_base_that_ended_is_reaped(harness: Harness):
    harness.run("a", "noop")
    base = harness.executor._fleet._base.pid
    os.kill(base, signal.SIGKILL)
    wait_until(lambda: (new := harness.executor._fleet._base) is not None and new.pid != base, "a new base")
    assert harness.run("b", "noop", "spawn").outcome == "success"
    wait_until(lambda: not Path(f"/proc/{base}").exists(), "the zombie to be reaped")


@pytest.mark.parametrize("isolation", ["fork", "reuse", "spawn"])
@pytest.mark.parametrize("victim", ["base", "file"])
def test_what_is_submitted_while_a_zygote_dies_is_concluded_once(harness: Harness, isolation, victim):
    harness.run("warm", "noop", "fork" if victim == "file" else "spawn")
    with harness.executor._lock:  # its thread reads nothing meanwhile
        dying = next(zygote for zygote in harness.executor._fleet.zygotes if (zygote.key is None) == (victim == "base"))
        os.kill(dying.pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(dying.pid), "its end")
        for number in range(3):
            harness.executor._place(harness.workload(f"a{number}", "noop", isolation))
    for number in range(3):
        harness.end(f"a{number}")
    assert harness.run("after", "noop", isolation).outcome == "success"
    for number in range(3):  # a spare process that took it has lost its zygote
        kinds = [type(fact) for fact in harness.of(f"a{number}")]
        assert kinds in ([Started, Ended], [Started, Lost], [Lost]), (number, kinds)


def test_a_task_does_not_see_where_the_database_is(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADEWIND__DB__URL", "postgresql://someone:something@somewhere/db")
    harness = Harness(tmp_path, "import os\ndef look(work, api): print('TRADEWIND__DB__URL' in os.environ)\n")
    for isolation in ISOLATIONS:
        harness.run(isolation, "look", isolation)
    harness.executor.stop(0)
    assert [harness.events(isolation) for isolation in ISOLATIONS] == [["False"]] * 3


def test_an_attempt_whose_end_was_reported_is_not_adopted_though_its_process_lingers(tmp_path):
    one = Harness(tmp_path, CODE, worker=WorkerSettings(kill_grace_s=30.0))
    try:
        assert one.run("a", "linger").outcome == "success"
        assert one.is_known("a")
        assert one.adopt(["a"]) == set()
        assert not is_alive(one.started("a").pid)
    finally:
        one.executor.stop(0)


def test_a_task_that_writes_into_the_servers_socket_fails_and_others_go_on(harness: Harness):
    code = (
        "\nimport socket as s\n"
        "def garble(work, api):\n"
        "    api._channel.sock.send(bytes([0, 0, 0, 3, 0xc1, 0xc1, 0xc1]))\n"
        "    time.sleep(600)\n"
    )
    (harness.folder / "other.py").write_text(CODE + code)
    harness.submit("a", "garble", file="other.py")
    harness.wait(lambda: harness.of("a", Lost), "the end of the one")
    assert not harness.of("a", Lost)[0].is_infrastructure
    assert harness.run("b", "noop").outcome == "success"


def test_the_end_of_a_task_is_told_though_no_worker_can_take_its_place(harness: Harness, monkeypatch):
    from tradewind.executors.local_fleet import Fleet

    harness.submit("a", "sleep", "reuse")
    harness.wait(lambda: harness.of("a", Started), "the first task")
    with monkeypatch.context() as patched:
        patched.setattr(Fleet, "start", _no_descriptors)
        harness.submit("b", "sleep", "reuse")
        os.kill(harness.started("a").pid, signal.SIGKILL)
        harness.wait(lambda: harness.of("a", Lost), "its end")
    harness.wait(lambda: harness.of("b", Started), "the next task")


def _no_descriptors(*_: object) -> None:
    raise OSError(24, "Too many open files")
