"""A folder of DAG files, read as a manifest of content hashes and laid out as snapshots that never change.

The content of each file is kept once, read-only, under ``blobs/ab/<hash>`` of the home folder; a snapshot under
``bundles/<bundle>/<version>/`` is made of hard links to them. A run executes from its snapshot, so an edit never
changes a run in flight. Files over a mebibyte are not copied: the snapshot points to the original. What lies beside the
folder lies beside its snapshots too, as links to the originals: DAG files reach for ``../include``.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import re
import shutil
import stat
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tradewind.base.dag_sources import PACKAGED, mentions_dags, packaged_modules
from tradewind.base.errors import BundleError, InvalidInput
from tradewind.base.private_files import make_private_folder
from tradewind.parsing.ignore import IGNORE_FILE, IgnoreRules

__all__ = ["FileEntry", "LocalBundle", "Manifest", "forget_snapshots", "snapshot_path"]

log = logging.getLogger("tradewind.parsing")

COPY_LIMIT = 1 << 20
SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
SKIPPED_SUFFIXES = (".pyc", ".pyo", ".swp", ".swx", "~")
MOST_NEIGHBOURS = 500
"""A folder that holds more beside the DAGs folder is no project."""
OWN_FOLDERS = frozenset({"artifacts", "blobs", "bundles", "cache", "logs", "remote-logs", "venvs"})
OWN_FILES = re.compile(r"tradewind\..*|.*\.(key|lock|sock)|admin-password|server\.(json|out)")
"""Of our home folder, which may be the one that the DAGs folder is in: keys and the database are nobody's neighbours."""
BLOB_TIME_NS = 946_684_800_000_000_000
"""Time stamp of all kept contents (the year 2000): one that differs was written to, which a task of root's can do."""
FRESH_NS = 100_000_000
"""A file changed this short before it was read may change again without a new time stamp: it is read anew next time."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the bundle."""

    hash: str
    mtime_ns: int
    is_executable: bool
    is_copied: bool
    """False: the snapshot points to the original, and the hash tells size and time of change instead of content."""
    may_hold_dags: bool
    """Whether it is a Python file, or a zip file with one at its top, that names both a DAG and this program (or Airflow),
    and is not ignored."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the folder held when it was read: path inside the bundle, ``/`` separated, -> entry."""

    files: Mapping[str, FileEntry]
    version: str
    """Name of the snapshot: a hash of all paths and contents."""

    @classmethod
    def of(cls, files: Mapping[str, FileEntry]) -> Manifest:
        """The manifest of these files."""
        digest = hashlib.sha256()
        ordered = dict(sorted(files.items()))
        for path, entry in ordered.items():
            digest.update(f"{path}\0{entry.hash}\0{int(entry.is_executable)}\n".encode())
        return cls(ordered, digest.hexdigest()[:40])

    def dag_files(self) -> list[str]:
        """Files to look at for DAGs."""
        return [path for path, entry in self.files.items() if entry.may_hold_dags]


@dataclass(slots=True)
class _Seen:
    """What is known of a file without reading it again: valid as long as `key` is the same."""

    key: tuple[int, int, int, int]
    hash: str
    has_words: bool
    is_fresh: bool


@dataclass(slots=True)
class _Scan:
    """One pass over the folder."""

    files: dict[str, FileEntry] = field(default_factory=dict[str, FileEntry])
    seen: dict[str, _Seen] = field(default_factory=dict[str, _Seen])


