"""Installs distributions into this environment, with uv or with pip, and never lets Airflow itself in.

Provider packages say that they need `apache-airflow`. uv can leave a distribution out of a resolution (`--excludes`). pip
can't: there the packages are fetched without what they need, their metadata is read, and the rest is installed after them.
Both get the requirements of Tradewind itself as constraints, so that none of what it needs becomes too old or too new.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.base.errors import Conflict, TradewindError
from tradewind.cli.provider_names import AIRFLOW

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["InstallFailed", "Installer", "Place", "check_environment", "find_installer", "missing_namespace"]

OURS = ("tradewind", "tradewind-airflow")
PREFIX = "apache-airflow-providers-"


class InstallFailed(TradewindError):
    """uv or pip ended with an error; what it said is on the terminal."""

    code = "install_failed"


@dataclass(frozen=True, slots=True)
class Installer:
    """uv or pip, for one environment.

    Args:
        uv: the program; None: pip does it.
        python: the environment's interpreter.
    """

    uv: str | None
    python: str

    @property
    def name(self) -> str:
        """Which of the two."""
        return "uv" if self.uv else "pip"

    def install(self, requirements: Sequence[str], *, upgrade: bool = False, dry_run: bool = False) -> None:
        """Install distributions and what they need, but for Airflow. Progress goes to the terminal.

        Raises:
            InstallFailed: uv or pip says why.
        """
        more = [flag for flag, is_set in (("--upgrade", upgrade), ("--dry-run", dry_run)) if is_set]
        with tempfile.TemporaryDirectory(prefix="tradewind-providers-") as made:
            folder = Path(made)
            if self.uv:
                constraints = _written(folder / "constraints.txt", _constraints())
                excludes = _written(folder / "excludes.txt", AIRFLOW)
                options = ["--python", self.python, "--constraints", constraints, "--excludes", excludes]
                _run([self.uv, "pip", "install", *options, *more, *_words(requirements)])
            else:
                self._install_by_pip(requirements, folder, more)

    def _install_by_pip(self, requirements: Sequence[str], folder: Path, more: Sequence[str]) -> None:
        # A version that no one has: where a package further down wants Airflow, pip stops instead of bringing it.
        never = [f"{name}==0.0.0.dev0" for name in AIRFLOW]
        constraints = _written(folder / "constraints.txt", [*_constraints(), *never])
        files, needed = self._fetched(requirements, folder / "wheels", constraints)
        pip = [self.python, "-m", "pip", "install", "--disable-pip-version-check"]
        if needed:
            _run([*pip, "--constraint", constraints, *more, *needed])
        _run([*pip, "--no-deps", *more, *files])

    def _fetched(self, requirements: Sequence[str], folder: Path, constraints: str) -> tuple[list[str], list[str]]:
        """The wheels of the packages that want Airflow, and all else that they need."""
        waiting, seen = list(requirements), set[str]()
        files: list[str] = []
        needed: list[str] = []
        while waiting:
            wanted = waiting.pop(0)
            name, extras = _name_and_extras(wanted)
            if name in seen or wanted.startswith("-e "):
                needed += [] if name in seen else _words([wanted])
                continue
            seen.add(name)
            own = folder / str(len(seen))
            pip = [self.python, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--quiet"]
            _run([*pip, "--constraint", constraints, "--wheel-dir", str(own), wanted])
            (wheel,) = own.glob("*.whl")
            files.append(str(wheel))
            for one in _requirements_of(wheel, extras):
                if one.name.lower() in AIRFLOW or _is_satisfied(one):
                    continue
                (waiting if one.name.lower().startswith(PREFIX) else needed).append(_without_marker(one))
        return files, needed

    def uninstall(self, names: Sequence[str]) -> None:
        """Uninstall distributions.

        Raises:
            InstallFailed: uv or pip says why.
        """
        if self.uv:
            _run([self.uv, "pip", "uninstall", "--python", self.python, *names])
        else:
            _run([self.python, "-m", "pip", "uninstall", "--disable-pip-version-check", "--yes", *names])


def find_installer(*, prefer_pip: bool = False) -> Installer:
    """What can install into this environment.

    Raises:
        TradewindError: neither uv nor pip is there; the sentence says how to get one.
    """
    uv = None if prefer_pip else _find_uv()
    if uv is None and importlib.util.find_spec("pip") is None:
        raise TradewindError(
            "there is no uv, and this environment has no pip: `curl -LsSf https://astral.sh/uv/install.sh | sh` or your "
            f"system's package of uv brings one; `{sys.executable} -m ensurepip` brings the other"
        )
    return Installer(uv, sys.executable)


def _find_uv() -> str | None:
    """The program: of the package `uv`, beside the interpreter, or on the path."""
    if importlib.util.find_spec("uv") is not None:
        from uv import find_uv_bin  # type: ignore[import-not-found]  # it need not be there

        try:
            return str(find_uv_bin())
        except FileNotFoundError:
            pass
    beside = Path(sys.executable).parent
    return shutil.which("uv", path=os.pathsep.join([str(beside), os.environ.get("PATH", "")]))


@dataclass(frozen=True, slots=True)
class Place:
    """Where packages would go."""

    is_systems: bool
    """No environment of its own, but the Python that others use as well."""
    stdlib: Path
    packages: Path

    @classmethod
    def here(cls) -> Place:
        """Of this process."""
        paths = sysconfig.get_paths()
        return cls(sys.prefix == sys.base_prefix, Path(paths["stdlib"]), Path(paths["purelib"]))


def check_environment(place: Place | None = None) -> None:
    """See that packages can be installed here.

    Args:
        place: where they would go; None: into the environment of this process.

    Raises:
        Conflict: Airflow itself is here, the environment is the system's, or it can't be written.
    """
    airflow = [name for name in AIRFLOW if _version(name)]
    if airflow:
        raise Conflict(
            f"Airflow itself is installed here ({', '.join(f'{name} {_version(name)}' for name in airflow)}), and the "
            "name `airflow` can belong to one only. Make another environment for Tradewind, or give this one up to it: "
            f"`pip uninstall {' '.join(airflow)}`, then `pip install --force-reinstall --no-deps tradewind-airflow`"
        )
    place = place or Place.here()
    if place.is_systems and (place.stdlib / "EXTERNALLY-MANAGED").exists():
        raise Conflict(
            f"the Python of {sys.prefix} belongs to the system, which does not want packages installed into it; make an "
            "environment: `python3 -m venv tradewind`, `tradewind/bin/pip install tradewind`"
        )
    if not os.access(place.packages, os.W_OK):
        raise Conflict(
            f"{place.packages} can't be written by this user; run the command as its owner, install the package where the "
            "environment (or its image) is made, or make an environment of your own",
            folder=str(place.packages),
        )


def missing_namespace() -> list[str]:
    """What to install for the `airflow` namespace; nothing, where it is there."""
    if _version("tradewind-airflow"):
        return []
    checkout = Path(__file__).resolve().parents[3] / "airflow-shim"
    return (
        [f"-e {checkout}"]
        if (checkout / "pyproject.toml").exists()
        else [f"tradewind-airflow=={_version('tradewind')}"]
    )


def _version(name: str) -> str | None:
    # In folders only: where DAGs run, the namespace answers for Airflow, and is not it.
    found = next(iter(importlib.metadata.distributions(name=name, path=sys.path)), None)
    return None if found is None else found.version


def _constraints() -> Iterator[str]:
    """What Tradewind needs, extras included: it says nothing about what is not installed."""
    from packaging.requirements import Requirement

    for ours in OURS:
        for text in (importlib.metadata.requires(ours) or ()) if _version(ours) else ():
            one = Requirement(text)
            if not one.specifier or one.url or one.name in OURS:
                continue
            extras = importlib.metadata.metadata(ours).get_all("Provides-Extra") or []
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ["", *extras]):
                yield f"{one.name}{one.specifier}"


def _requirements_of(wheel: Path, extras: set[str]) -> Iterator[Requirement]:
    import zipfile
    from email.parser import HeaderParser

    from packaging.requirements import Requirement

    with zipfile.ZipFile(wheel) as archive:
        name = next(one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    for text in metadata.get_all("Requires-Dist") or ():
        one = Requirement(text)
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ["", *extras]):
            yield one


def _is_satisfied(one: Requirement) -> bool:
    installed = _version(one.name)
    return installed is not None and not one.extras and one.specifier.contains(installed, prereleases=True)


def _without_marker(one: Requirement) -> str:
    one.marker = None
    return str(one)


def _name_and_extras(text: str) -> tuple[str, set[str]]:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        one = Requirement(text)
    except InvalidRequirement:  # a folder
        return text, set()
    return one.name.lower(), one.extras


def _words(requirements: Sequence[str]) -> list[str]:
    return [word for one in requirements for word in (one.split(" ", 1) if one.startswith("-e ") else [one])]


def _written(file: Path, lines: Iterator[str] | Sequence[str]) -> str:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(file)


def _run(command: Sequence[str]) -> None:
    # Their output is progress: the results of our command stay alone on the standard output.
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno())
    if done.returncode:
        raise InstallFailed(
            f"{' '.join(Path(command[0]).name if n == 0 else word for n, word in enumerate(command[:3]))} ended with "
            f"{done.returncode}; its reason is above (a uv that does not know --excludes is too old: `pip install -U uv`)"
        )
