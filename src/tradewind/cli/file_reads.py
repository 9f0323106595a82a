"""What DAG files of this home read while they are imported, answered from its database."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource

if TYPE_CHECKING:
    from tradewind.base.settings import Settings
    from tradewind.cli.session import Session
    from tradewind.db.engine import Database
    from tradewind.parsing.reads import FileReads
    from tradewind.protocol.messages import Reply, Request

__all__ = ["FromHome", "answered_here", "file_reads"]

SQLITE = "sqlite:///"


def file_reads(
    settings: Settings, database: Database, on_change: Callable[[str], None] = lambda _relative_fileloc: None
) -> FileReads:
    """Answers for parsing processes.

    Args:
        on_change: told of files whose reads have changed.
    """
    from tradewind.api.execution import request_handler
    from tradewind.db.cipher import cipher_of
    from tradewind.parsing.reads import FileReads

    answers = request_handler(database, cipher_of(settings), SystemClock(), UuidSource(), lambda: None)
    return FileReads(database, answers, on_change=on_change)


@contextmanager
def answered_here(session: Session) -> Generator[None]:
    """DAG files that are imported in this process meanwhile, and tasks that run without a record, read from the home.

    The database is opened by the first request; where there is none yet, nothing is in it.
    """
    from tradewind.worker.importing import answered

    with answered(FromHome(session)):
        yield


class FromHome:
    """Answers from the home of an invocation; where it has no database yet, nothing is in it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def request(self, message: Request, /) -> Reply:
        """The answer."""
        from tradewind.protocol import messages as m

        settings = self._session.settings
        if settings.db_url.startswith(SQLITE) and not Path(settings.db_url.removeprefix(SQLITE)).exists():
            match message:
                case m.GetVariable():
                    return m.ValueReply(value=None)
                case m.ListVariables():
                    return m.ValueReply(value="[]")
                case m.GetConnection():
                    return m.ConnectionReply(found=False)
                case _:
                    pass
        return file_reads(settings, self._session.database).answer("the file", message, {})
