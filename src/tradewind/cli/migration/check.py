"""The check as a whole: files as text, the namespace's answers, the rules, then imports, airflow.cfg and requirements.txt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.base.dag_sources import mentions_dags
from tradewind.cli.migration.arguments import argument_findings, dag_calls
from tradewind.cli.migration.configuration import Configuration, read_configuration
from tradewind.cli.migration.contexts import context_findings, template_findings
from tradewind.cli.migration.findings import FileReport, Finding, Level, finding
from tradewind.cli.migration.folder import Files, opened
from tradewind.cli.migration.habits import habit_findings
from tradewind.cli.migration.imports import asked_names, import_findings
from tradewind.cli.migration.namespace import Answers, ask, is_installed
from tradewind.cli.migration.progress import Progress
from tradewind.cli.migration.requirements import requirement_findings
from tradewind.cli.migration.source import Source, keywords_of, read_source, text_of

if TYPE_CHECKING:
    from tradewind.cli.session import Session

__all__ = ["Asked", "Checked", "check", "text_findings"]

NEW_IN_3 = {"TW111", "TW112", "TW113", "TW114", "TW124"}
"""What is different from Airflow 2, and as in Airflow 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be checked, and how."""

    path: Path
    is_static: bool = False
    """Nothing of the files is run."""
    config: Path | None = None
    plugins: Path | None = None
    ignore_syntax: str = "glob"
    airflow: int = 0
    """The version of Airflow that the files were written for: 2 or 3; 0: told by each file."""


@dataclass(slots=True)
class Checked:
    """All that was found."""

    files: list[FileReport] = field(default_factory=list[FileReport])
    ignored: int = 0
    configuration: Configuration | None = None
    not_imported: str = ""
    """Why nothing was imported; empty: it was, where it could be."""

    @property
    def is_supported(self) -> bool:
        """Whether everything runs, given the packages that are missing."""
        return all(one.level < Level.UNSUPPORTED for one in self.files)

    @property
    def lacks_packages(self) -> bool:
        """Whether something is to be installed or taken over first."""
        return any(one.code in {"TW007", "TW202", "TW208"} for report in self.files for one in report.findings)


def check(asked: Asked, session: Session, progress: Progress) -> Checked:
    """Look at everything.

    Raises:
        InvalidInput: there is nothing at the path.
    """
    asked = _airflow_home(asked)
    checked = Checked()
    with opened(asked.path, asked.ignore_syntax) as files:
        checked.ignored = files.ignored
        checked.files = _python_files(files, asked, progress)
        _import(files, checked, asked, session, progress)
        checked.files += list(_other_files(files))
        for report in checked.files:
            report.path = f"{files.shown_under}/{report.path}" if files.shown_under else report.path
    if asked.config is not None:
        checked.configuration = read_configuration(asked.config)
        checked.files.append(FileReport(str(asked.config), list(checked.configuration.findings)))
    for report in checked.files:
        report.settle()
    checked.files.sort(key=lambda report: report.path)
    return checked


def text_findings(
    source: Source, answers: Answers, folders: tuple[Path, ...], *, looks_for_packages: bool
) -> list[Finding]:
    """What the rules say of one file."""
    found = [
        *import_findings(source, answers, folders, looks_for_packages=looks_for_packages),
        *argument_findings(source),
        *context_findings(source),
        *habit_findings(source),
    ]
    return [one for one in found if not any(one.line in lines for lines in source.main_lines)]


def _airflow_home(asked: Asked) -> Asked:
    """A whole AIRFLOW_HOME was given: its `dags`, its `airflow.cfg` and its `plugins` are meant."""
    home = asked.path
    if not (home / "dags").is_dir() or any(home.glob("*.py")):
        return asked
    config = home / "airflow.cfg"
    plugins = home / "plugins"
    return Asked(
        path=home / "dags",
        is_static=asked.is_static,
        config=asked.config or (config if config.is_file() else None),
        plugins=asked.plugins or (plugins if plugins.is_dir() else None),
        ignore_syntax=asked.ignore_syntax,
        airflow=asked.airflow,
    )


# -- files as text -------------------------------------------------------------------------------------------------


def _python_files(files: Files, asked: Asked, progress: Progress) -> list[FileReport]:
    reports: list[FileReport] = []
    sources: list[tuple[FileReport, Source]] = []
    progress.begin("Reading", len(files.python))
    for path in files.python:
        report = FileReport(path)
        reports.append(report)
        read = _read(files, path)
        if isinstance(read, Finding):
            report.findings.append(read)
        else:
            sources.append((report, read))
        progress.tick()
    answers = ask(asked_names(source for _, source in sources))
    folders = (files.root, *(() if asked.plugins is None else (asked.plugins,)))
    progress.begin("Checking", len(sources))
    for report, source in sources:
        report.from_airflow = asked.airflow or source.is_for_airflow()
        near = ((files.root / report.path).parent, *folders)
        found = text_findings(source, answers, near, looks_for_packages=not asked.is_static)
        report.findings += [one for one in found if not (report.from_airflow == 3 and one.code in NEW_IN_3)]
        report.dags = _ids(source)
        progress.tick()
    return reports


def _read(files: Files, path: str) -> Source | Finding:
    try:
        return read_source(path, files.content(path))
    except OSError as error:
        return finding("TW001", 1, error.strerror or str(error), "make it readable")


def _ids(source: Source) -> list[str]:
    """Ids of DAGs, as far as they are written out."""
    found: list[str] = []
    for call, _ in dag_calls(source):
        given = keywords_of(call).get("dag_id")
        text = text_of(source, given.value if given else call.args[0] if call.args else None)
        if text:
            found.append(text)
    return found


def _other_files(files: Files) -> Iterable[FileReport]:
    yield from files.reports
    for path in files.templates:
        try:
            text = (files.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            yield FileReport(path, [finding("TW001", 1, error.strerror or str(error), "make it readable")])
            continue
        found = list(template_findings(text, 1))
        if found:
            yield FileReport(path, found)
    for file in files.requirements:
        yield FileReport(file.name, list(requirement_findings(file.read_text(encoding="utf-8", errors="replace"))))


# -- imports -------------------------------------------------------------------------------------------------------


def _import(files: Files, checked: Checked, asked: Asked, session: Session, progress: Progress) -> None:
    if asked.is_static:
        checked.not_imported = "nothing was imported (--static)"
        return
    if not is_installed():
        checked.not_imported = (
            "nothing was imported: the `airflow` namespace is not in this environment (pip install tradewind[airflow])"
        )
        return
    from tradewind.cli.migration.importing import import_files

    unreadable = {"TW001", "TW002"}
    wanted: dict[str, FileReport] = {}
    for report in checked.files:
        if any(one.code in unreadable for one in report.findings):
            continue
        if mentions_dags(files.content(report.path)):
            if report.path not in files.inside:
                wanted[report.path] = report
            else:  # it is imported with its archive
                archive = next(path for path in files.packaged if report.path.startswith(f"{path}/"))
                wanted.setdefault(archive, FileReport(archive))
    progress.begin("Importing", len(wanted))
    import_files(session, files.root, wanted, asked.plugins, progress.tick)
    for archive in files.packaged:
        inside = [report for report in checked.files if report.path.startswith(f"{archive}/")]
        if archive in wanted and all(report.level < Level.NEEDS for report in inside):
            checked.files.append(wanted[archive])