class LocalBundle:
    """A folder on this machine.

    Args:
        name: the bundle's name.
        root: the folder that people edit.
        home: where blobs and snapshots are kept.
        ignore_syntax: of `.airflowignore`: ``glob`` or ``regexp``.
    """

    def __init__(self, name: str, root: Path, home: Path, *, ignore_syntax: str = "glob") -> None:
        self.name = name
        self.root = root
        self._home = home
        self._ignore_syntax = ignore_syntax
        self._seen: dict[str, _Seen] = {}
        self._told: set[str] = set()
        self._has_neighbours = False

    def read(self) -> Manifest:
        """Look at the folder; only files that changed since the last look are read.

        Raises:
            BundleError: the folder can't be read, or the home folder can't be written.
        """
        scan = _Scan()
        try:
            self._folder(self.root, "", IgnoreRules(), (), scan)
        except OSError as error:
            raise BundleError(
                f"the DAG folder {self.root} can't be read: {error.strerror}", path=str(self.root)
            ) from error
        self._seen = scan.seen
        if not self._has_neighbours:  # snapshots of before may stay in use for long
            self._link_neighbours(self._home / "bundles" / self.name)
        return Manifest.of(scan.files)

    def lay_out(self, manifest: Manifest) -> Path:
        """The folder of the snapshot; made now unless it is there.

        Raises:
            BundleError: the home folder can't be written.
        """
        target = snapshot_path(self._home, self.name, manifest.version)
        if target.is_dir():
            return target
        self._link_neighbours(target.parent)
        draft = target.with_name(f".{target.name}-{os.getpid()}-{time.monotonic_ns()}")
        try:
            self._link_all(manifest, draft)
            draft.rename(target)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            if target.is_dir():  # somebody else was first
                return target
            self._seen = {}  # should contents be missing or damaged, the next look keeps them again
            raise BundleError(f"the snapshot {target} can't be laid out: {error}", path=str(target)) from error
        return target

    # -- reading -----------------------------------------------------------------------------------------------------

    def _folder(
        self, folder: Path, inside: str, rules: IgnoreRules, above: tuple[tuple[int, int], ...], scan: _Scan
    ) -> None:
        status = folder.stat()
        identity = (status.st_dev, status.st_ino)
        if identity in above or folder == self._home:
            return  # a link back to a folder above, or our own files
        rules = self._rules_of(folder, inside, rules)
        with os.scandir(folder) as entries:
            items = sorted(entries, key=lambda entry: entry.name)
        for item in items:
            path = f"{inside}/{item.name}" if inside else item.name
            try:
                path.encode()
                if item.is_dir():
                    if not _is_skipped_folder(item):
                        below = Path(item.path)
                        is_ignored = rules.match(path, is_folder=True)
                        hidden = IgnoreRules().with_file("*", "", "glob") if is_ignored else rules
                        self._folder(below, path, hidden, (*above, identity), scan)
                elif item.is_file() and not item.name.endswith(SKIPPED_SUFFIXES):
                    self._file(item, path, rules, scan)
            except UnicodeEncodeError:
                self._tell_once(repr(item.path), "its name is not UTF-8")
            except OSError as error:
                self._tell_once(item.path, error.strerror or str(error))

    def _rules_of(self, folder: Path, inside: str, rules: IgnoreRules) -> IgnoreRules:
        try:
            text = (folder / IGNORE_FILE).read_text(encoding="utf-8", errors="replace")
            return rules.with_file(text, inside, self._ignore_syntax)
        except (FileNotFoundError, NotADirectoryError):
            return rules
        except InvalidInput as error:
            self._tell_once(str(folder / IGNORE_FILE), error.message)
            return rules

    def _file(self, item: os.DirEntry[str], path: str, rules: IgnoreRules, scan: _Scan) -> None:
        if item.name.startswith("."):
            return
        status = item.stat()
        if not stat.S_ISREG(status.st_mode):
            return
        is_executable = bool(status.st_mode & stat.S_IXUSR)
        key = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
        seen = self._seen.get(path)
        if seen is None or seen.key != key or seen.is_fresh:
            seen = self._read_file(item.path, key, is_executable=is_executable)
        scan.seen[path] = seen
        scan.files[path] = FileEntry(
            hash=seen.hash,
            mtime_ns=status.st_mtime_ns,
            is_executable=is_executable,
            is_copied=status.st_size <= COPY_LIMIT,
            may_hold_dags=seen.has_words
            and path.endswith((".py", PACKAGED))
            and not rules.match(path, is_folder=False),
        )

    def _read_file(self, path: str, key: tuple[int, int, int, int], *, is_executable: bool) -> _Seen:
        mtime_ns, size = key[0], key[1]
        if size > COPY_LIMIT:
            digest = hashlib.sha256(f"{path}\0{mtime_ns}\0{size}".encode()).hexdigest()
            return _Seen(key, digest, path.endswith(PACKAGED) and bool(packaged_modules(Path(path))), False)
        is_fresh = time.time_ns() - mtime_ns < FRESH_NS
        content = Path(path).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        self._keep(content, digest, is_executable=is_executable)
        packaged = path.endswith(PACKAGED)
        has_words = bool(packaged_modules(Path(path))) if packaged else mentions_dags(content)
        return _Seen(key, digest, has_words, is_fresh)

    def _tell_once(self, path: str, why: str) -> None:
        if f"{path}: {why}" not in self._told:
            self._told.add(f"{path}: {why}")
            log.warning("bundle.file_left_out bundle=%s path=%s reason=%s", self.name, path, why)

    # -- blobs and snapshots -----------------------------------------------------------------------------------------

    def _keep(self, content: bytes, digest: str, *, is_executable: bool) -> None:
        blob = _blob(self._home, digest, is_executable=is_executable)
        if _is_intact(blob):
            return
        try:
            make_private_folder(blob.parent)
            draft = blob.with_name(f".{blob.name}-{os.getpid()}-{time.monotonic_ns()}")
            draft.write_bytes(content)
            draft.chmod(0o555 if is_executable else 0o444)
            os.utime(draft, ns=(BLOB_TIME_NS, BLOB_TIME_NS))
            draft.rename(blob)
        except OSError as error:
            raise BundleError(f"{blob.parent} can't be written: {error.strerror}", path=str(blob)) from error

    def _link_all(self, manifest: Manifest, draft: Path) -> None:
        make_private_folder(draft.parent)
        draft.mkdir()
        made = {""}
        for path, entry in manifest.files.items():
            parent = path.rpartition("/")[0]
            if parent not in made:
                (draft / parent).mkdir(parents=True, exist_ok=True)
                made.add(parent)
            if entry.is_copied:
                _link(_blob(self._home, entry.hash, is_executable=entry.is_executable), draft / path)
            else:
                (draft / path).symlink_to((self.root / path).absolute())

    def _link_neighbours(self, folder: Path) -> None:
        """Link what lies beside the DAGs folder into the folder of its snapshots; what can't be linked is left out."""
        self._has_neighbours = True
        try:
            make_private_folder(folder)
            wanted = self._neighbours()
            standing = [path for path in folder.iterdir() if path.is_symlink()]
        except OSError:
            return
        for link in standing:
            with contextlib.suppress(OSError):
                if link.readlink() != wanted.get(link.name):  # it is gone, or the DAGs folder was another one
                    link.unlink()
        for name, original in wanted.items():
            with contextlib.suppress(OSError):  # it is linked already, perhaps by another process
                (folder / name).symlink_to(original)

    def _neighbours(self) -> dict[str, Path]:
        """What lies beside the DAGs folder, but for what is hidden or ours."""
        project, home = self.root.absolute().parent, self._home.resolve()
        found = {path.name: path for path in project.iterdir() if not path.name.startswith(".")}
        if project == Path(project.anchor) or len(found) > MOST_NEIGHBOURS:
            return {}
        if project.resolve() == home:
            return {n: path for n, path in found.items() if n not in OWN_FOLDERS and not OWN_FILES.fullmatch(n)}
        return {name: path for name, path in found.items() if path.resolve() != home}


