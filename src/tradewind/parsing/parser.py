"""Parsing one file from the outside: order it, and turn whatever comes back, or does not, into a result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import msgspec

from tradewind.base.errors import DatabaseUnavailable
from tradewind.parsing.calls import Answering, CallDiedError, Caller, CallTimedOutError, nobody_answers
from tradewind.parsing.child import ENTRY, ParseReply, ParseRequest
from tradewind.protocol.messages import ErrorReply, Reply, Request
from tradewind.spec import DagSpec, decode

__all__ = ["FileResult", "Parser", "Reads"]

GRACE_S = 5.0
"""How much longer than its time-out a file may hang in code that can't be interrupted before its process is killed."""
IDLE_S = 60.0
LOG_TAIL = 2000
NO_OPTIONS: Mapping[str, bool] = {}
CRASH_STACK = re.compile(r"^(Fatal Python error|Current thread)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What a DAG file holds, or why it can't be known."""

    relative_fileloc: str
    dags: tuple[DagSpec, ...] = ()
    closure: tuple[str, ...] = ()
    """Paths inside the bundle that it depends on, the file itself among them; folders end with a slash."""
    error: str | None = None
    is_missing_module: bool = False
    duration_s: float = 0.0
    reads: Mapping[str, str] = field(default_factory=dict[str, str])
    """What it read of the server, as `<variable NAME>` and the like, with the stamp that it had then."""


class Reads(Protocol):
    """Answers what files ask while they are imported."""

    def answer(self, relative_fileloc: str, asked: Request, seen: dict[str, str], /) -> Reply:
        """The answer. What the file asked for is added to `seen`."""
        ...


class Parser:
    """Parses files of a bundle, each in a process of its own; several threads may parse at once.

    Args:
        caller: how processes are made.
        root: the folder that people edit.
        log_folder: where the output of each file goes, under its own path.
        timeout_s: seconds that importing one file may take.
        options: fields of `sdk.schedule.ScheduleOptions` that are not as by default.
        reads: answers what files ask; None: nobody does.
    """

    def __init__(
        self,
        caller: Caller,
        *,
        root: Path,
        log_folder: Path,
        timeout_s: float,
        options: Mapping[str, bool] = NO_OPTIONS,
        reads: Reads | None = None,
    ) -> None:
        self._caller = caller
        self._root = root
        self._log_folder = log_folder
        self._timeout_s = timeout_s
        self._options = dict(options)
        self._reads = reads

    def parse(self, snapshot: Path, relative_fileloc: str) -> FileResult:
        """Parse a file of a snapshot. What goes wrong with it is in the result.

        Raises:
            CallerBrokenError: no process can be had to parse it in.
            DatabaseUnavailable: what the file asked for could not be looked up.
        """
        request = ParseRequest(
            bundle_path=str(snapshot),
            relative_fileloc=relative_fileloc,
            root=str(self._root),
            log_path=str(self._log_folder / f"{relative_fileloc}.log"),
            timeout_s=self._timeout_s,
            options=self._options,
        )
        seen: dict[str, str] = {}
        unanswered: list[str] = []

        def answer(asked: Request) -> Reply:
            if self._reads is None:
                return nobody_answers(asked)
            reply = self._reads.answer(relative_fileloc, asked, seen)
            if isinstance(reply, ErrorReply) and reply.code == DatabaseUnavailable.code:
                unanswered.append(reply.message)
            return reply

        result = self._parse(request, answer)
        if unanswered:  # whatever the file made of it, it is not to blame
            raise DatabaseUnavailable(unanswered[0])
        return replace(result, reads=seen)

    def _parse(self, request: ParseRequest, answer: Answering) -> FileResult:
        relative_fileloc = request.relative_fileloc
        try:
            data = self._caller.call(ENTRY, msgspec.msgpack.encode(request), self._timeout_s + GRACE_S, answer)
        except CallTimedOutError:
            error = (
                f"importing {relative_fileloc} took more than {self._timeout_s:g} s (parsing.timeout_s) in code that "
                "can't be interrupted, and its process was killed; move slow work from the top of the file into a task"
            )
            return self._failed(request, error)
        except CallDiedError as died:
            error = f"importing {relative_fileloc} ended the parser's process: {died.message}"
            return self._failed(request, error)
        reply = msgspec.msgpack.decode(data, type=ParseReply)
        return FileResult(
            relative_fileloc=relative_fileloc,
            dags=tuple(decode(spec) for spec in reply.specs),
            closure=tuple(reply.closure),
            error=reply.error,
            is_missing_module=reply.is_missing_module,
            duration_s=reply.duration_s,
        )

    def rest(self) -> None:
        """There is nothing to parse for now: warm processes that have been idle for long may go."""
        self._caller.close_if_idle(IDLE_S)

    def close(self) -> None:
        """End all processes; files being parsed come back as errors of the parser."""
        self._caller.close()

    def _failed(self, request: ParseRequest, error: str) -> FileResult:
        """A file whose process left no word: what it printed last may tell more."""
        try:
            with Path(request.log_path).open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - LOG_TAIL))
                tail = file.read().decode(errors="replace").strip()
        except OSError:
            tail = ""
        if tail:
            what = "Where it crashed" if CRASH_STACK.search(tail) else "Its last words"
            error = f"{error}\n\n{what}:\n{tail.replace(request.bundle_path, request.root)}"
        return FileResult(relative_fileloc=request.relative_fileloc, closure=(request.relative_fileloc,), error=error)
