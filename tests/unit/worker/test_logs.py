"""The log of an attempt: what is written, how, what happens at its limits, and how it is read."""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind.base.clock import FakeClock
from tradewind.scheduler.triggers import attempt_log
from tradewind.worker.logs import MAX_LINE, PIECE, LineWriter, Sinks, TaskLog, attempt_log_name, hide_raw_in, read_log
from tradewind.worker.secrets_masking import MASK, Masker


def task_log(path: Path, **more) -> TaskLog:
    return TaskLog(str(path), clock=FakeClock(datetime(2026, 3, 1, 9, tzinfo=UTC)), **more)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "deep" / "er" / "a.log"


def events(path: Path) -> list[str]:
    return [line.event for line in read_log(path)]


def test_a_line_is_json_with_time_level_logger_and_event(path):
    log = task_log(path)
    log.write("info", "task", 'said "hi"\nand é', attempt="a", pid=7)
    log.close()
    assert json.loads(path.read_text()) == {
        "timestamp": "2026-03-01T09:00:00.000000Z",
        "level": "info",
        "logger": "task",
        "event": 'said "hi"\nand é',
        "attempt": "a",
        "pid": 7,
    }


def test_a_line_is_in_the_file_as_soon_as_it_is_written(path):
    log = task_log(path)
    log.write("info", "task", "now")
    assert events(path) == ["now"]
    log.close()


def test_a_second_opening_appends(path):
    for text in ("one", "two"):
        log = task_log(path)
        log.write("info", "task", text)
        log.close()
    assert events(path) == ["one", "two"]


def test_text_that_is_no_unicode_is_written_all_the_same(path):
    log = task_log(path)
    log.write("info", "task", "bad \udc80 text")
    log.close()
    assert len(list(read_log(path))) == 1


def test_secrets_are_masked_in_events_and_fields(path):
    masker = Masker()
    masker.add("hunter22")
    log = task_log(path, masker=masker)
    log.write("info", "task", "it is hunter22", exception="Error: hunter22")
    log.close()
    assert "hunter22" not in path.read_text()
    assert path.read_text().count(MASK) == 2


def test_past_the_limit_a_notice_is_written_and_the_rest_is_left_out(path):
    log = task_log(path, limit_mb=1)
    for _ in range(1100):
        log.write("info", "task", "x" * 1000)
    log.close()
    assert path.stat().st_size < 1.01 * 1024 * 1024
    last = list(read_log(path, limit=2000))[-1]
    assert (last.level, "limit of 1 MB" in last.event) == ("warning", True)
    assert log.lost == 0


