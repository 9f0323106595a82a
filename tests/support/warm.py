"""Starts Python programs as forks of a process that has Tradewind loaded already: a start then costs a tenth.

Each is a process of its own, with signals, an exit code and a death like any other; only what it would import is there
already. Tests about starting, importing or packaging start their programs themselves.
"""

from __future__ import annotations

import atexit
import inspect
import json
import os
import select
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Popen", "bin_folder", "run"]

READ_ONCE = {"PYTHONHASHSEED", "PYTHONUTF8", "PYTHONIOENCODING", "LD_PRELOAD"}
"""What an interpreter looks at when it starts: a program that is given one of these gets an interpreter of its own."""
NOT_POSSIBLE = ("preexec_fn", "executable", "shell", "pass_fds", "user", "group", "extra_groups", "umask")
NUMBER = struct.Struct("<q")
ENDED = Path(__file__).resolve().parents[2] / ".artifacts/warm-processes-that-ended.txt"
"""Why one ended that was still needed: another takes its place, but somebody should look."""
_GIVEN = list(inspect.signature(subprocess.Popen._execute_child).parameters)[1:]  # type: ignore[attr-defined]


class Popen(subprocess.Popen[Any]):
    """`subprocess.Popen` for ``[sys.executable, "-m", module, *words]`` and ``[sys.executable, file, *words]``."""

    def __init__(self, args: Sequence[str | os.PathLike[str]], **options: Any) -> None:
        words = [os.fspath(one) for one in args]
        wrong = [name for name in NOT_POSSIBLE if options.get(name)]
        if words[0] != sys.executable or wrong:
            raise ValueError(f"only {sys.executable} can be started warm, and without {wrong}: {words}")
        self._end: int | None = None
        super().__init__(words, **options)

    def _execute_child(self, *given: Any) -> None:
        told = dict(zip(_GIVEN, given, strict=True))
        env: Mapping[str, str] = os.environ if told["env"] is None else told["env"]
        if READ_ONCE & env.keys():
            super()._execute_child(*given)  # type: ignore[misc]
            return
        order = {
            "words": told["args"][1:],
            "cwd": os.fspath(told["cwd"] or Path.cwd()),
            "env": {name: os.fspath(value) for name, value in env.items()},
            "start_new_session": bool(told["start_new_session"]),
            "process_group": told["process_group"],
        }
        streams = [told["p2cread"], told["c2pwrite"], told["errwrite"]]
        self._end, pid = _begun(order, [number if one == -1 else one for number, one in enumerate(streams)])
        weakref.finalize(self, os.close, self._end)
        self.pid = pid
        self._child_created = True
        pipes = ["p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite"]
        self._close_pipe_fds(*[told[name] for name in pipes])  # type: ignore[attr-defined]

    def _internal_poll(self, *old: Any, **more: Any) -> int | None:
        if self._end is None:
            return super()._internal_poll(*old, **more)  # type: ignore[misc]
        self._look(0.0)
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        if self._end is None:
            return super()._wait(timeout)  # type: ignore[misc]
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._look(None if deadline is None else max(0.0, deadline - time.monotonic())):
            if deadline is not None and time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self.returncode

    def _look(self, timeout: float | None) -> bool:
        """Whether it has ended, after so many seconds at most."""
        assert self._end is not None
        if self.returncode is None and select.select([self._end], [], [], timeout)[0]:
            with self._waitpid_lock:  # type: ignore[attr-defined]
                if self.returncode is None:
                    exit_code = os.read(self._end, NUMBER.size)
                    # Without one, the process that waited for it is gone, and has taken it along.
                    self.returncode = NUMBER.unpack(exit_code)[0] if exit_code else -9
        return self.returncode is not None


def run(
    args: Sequence[str | os.PathLike[str]],
    *,
    input: str | bytes | None = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    **options: Any,
) -> subprocess.CompletedProcess[Any]:
    """As `subprocess.run`."""
    if input is not None:
        options["stdin"] = subprocess.PIPE
    if capture_output:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Popen(args, **options) as process:
        try:
            out, err = process.communicate(input, timeout=timeout)
        except BaseException:
            process.kill()
            raise
    if check and process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, out, err)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def bin_folder() -> str:
    """A folder for `PATH` with a `tradewind` in it that starts in this way, for shells."""
    return _warm_process().bin_folder


def _begun(order: dict[str, Any], streams: Sequence[int]) -> tuple[int, int]:
    """The program's process id, after the end of the pipe that tells of its end."""
    for _ in range(2):
        warm = _warm_process()
        end, theirs = os.pipe()
        try:
            socket.send_fds(warm.orders, [json.dumps(order).encode()], [*streams, theirs])
        except ConnectionError:
            pass  # as below
        finally:
            os.close(theirs)
        pid = os.read(end, NUMBER.size)
        if pid:
            return end, NUMBER.unpack(pid)[0]
        os.close(end)
        _warm_process.cache_clear()
        ENDED.parent.mkdir(exist_ok=True)
        with ENDED.open("a") as file:
            file.write(f"{warm.process.wait()}: {warm.said.read_text(errors='replace')}\n")
        shutil.rmtree(warm.said.parent)
    raise RuntimeError(f"the process that starts programs for the tests ends at once; what it said is in {ENDED}")


@dataclass(frozen=True, slots=True)
class _Warm:
    orders: socket.socket
    bin_folder: str
    process: subprocess.Popen[bytes]
    said: Path


@cache
def _warm_process() -> _Warm:
    """The process that forks, which is started by the first who needs it, ends with this one, and clears up behind itself."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here, folder = Path(__file__).parent, Path(tempfile.mkdtemp(prefix="tw-warm-"))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW", "PYTHON"))
    }
    said = folder / "said"
    with theirs, listener, said.open("wb") as errors:
        listener.bind(str(folder / "socket"))
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, str(here / "warm_process.py"), str(theirs.fileno()), str(listener.fileno())],
            env=kept,
            pass_fds=[theirs.fileno(), listener.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    program = folder / "bin" / "tradewind"
    program.parent.mkdir()
    words = shlex.join([sys.executable, "-IS", str(here / "warm_client.py"), str(folder / "socket")])
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    program.chmod(0o755)

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return _Warm(ours, str(program.parent), process, said)
