"""What the API is built from: handed over by the composition root, so that nothing is looked up globally."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tradewind.base.clock import Clock
from tradewind.base.ids import IdSource
from tradewind.base.settings import Settings
from tradewind.db.change_log import Announcer
from tradewind.db.cipher import Cipher
from tradewind.db.engine import Database
from tradewind.db.versions import Specs
from tradewind.spec import DagKey
from tradewind.timetables import Interval, NextRun

__all__ = ["ApiServices", "Liveness", "LogStore", "UserTimetables"]


@dataclass(frozen=True, slots=True)
class Liveness:
    """Whether a part of the system lives, and when it last said so."""

    is_healthy: bool
    heartbeat: datetime | None = None


class UserTimetables(Protocol):
    """Asks timetables that users wrote; blocks, and raises InvalidInput where one fails."""

    def manual_interval(self, dag: DagKey, version_id: str, moment: datetime) -> Interval | None:
        """What a run by hand is about; None: the timetable has no opinion."""
        ...

    def runs_between(self, dag: DagKey, version_id: str, first: datetime, last: datetime) -> list[NextRun]:
        """The runs between two dates; the last may lie ahead."""
        ...


class LogStore(Protocol):
    """Has the logs of attempts that are not here any more."""

    def read(self, key: tuple[str, str, str, int], try_number: int) -> Path | None:
        """The log of a try (DAG, run, task, map index) as a file; blocks. None: it is not there either."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """The parts that routes may use."""

    settings: Settings
    database: Database
    clock: Clock
    ids: IdSource
    cipher: Cipher
    signing_key: bytes
    """Signs the tokens of people."""
    bell: Callable[[], None]
    """Wakes the scheduler after something was put into its inbox."""
    health: Callable[[], Mapping[str, Liveness]]
    """By part: ``scheduler``, ``triggerer``, ``dag_processor``; a part that this installation has not is absent."""
    log_folder: Path
    version: str
    timetables: UserTimetables | None = None
    """None: nobody here can ask them."""
    remote_logs: LogStore | None = None
    """None: all logs are here."""
    reparse: Callable[[str], None] | None = None
    """Has a file of the DAGs folder parsed again, changed or not. None: nobody here parses."""
    changes: Announcer | None = None
    """Tells when something that people watch has changed in this process. None: the database is looked at."""
    specs: Specs = field(default_factory=Specs)
    """Decoded specs; hand over the scheduler's where both live in one process."""