# -- full disks ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_files():
    """Files of this process can't grow beyond 4 kB, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_lines_that_can_not_be_written_are_counted_and_told_once(path, small_files):
    told: list[str] = []
    log = task_log(path, on_loss=told.append)
    for _ in range(20):
        log.write("info", "task", "x" * 1000)
    log.close()
    assert log.lost >= 16
    assert told == [log.loss_reason]
    assert str(path) in told[0]


def test_a_log_that_can_not_be_opened_is_a_loss_and_not_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    told: list[str] = []
    log = task_log(tmp_path / "file" / "a.log", on_loss=told.append)
    log.write("info", "task", "x")
    assert log.lost == 2
    assert "Not a directory" in told[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_named(tmp_path):
    told: list[str] = []
    log = TaskLog("/dev/full", on_loss=told.append)
    log.write("info", "task", "x")
    log.close()
    assert told == ["/dev/full: No space left on device"]


# -- print -----------------------------------------------------------------------------------------------------------


def writer(log: TaskLog, masker: Masker | None = None) -> LineWriter:
    return LineWriter(log, "task.stdout", "info", 1, masker or Masker())


def test_each_printed_line_is_a_line_and_parts_are_joined(path):
    log = task_log(path)
    out = writer(log)
    print("one", "two", file=out)
    print("three", end="", file=out)
    print(" four\nfive\r\nsix\rseven", file=out)
    print("eight", end="", file=out)
    out.finish()
    assert events(path) == ["one two", "three four", "five", "six", "seven", "eight"]


def test_a_flush_shows_a_line_that_has_not_ended(path):
    out = writer(task_log(path))
    print("half", end="", flush=True, file=out)
    assert events(path) == ["half"]


def test_bytes_can_be_printed_too(path):
    out = writer(task_log(path))
    out.buffer.write("grün\n".encode())
    assert events(path) == ["grün"]
    assert (out.isatty(), out.fileno(), out.encoding) == (False, 1, "utf-8")


def test_a_very_long_line_is_cut_and_nothing_of_it_is_lost(path):
    out = writer(task_log(path))
    text = "".join(chr(97 + n % 26) for n in range(3 * MAX_LINE + 5))
    for at in range(0, len(text), 10_000):
        out.write(text[at : at + 10_000])
    out.write("\n")
    found = events(path)
    assert "".join(found) == text
    assert max(map(len, found)) <= MAX_LINE


@pytest.mark.parametrize("before", [MAX_LINE - 20, MAX_LINE - 9, MAX_LINE - 4, MAX_LINE - 1, MAX_LINE])
@pytest.mark.parametrize("step", [7, 100_000])
def test_a_secret_at_the_cut_of_a_long_line_is_masked(path, before, step):
    masker = Masker()
    masker.add("hunter22-hunter22")
    log = task_log(path, masker=masker)
    out = writer(log, masker)
    text = "x" * before + "hunter22-hunter22" + "y" * 100 + "\n"
    for at in range(0, len(text), step):
        out.write(text[at : at + step])
    assert "".join(events(path)) == "x" * before + MASK + "y" * 100


# -- a whole process -------------------------------------------------------------------------------------------------

PROGRAM = """
import logging, os, subprocess, sys, warnings
from tradewind.worker.logs import Sinks, TaskLog
log = TaskLog(sys.argv[1])
Sinks(log)
print("printed")
logging.getLogger("mine").info("logged %d", 7)
logging.getLogger("mine").debug("not at this level")
logging.getLogger("mine").info("%d %d", 7)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("mine").exception("caught")
os.write(1, b"from native code\\n")
subprocess.run(["sh", "-c", "echo from a child; echo to its stderr >&2"])
subprocess.run(["sh", "-c", "echo to the stream"], stdout=sys.stdout)
os.write(2, b"no end of line: ")
print("after it")
print("to stderr", file=sys.stderr)
"""


def test_all_that_a_process_says_is_in_its_log_in_order(path):
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")
    lines = list(read_log(path))
    assert [(x.level, x.logger, x.event) for x in lines] == [
        ("info", "task.stdout", "printed"),
        ("info", "mine", "logged 7"),
        ("info", "mine", "'%d %d' % (7,) (the arguments do not fit the message)"),
        ("error", "mine", "caught"),
        ("info", "task.output", "from native code"),
        ("info", "task.output", "from a child"),
        ("info", "task.output", "to its stderr"),
        ("info", "task.output", "to the stream"),
        ("info", "task.output", "no end of line: "),
        ("info", "task.stdout", "after it"),
        ("error", "task.stderr", "to stderr"),
    ]
    assert "ZeroDivisionError" in lines[3].fields["exception"]
    assert lines[4].timestamp == lines[3].timestamp, "a plain line has the time of the line before it"


def test_what_was_written_before_sigkill_is_there(path):
    code = "import os, sys\nfrom tradewind.worker.logs import *\nSinks(TaskLog(sys.argv[1]))\nfor n in range(500): print(n)\nos.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code, str(path)])
    assert done.returncode == -signal.SIGKILL
    assert events(path) == [str(n) for n in range(500)]


def test_a_process_that_goes_on_gets_its_streams_and_handlers_back(path):
    root = logging.getLogger()
    before = (sys.stdout, sys.stderr, list(root.handlers), root.level)
    outputs = (os.dup(1), os.dup(2))
    sinks = Sinks(task_log(path))
    sinks.give_back()
    for number, saved in enumerate(outputs, start=1):
        os.dup2(saved, number)
        os.close(saved)
    assert (sys.stdout, sys.stderr, list(root.handlers), root.level) == before


# -- reading ---------------------------------------------------------------------------------------------------------


def test_reading_goes_on_where_it_stopped(path):
    log = task_log(path)
    for n in range(10):
        log.write("info", "task", str(n))
    first = list(read_log(path, limit=4))
    rest = list(read_log(path, first[-1].end))
    assert [line.event for line in first + rest] == [str(n) for n in range(10)]
    assert list(read_log(path, rest[-1].end)) == []


def test_a_torn_last_line_is_left_for_the_next_time(path):
    log = task_log(path)
    log.write("info", "task", "whole")
    with path.open("a") as file:
        file.write('{"timestamp":"2026-')
    lines = list(read_log(path))
    assert [line.event for line in lines] == ["whole"]
    with path.open("a") as file:
        file.write('03-01T09:00:01.000000Z","level":"info","logger":"task","event":"mended"}\n')
    assert [line.event for line in read_log(path, lines[-1].end)] == ["mended"]


def test_json_that_is_not_ours_and_bytes_that_are_no_text_are_plain_lines(path):
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"a": 1}\n{"timestamp":"broken\n\xff\xfe\n\n[1]\n{"timestamp":"x","deep":{"a":1}}\n')
    lines = list(read_log(path))
    assert {line.logger for line in lines} == {"task.output"}
    assert [line.event for line in lines][:2] == ['{"a": 1}', '{"timestamp":"broken']


def test_a_log_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(read_log(tmp_path / "none.log"))


@pytest.mark.parametrize(
    ("ids", "path"),
    [
        (("d", "r", "t", -1, 1), "dag_id=d/run_id=r/task_id=t/attempt=1.log"),
        (("d", "manual__2026-01-01T00:00:00+00:00", "g.t", 3, 2),
         "dag_id=d/run_id=manual__2026-01-01T00:00:00+00:00/task_id=g.t/map_index=3/attempt=2.log"),
        (("d", "../../etc/x", "..", -1, 1), "dag_id=d/run_id=..%2F..%2Fetc%2Fx/task_id=%2E./attempt=1.log"),
    ],
)  # fmt: skip
def test_the_name_of_a_log_can_not_lead_out_of_the_folder(ids, path):
    dag_id, run_id, task_id, map_index, number = ids
    assert attempt_log_name(
        dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=number
    ) == path  # fmt: skip


@pytest.mark.parametrize("run_id", ["plain", "a/b", "../../elsewhere", ".."])
def test_a_log_is_written_where_it_is_read_and_never_outside_of_the_folder(tmp_path: Path, run_id: str) -> None:
    path = attempt_log(tmp_path, "d", run_id, "t", -1, 1)
    assert path == tmp_path / attempt_log_name(dag_id="d", run_id=run_id, task_id="t", map_index=-1, try_number=1)
    assert path.resolve().parent.parent.parent == tmp_path.resolve() / "dag_id=d"


def test_what_goes_past_python_is_hidden_at_the_end_in_place(path):
    masker = Masker()
    masker.add("s3cret/Pässwort")
    log = task_log(path, masker=masker)
    log.write("info", "task", "before")
    raw = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.write(raw, "said s3cret/Pässwort aloud\n".encode())
    log.write("info", "task", "after")
    os.close(raw)
    assert log.hide_raw() == 1
    log.write("info", "task", "last")
    log.close()
    assert events(path) == ["before", f"said {'*' * len('s3cret/Pässwort'.encode())} aloud", "after", "last"]


@pytest.mark.parametrize("before", [0, 10, PIECE - 8, PIECE, 2 * PIECE + 5])
def test_what_a_killed_process_left_is_hidden_by_another_wherever_it_stands(path, before):
    masker = Masker()
    masker.add("s3cret/Pässwort")
    secret = "s3cret/Pässwort".encode()
    text = b"x" * before + secret + b"y" * PIECE + secret + b"\n"
    Path(path).parent.mkdir(parents=True)
    Path(path).write_bytes(text)
    hide_raw_in(path, masker)
    assert Path(path).read_bytes() == text.replace(secret, b"*" * len(secret))


def test_a_secret_that_begins_as_a_shorter_one_is_hidden_whole_wherever_it_stands(path):
    masker = Masker()
    secrets = ("hunter2secret", "hunter2secret-and-more-of-it")
    for secret in secrets:
        masker.add(secret)
    Path(path).parent.mkdir(parents=True)
    end = PIECE + 4 * masker.longest
    for before in range(end - len(secrets[1]), end):
        Path(path).write_bytes(b"x" * before + secrets[1].encode() + b"y" * 100)
        hide_raw_in(path, masker)
        assert Path(path).read_bytes() == b"x" * before + b"*" * len(secrets[1]) + b"y" * 100


def test_a_log_without_raw_output_is_not_searched(path):
    masker = Masker()
    log = task_log(path, masker=masker)
    log.write("info", "task", "written before it was known: s3cret/Passwort")
    masker.add("s3cret/Passwort")
    assert log.hide_raw() == 0
    log.close()


def test_what_is_escaped_for_html_is_hidden_too():
    masker = Masker()
    masker.add("a<b>&'c'\"d")
    assert masker.redact("<p>a&lt;b&gt;&amp;&#x27;c&#x27;&quot;d</p> a&lt;b&gt;&amp;'c'\"d") == f"<p>{MASK}</p> {MASK}"
