"""Finds the files of a check: those of a folder that .airflowignore does not exclude, one file, or those of an archive."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tradewind.base.errors import InvalidInput
from tradewind.cli.migration.findings import FileReport, finding
from tradewind.parsing.ignore import IGNORE_FILE, IgnoreRules

__all__ = ["Files", "opened"]

TEMPLATES = (".sql", ".hql", ".sh", ".bash", ".j2", ".jinja", ".jinja2")
SKIPPED = {"__pycache__", "node_modules", "venv", "env", "site-packages"}
LARGEST_ARCHIVE = 512 << 20
BROKEN = (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError, zlib.error)
"""What reading an archive may raise."""
LOOKS_LIKE_REGEXP = re.compile(r"\.\*|\\\.|\\[dwb]|\$$|^\^|\(\?|\.\+")


@dataclass(slots=True)
class Files:
    """What there is to check."""

    root: Path
    """The folder that imports of the files start from."""
    python: list[str] = field(default_factory=list[str])
    """Paths below the root."""
    templates: list[str] = field(default_factory=list[str])
    packaged: list[str] = field(default_factory=list[str])
    """Archives among the files, with DAGs in their modules; these are in `python` too."""
    inside: dict[str, tuple[Path, str]] = field(default_factory=dict[str, tuple[Path, str]])
    """Path of a packaged module -> its archive, and its name in there."""
    ignored: int = 0
    reports: list[FileReport] = field(default_factory=list[FileReport])
    """What is to be told about other files."""
    ignore_syntax: str = "glob"
    shown_under: str = ""
    """Put before the paths when they are shown: the name of the archive they came out of."""

    def content(self, path: str) -> bytes:
        """What a file holds.

        Raises:
            OSError: it can't be read.
        """
        if path not in self.inside:
            return (self.root / path).read_bytes()
        archive, name = self.inside[path]
        try:
            with zipfile.ZipFile(archive) as opened_archive:
                return opened_archive.read(name)
        except BROKEN as error:
            raise OSError(str(error)) from error

    @property
    def requirements(self) -> list[Path]:
        """Lists of packages beside the files or above them."""
        places = (self.root / "requirements.txt", self.root.parent / "requirements.txt")
        return [place for place in places if place.is_file() and not self.shown_under][:1]


@contextlib.contextmanager
def opened(path: Path, ignore_syntax: str) -> Iterator[Files]:
    """The files at a path; an archive lies unpacked in a folder meanwhile.

    Raises:
        InvalidInput: there is nothing there.
    """
    if not path.exists():
        raise InvalidInput(f"{path} does not exist")
    if path.is_dir():
        yield _of_folder(path, ignore_syntax)
    elif path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory(prefix="tradewind-check-") as folder:
            yield _of_archive(path, Path(folder), ignore_syntax)
    else:
        found = Files(path.parent, ignore_syntax=ignore_syntax)
        (found.templates if path.suffix.lower() in TEMPLATES else found.python).append(path.name)
        yield found


def _of_folder(root: Path, ignore_syntax: str) -> Files:
    found = Files(root, ignore_syntax=ignore_syntax)
    _folder(found, root, "", IgnoreRules(), ())
    return found


def _of_archive(path: Path, folder: Path, ignore_syntax: str) -> Files:
    try:
        with zipfile.ZipFile(path) as archive:
            _bound(archive)
            archive.extractall(folder)
        found = _of_folder(folder, ignore_syntax)
    except BROKEN as error:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        found = Files(folder)
        found.reports.append(
            FileReport(path.name, [finding("TW004", 1, str(error), "pack it again, or give the folder itself")])
        )
        return found
    found.shown_under = path.name
    return found


def _bound(archive: zipfile.ZipFile) -> None:
    size = sum(item.file_size for item in archive.infolist())
    if size > LARGEST_ARCHIVE:
        raise zipfile.BadZipFile(f"it would unpack to {size >> 20} MB")


def _folder(found: Files, folder: Path, inside: str, rules: IgnoreRules, above: tuple[tuple[int, int], ...]) -> None:
    try:
        status = folder.stat()
        items = sorted(folder.iterdir())
    except OSError as error:
        found.reports.append(
            FileReport(inside or str(folder), [finding("TW001", 1, f"the folder can't be read: {error.strerror}")])
        )
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        return  # a link back to a folder above
    rules = _rules(found, folder, inside, rules)
    for item in items:
        path = f"{inside}/{item.name}" if inside else item.name
        is_folder = item.is_dir()
        if item.name.startswith(".") or (is_folder and (item.name in SKIPPED or (item / "pyvenv.cfg").exists())):
            continue
        if rules.match(path, is_folder=is_folder):
            found.ignored += 1
        elif is_folder:
            _folder(found, item, path, rules, (*above, identity))
        elif item.is_file():
            _file(found, item, path)


def _file(found: Files, item: Path, path: str) -> None:
    suffix = item.suffix.lower()
    if suffix == ".py":
        found.python.append(path)
    elif suffix in TEMPLATES:
        found.templates.append(path)
    elif suffix == ".zip":
        _package(found, item, path)


def _package(found: Files, item: Path, path: str) -> None:
    """An archive with modules at its top is a DAG file of its own."""
    try:
        with zipfile.ZipFile(item) as archive:
            _bound(archive)
            names = [name for name in archive.namelist() if name.endswith(".py")]
    except BROKEN as error:
        found.reports.append(FileReport(path, [finding("TW004", 1, str(error), "pack it again")]))
        return
    if any("/" not in name for name in names):
        found.packaged.append(path)
        found.inside |= {f"{path}/{name}": (item, name) for name in names}
        found.python += [f"{path}/{name}" for name in names]


def _rules(found: Files, folder: Path, inside: str, rules: IgnoreRules) -> IgnoreRules:
    file = folder / IGNORE_FILE
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return rules
    name = f"{inside}/{IGNORE_FILE}" if inside else IGNORE_FILE
    lines = list(enumerate(text.splitlines(), 1))
    if found.ignore_syntax == "glob":
        odd = next(
            ((n, line) for n, line in lines if LOOKS_LIKE_REGEXP.search(line.strip()) and not line.startswith("#")),
            None,
        )
        if odd:
            fix = 'write it as a glob (`*` for `.*`), or set parsing.ignore_syntax = "regexp" and check with --ignore-syntax regexp'
            found.reports.append(
                FileReport(name, [finding("TW008", odd[0], f"{odd[1].strip()!r} looks like a regular expression", fix)])
            )
    try:
        return rules.with_file(text, inside, found.ignore_syntax)
    except InvalidInput as error:
        found.reports.append(FileReport(name, [finding("TW008", 1, error.message, "correct the pattern")]))
        return rules