def snapshot_path(home: Path, bundle: str, version: str) -> Path:
    """Where a snapshot is laid out."""
    return home / "bundles" / bundle / version


def forget_snapshots(home: Path, bundle: str, keep: Collection[str], *, older_than_s: float = 3600.0) -> int:
    """Remove the snapshots of a bundle that are not to be kept, and contents that no snapshot uses any more.

    What is younger than `older_than_s` stays: it may be about to be used.

    Returns:
        How many snapshots were removed.
    """
    folder, removed = home / "bundles" / bundle, 0
    youngest_ns = time.time_ns() - int(older_than_s * 1e9)
    for snapshot in folder.iterdir() if folder.is_dir() else ():
        if not snapshot.is_symlink() and snapshot.name not in keep and snapshot.stat().st_mtime_ns <= youngest_ns:
            shutil.rmtree(snapshot, ignore_errors=True)
            removed += 1
    for blob in (home / "blobs").glob("*/*"):
        with contextlib.suppress(FileNotFoundError):
            status = blob.stat()
            if status.st_nlink == 1 and status.st_ctime_ns <= youngest_ns:
                blob.unlink()
    return removed


def _blob(home: Path, digest: str, *, is_executable: bool) -> Path:
    return home / "blobs" / digest[:2] / (digest + ("x" if is_executable else ""))


def _is_intact(blob: Path) -> bool:
    try:
        return blob.stat().st_mtime_ns == BLOB_TIME_NS
    except FileNotFoundError:
        return False


def _link(blob: Path, target: Path) -> None:
    if not _is_intact(blob):
        raise FileNotFoundError(errno.ENOENT, "the kept content was removed or written to", str(blob))
    try:
        target.hardlink_to(blob)
    except OSError as error:
        if error.errno != errno.EMLINK:
            raise
        shutil.copy2(blob, target)  # the same content in very many places, as empty `__init__.py` files are


def _is_skipped_folder(item: os.DirEntry[str]) -> bool:
    if item.name.startswith(".") or item.name in SKIPPED_FOLDERS:
        return True
    return Path(item.path, "pyvenv.cfg").exists()
