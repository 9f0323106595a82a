"""Which DAG files are to be parsed: those whose dependencies look different from when they were last parsed.

Pure: manifests and results go in, paths come out. A dependency is a path inside the bundle (a folder ends with a
slash), or one of the two marks below.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tradewind.parsing.bundles import Manifest
from tradewind.parsing.parser import FileResult
from tradewind.parsing.reads import is_read

__all__ = ["Outcome", "Worklist", "code_hash"]

ENVIRONMENT = "<environment>"
"""Python, Tradewind and what is installed beside it."""
MODULES = "<modules>"
"""Which Python files there are: what a file waits for whose import failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result, judged: what is to be stored of it."""

    result: FileResult
    dependencies: Mapping[str, str]
    snapshot_version: str
    code_hash: str
    has_changed_reads: bool = False
    """The server told it something else than the last time."""


@dataclass(slots=True)
class _Hashes:
    """Hashes of what a manifest holds, by dependency."""

    manifest: Manifest
    environment: str
    reads: dict[str, str] = field(default_factory=dict[str, str])
    """What files read of the server, with the stamps of now."""
    _cache: dict[str, str | None] = field(default_factory=dict[str, str | None])
    _paths: Sequence[str] = ()

    def of(self, dependency: str) -> str | None:
        """None: it is not there."""
        if is_read(dependency):
            return self.reads.get(dependency)
        if dependency in self._cache:
            return self._cache[dependency]
        if dependency == ENVIRONMENT:
            found = self.environment
        elif dependency == MODULES:
            found = _digest([path for path in self.manifest.files if path.endswith(".py")])
        elif dependency.endswith("/"):
            found = self._folder(dependency)
        else:
            entry = self.manifest.files.get(dependency)
            found = None if entry is None else entry.hash
        self._cache[dependency] = found
        return found

    def _folder(self, prefix: str) -> str | None:
        self._paths = self._paths or sorted(self.manifest.files)
        lines: list[str] = []
        for path in self._paths[bisect_left(self._paths, prefix) :]:
            if not path.startswith(prefix):
                break
            lines.append(f"{path} {self.manifest.files[path].hash}")
        return _digest(lines) if lines else None


class Worklist:
    """The files of one bundle, and what was known of each when it was last parsed.

    Args:
        environment: a text that changes when what is installed changes.
        known: path -> dependencies with their hashes then.
        owners: DAG id -> path of the file that defines it.
    """

    def __init__(self, environment: str, known: Mapping[str, Mapping[str, str]], owners: Mapping[str, str]) -> None:
        self._environment = environment
        self._known = {path: dict(dependencies) for path, dependencies in known.items()}
        self._owners = dict(owners)
        self._pending: set[str] = set()
        self._running: dict[str, _Hashes] = {}
        self._behind: dict[str, set[str]] = {}
        """Owner of a DAG id -> files that claim the same id, and wait for what the owner turns out to hold."""
        self._now = _Hashes(Manifest.of({}), environment)

    @property
    def manifest(self) -> Manifest:
        """The folder as it was looked at last."""
        return self._now.manifest

    def reads(self) -> set[str]:
        """What files have read of the server."""
        return {name for dependencies in self._known.values() for name in dependencies if is_read(name)}

    def notice(self, stamps: Mapping[str, str]) -> set[str]:
        """Take in what the stamps of reads are now.

        Returns:
            The files that were told something else, and are to be parsed again.
        """
        self._now.reads.update(stamps)
        outdated = {
            path
            for path, dependencies in self._known.items()
            if any(stamps.get(name, then) != then for name, then in _reads_of(dependencies).items())
        }
        self._pending |= {path for path in outdated if path not in self._running and path in self.manifest.files}
        return outdated

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be parsed, and nothing is being parsed."""
        return not self._pending and not self._running

    @property
    def has_new_files(self) -> bool:
        """Whether a file that was never parsed is still on its way: it may hold the DAGs of one that is gone."""
        return any(path not in self._known for path in [*self._pending, *self._running])

    @property
    def running(self) -> int:
        """How many files are being parsed."""
        return len(self._running)

    def look(self, manifest: Manifest) -> list[str]:
        """Take in what the folder holds now.

        Returns:
            Files that are gone, or hold no DAGs any more.
        """
        self._now = _Hashes(manifest, self._environment, self._now.reads)
        there = set(manifest.dag_files())
        gone = sorted(path for path in self._known if path not in there)
        for path in gone:
            del self._known[path]
        lost = set(gone)
        self._owners = {dag_id: path for dag_id, path in self._owners.items() if path not in lost}
        self._pending = {path for path in there if path not in self._running and not self._is_current(path)}
        for path in gone:
            self._release(path)
        return gone

    def forget(self, path: str | None = None) -> None:
        """Parse a file again; None: every one."""
        for known, dependencies in self._known.items():
            if path in {None, known}:
                dependencies[ENVIRONMENT] = ""

    def take(self) -> str | None:
        """The file to parse next, the newest edit first; it is being parsed from now on."""
        free = [path for path in self._pending if path not in self._running]
        if not free:
            return None
        path = max(free, key=lambda path: (self.manifest.files[path].mtime_ns, path))
        self._pending.discard(path)
        self._running[path] = self._now
        return path

    def give_back(self, path: str) -> None:
        """The file could not be parsed, and not for its own fault: it is to be parsed again."""
        self._running.pop(path)
        if path in self.manifest.files:
            self._pending.add(path)

    def finish(self, result: FileResult) -> Outcome | None:
        """Take in a result.

        Returns:
            What to store; None: nothing, since the file is gone or is to be parsed again.
        """
        path = result.relative_fileloc
        then = self._running.pop(path)
        if path not in self.manifest.files or not self.manifest.files[path].may_hold_dags:
            self._release(path)
            return None
        if result.error is None:
            self._own(path, {dag.dag_id for dag in result.dags})
        rival = self._rival(result)
        if rival is not None and (rival in self._pending or rival in self._running):
            self._behind.setdefault(rival, set()).add(path)
            return None
        dependencies = {name: found for name in result.closure if (found := then.of(name)) is not None}
        digest = code_hash(path, dependencies)
        dependencies[ENVIRONMENT] = self._environment
        self._now.reads.update(result.reads)
        dependencies.update(result.reads)
        if result.is_missing_module:
            dependencies[MODULES] = then.of(MODULES) or ""
        if rival is not None:
            result = _refused(result, rival, self._owners)
            dependencies[rival] = self._now.of(rival) or ""
        before = _reads_of(self._known.get(path, {}))
        self._known[path] = dependencies
        if not self._is_current(path):
            self._pending.add(path)
        self._release(path)
        has_changed_reads = bool(before) and before != result.reads
        return Outcome(result, dependencies, then.manifest.version, digest, has_changed_reads)

    def _is_current(self, path: str) -> bool:
        dependencies = self._known.get(path)
        return dependencies is not None and all(self._now.of(name) == found for name, found in dependencies.items())

    def _rival(self, result: FileResult) -> str | None:
        """Another file that defines one of the same DAGs."""
        for dag in result.dags:
            owner = self._owners.get(dag.dag_id)
            if owner is not None and owner != result.relative_fileloc and owner in self.manifest.files:
                return owner
        return None

    def _own(self, path: str, dag_ids: set[str]) -> None:
        """Give up the DAGs that the file holds no more, and take those that are free."""
        self._owners = {dag_id: owner for dag_id, owner in self._owners.items() if owner != path or dag_id in dag_ids}
        for dag_id in dag_ids:
            if self._owners.get(dag_id) not in self.manifest.files:
                self._owners[dag_id] = path

    def _release(self, path: str) -> None:
        waiting = self._behind.pop(path, set())
        self._pending.update(other for other in waiting if other in self.manifest.files)


def _reads_of(dependencies: Mapping[str, str]) -> dict[str, str]:
    return {name: stamp for name, stamp in dependencies.items() if is_read(name)}


def code_hash(path: str, dependencies: Mapping[str, str]) -> str:
    """Hash of a file's code: the file, and all it depends on."""
    return _digest([path, *(f"{name} {found}" for name, found in sorted(dependencies.items()))])


def _refused(result: FileResult, rival: str, owners: Mapping[str, str]) -> FileResult:
    taken = sorted(dag.dag_id for dag in result.dags if owners.get(dag.dag_id) == rival)
    names = ", ".join(repr(dag_id) for dag_id in taken)
    error = (
        f"DAG {names} of {result.relative_fileloc} is defined in {rival} already; "
        "a DAG id is unique in its workspace: change one of them, or remove one of the files"
    )
    return FileResult(
        relative_fileloc=result.relative_fileloc,
        closure=result.closure,
        error=error,
        duration_s=result.duration_s,
        reads=result.reads,
    )


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
