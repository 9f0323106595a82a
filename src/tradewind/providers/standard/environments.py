"""Virtual environments for tasks: made by uv where it is found, else by venv and pip, and kept by what is in them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import sys
import sysconfig
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tradewind.providers.standard.hooks.subprocess import SubprocessHook
from tradewind.sdk.exceptions import AirflowException

__all__ = ["Wanted", "default_folder", "interpreter"]

log = logging.getLogger("tradewind.task")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is in an environment."""

    requirements: tuple[str, ...]
    python: str
    """A version, or the path of an interpreter."""
    sees_ours: bool
    """The packages of this process are visible in it."""
    options: tuple[str, ...] = ()
    index_urls: tuple[str, ...] | None = None

    def digest(self) -> str:
        """A name that changes with everything that matters."""
        facts = {**asdict(self), "by": sys.version}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def default_folder() -> Path:
    """Where environments are kept: in the home folder."""
    home = os.environ.get("TRADEWIND_HOME") or Path.home() / ".tradewind"
    return Path(home).expanduser() / "venvs"


def interpreter(wanted: Wanted, folder: Path, hook: SubprocessHook) -> Path:
    """The Python of an environment with what is wanted; made if it is not there. Tasks that want the same one wait for
    the first to have made it.

    Raises:
        AirflowException: it can't be made; the installer's words are in the log.
    """
    place = folder / f"venv-{wanted.digest()}"
    done = place / "tradewind-complete"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / f"{place.name}.lock"):
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            _make(wanted, place, hook)
            done.write_text(json.dumps(list(wanted.requirements)), encoding="utf-8")
        else:
            log.info("Re-using cached Python virtual environment in %s", place)
    return place / "bin" / "python"


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(wanted: Wanted, place: Path, hook: SubprocessHook) -> None:
    uv = _uv()
    python = place / "bin" / "python"
    if uv is not None:
        _run(hook, [uv, "venv", "--no-project", "--python", wanted.python, str(place)])
    else:
        # To bring pip along takes seconds; uv does not do so either.
        without_pip = [] if wanted.requirements else ["--without-pip"]
        _run(hook, [_python(wanted.python), "-m", "venv", *without_pip, str(place)])
    if wanted.sees_ours:
        _show_ours(wanted, place)
    if wanted.requirements:
        installer = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
        _run(hook, [*installer, *_indexes(wanted.index_urls), *wanted.options, *wanted.requirements])


def _show_ours(wanted: Wanted, place: Path) -> None:
    """Append our site-packages to the environment's path: `--system-site-packages` would mean those of the interpreter
    that our own environment was made from."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    if wanted.python not in {sys.executable, own}:
        log.warning("system_site_packages: the packages of Python %s are of no use to Python %s", own, wanted.python)
        return
    site = place / "lib" / f"python{own}" / "site-packages"
    ours = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # The processing of a .pth file in a folder that was itself named by one needs site.addsitedir.
    lines = [f"import site; site.addsitedir({path!r})" for path in sorted(ours)]
    (site / "tradewind-ours.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _indexes(urls: Sequence[str] | None) -> list[str]:
    if urls is None:
        return []
    if not urls:
        return ["--no-index"]
    return ["--index-url", urls[0], *(word for url in urls[1:] for word in ("--extra-index-url", url))]


def _uv() -> str | None:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def _python(wanted: str) -> str:
    if os.sep in wanted:
        return wanted
    found = shutil.which(f"python{wanted}")
    if found is None:
        raise AirflowException(
            f"there is no python{wanted} on this machine; install it, or install uv, which fetches it"
        )
    return found


def _run(hook: SubprocessHook, command: list[str]) -> None:
    result = hook.run_command(command)
    if result.exit_code != 0:
        raise AirflowException(
            f"the virtual environment can't be made: {' '.join(command[:3])} ended with exit code {result.exit_code}: "
            f"{result.output}"
        )
