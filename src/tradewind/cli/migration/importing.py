"""The second look at a file: it is parsed as the server parses it, each in a process that ends afterwards."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.base.errors import TradewindError
from tradewind.base.headline import headline
from tradewind.cli.file_reads import FromHome
from tradewind.cli.migration.findings import FileReport, Finding, Level, finding
from tradewind.cli.migration.imports import installing
from tradewind.parsing.calls import CallerBrokenError, ForkServer
from tradewind.parsing.parser import FileResult, Parser
from tradewind.protocol import messages as m

if TYPE_CHECKING:
    from tradewind.cli.session import Session

__all__ = ["import_files"]

SLOW_PART = 1 / 3
"""Part of the time limit from which on an import is told to be slow."""
NO_MODULE = re.compile(r"No module named '([\w.]+)'")
NO_NAME = re.compile(r"cannot import name '(\w+)'")
NO_PART = re.compile(r"Tradewind has no ([\w.]+):")
FRAME = re.compile(r'^\s*File "([^"]+)", line (\d+)', re.MULTILINE)


def import_files(
    session: Session, root: Path, reports: Mapping[str, FileReport], plugins: Path | None, tick: Callable[[], None]
) -> None:
    """Import files and add to their reports what became of it.

    Args:
        root: the folder that absolute imports start from.
        reports: path below the root -> the report about it.
        plugins: a folder of plugins that are loaded first; None: that of the settings.
        tick: called after each file.
    """
    settings = session.settings
    environ = {**session.environ, "PYTHONDONTWRITEBYTECODE": "1", "TRADEWIND_HOME": str(settings.home)}
    if plugins is not None:
        environ["TRADEWIND__PARSING__PLUGINS_FOLDER"] = str(plugins)
    caller = ForkServer(environ)
    root = root.resolve()
    with (
        tempfile.TemporaryDirectory(prefix="tradewind-check-") as folder,
        ThreadPoolExecutor(_at_once(settings.parsing.processes)) as pool,
    ):

        def one(path: str) -> None:
            asked = _Asked(session)
            parser = Parser(
                caller, root=root, log_folder=Path(folder), timeout_s=settings.parsing.timeout_s, reads=asked
            )
            try:
                result = parser.parse(root, path)
            except CallerBrokenError as error:
                result = FileResult(
                    relative_fileloc=path, error=f"no process could be had to import it in: {error.message}"
                )
            _add(reports[path], result, asked.missing, settings.parsing.timeout_s)
            tick()

        try:
            for _ in pool.map(one, reports):
                pass
        finally:
            caller.close()


def _at_once(processes: int) -> int:
    return max(1, min(processes, os.cpu_count() or 1))


class _Asked:
    """Answers what files ask of the home, and remembers what it did not have."""

    lock = threading.Lock()

    def __init__(self, session: Session) -> None:
        self._home = FromHome(session)
        self.missing: list[str] = []

    def answer(self, relative_fileloc: str, asked: m.Request, seen: dict[str, str]) -> m.Reply:  # noqa: ARG002 - the protocol's
        """The answer; the database is asked by one file at a time."""
        try:
            with self.lock:
                reply = self._home.request(asked)
        except TradewindError as error:
            return m.ErrorReply(code=error.code, message=error.message)
        match asked, reply:
            case m.GetVariable(), m.ValueReply(value=None):
                self.missing.append(f"Variable {asked.key!r}")
            case m.GetConnection(), m.ConnectionReply(found=False):
                self.missing.append(f"Connection {asked.conn_id!r}")
            case _:
                pass
        return reply


def _add(report: FileReport, result: FileResult, missing: list[str], timeout_s: float) -> None:
    report.was_imported = True
    if result.error is None:
        report.dags = [dag.dag_id for dag in result.dags]
        if result.duration_s > timeout_s * SLOW_PART:
            text = f"importing it took {result.duration_s:.1f} s of the {timeout_s:g} s that it may take"
            report.findings.append(finding("TW006", 1, text, "move slow work from the top of the file into tasks"))
        return
    line = _line(result.error, report.path)
    said = headline(result.error)
    if any(_tells(one, line, said) for one in report.findings):
        return
    report.findings.append(_import_error(line, said, missing))


def _import_error(line: int, said: str, missing: list[str]) -> Finding:
    absent = next((name for name in missing if name.split("'")[1] in said), "")
    if absent:
        return finding(
            "TW007", line, f"{absent} is not stored here: {said}", "take it over first: tradewind airflow import"
        )
    module = NO_MODULE.search(said)
    if module and not module.group(1).startswith("airflow"):
        return finding("TW208", line, said, installing(module.group(1).split(".")[0]))
    return finding(
        "TW003", line, said, "see `tradewind dags list-import-errors` for the whole traceback once the folder is served"
    )


def _tells(one: Finding, line: int, said: str) -> bool:
    """Whether a finding from the text is what the import stumbled over."""
    if one.level < Level.NEEDS:
        return False
    named = one.found.rstrip("=")
    if one.line == line or (bool(named) and f"'{named}'" in said):
        return True
    absent = NO_NAME.search(said) or NO_PART.search(said)
    if absent and re.search(rf"(^|[\s.]){re.escape(absent.group(1))}\b", one.message):
        return True
    return _names_module(one, said)


def _names_module(one: Finding, said: str) -> bool:
    module = NO_MODULE.search(said)
    if one.code in {"TW108", "TW201", "TW202", "TW203", "TW204", "TW206", "TW207", "TW208"} and module:
        return module.group(1).startswith("airflow") or f"`{module.group(1).split('.')[0]}`" in one.message
    return False


def _line(error: str, path: str) -> int:
    """Where in the file it happened: the last of its lines in the traceback."""
    lines = [int(number) for file, number in FRAME.findall(error) if file.endswith(path)]
    return lines[-1] if lines else 1
