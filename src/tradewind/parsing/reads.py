"""What files read of the server while they are imported, as dependencies of theirs: `<variable NAME>` and the like."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tradewind.base.errors import TradewindError
from tradewind.db.engine import Database
from tradewind.db.import_reads import Kind, Read, stamps
from tradewind.protocol.messages import (
    ErrorReply,
    FileImport,
    GetConnection,
    GetVariable,
    ListVariables,
    Reply,
    Request,
)

__all__ = ["FileReads", "ReadAnswers", "is_read"]

ReadAnswers = Callable[[FileImport, Request], Reply]
"""Answers what a file asks while it is imported; never raises."""
MARKS: dict[str, Kind] = {"<variable ": "variable", "<connection ": "connection", "<variables ": "variables"}


def is_read(dependency: str) -> bool:
    """Whether this dependency of a file is something that it read of the server."""
    return dependency.startswith(tuple(MARKS))


class FileReads:
    """Answers files, and knows when what they were told is out of date.

    Args:
        answers: gives the answers.
        on_change: told of a file whose reads have changed, after it was parsed anew and before that is stored.
    """

    def __init__(
        self,
        database: Database,
        answers: ReadAnswers,
        *,
        on_change: Callable[[str], None] = lambda _relative_fileloc: None,
        workspace: str = "default",
    ) -> None:
        self.on_change = on_change
        self._database = database
        self._answers = answers
        self._workspace = workspace

    def answer(self, relative_fileloc: str, request: Request, seen: dict[str, str]) -> Reply:
        """The answer to a file. What it asked for is added to `seen`, with its stamp."""
        name = _dependency(request)
        if name is not None and name not in seen:
            try:  # before the answer: a change in between makes the stamp old, and the file is parsed once more
                seen.update(self.stamps([name]))
            except TradewindError as error:
                return ErrorReply(code=error.code, message=error.message)
        return self._answers(FileImport(relative_fileloc=relative_fileloc, workspace=self._workspace), request)

    def stamps(self, dependencies: Collection[str]) -> dict[str, str]:
        """The stamps of these reads as they are now.

        Raises:
            DatabaseUnavailable: no answer.
        """
        reads = {_read(name): name for name in dependencies}
        with self._database.read() as tx:
            found = stamps(tx, self._workspace, reads.keys())
        return {reads[read]: stamp for read, stamp in found.items()}


def _dependency(request: Request) -> str | None:
    match request:
        case GetVariable():
            return f"<variable {request.key}>"
        case GetConnection():
            return f"<connection {request.conn_id}>"
        case ListVariables():
            return f"<variables {request.prefix}>"
        case _:
            return None


def _read(dependency: str) -> Read:
    mark = next(mark for mark in MARKS if dependency.startswith(mark))
    return Read(MARKS[mark], dependency.removeprefix(mark).removesuffix(">"))
