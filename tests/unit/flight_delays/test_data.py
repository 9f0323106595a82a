"""The data is unpacked once, and only when it is the data we know."""

import hashlib
import zipfile

import pytest
from flight_delays import data


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of the data's name, with our own small files in it."""
    folder = tmp_path / "site" / data.PACKAGE / "data"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise ImportError('never imported')")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def _known(monkeypatch, name, path) -> None:
    monkeypatch.setitem(data.SOURCES, name, data.Source(path.name, hashlib.sha256(path.read_bytes()).hexdigest()))


def test_a_source_is_read_from_the_package_and_then_from_the_cache(package, monkeypatch, tmp_path) -> None:
    with zipfile.ZipFile(package / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", "carrier,time_hour\nAA,2013-01-01T10:00:00Z\n")
    _known(monkeypatch, "flights", package / "flights.csv.zip")
    frame = data.load("flights", tmp_path / "cache")
    assert str(frame["time_hour"].iloc[0]) == "2013-01-01 10:00:00+00:00"
    (package / "flights.csv.zip").unlink()
    assert data.load("flights", tmp_path / "cache").equals(frame)


def test_a_file_that_is_not_the_known_one_is_refused(package, tmp_path) -> None:
    (package / "airlines.csv").write_text("carrier,name\nXX,Other\n")
    with pytest.raises(data.DataError, match=r"has sha256 .*, not 162551bd"):
        data.load("airlines", tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.csv"))


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(data, "PACKAGE", "no_such_flights")
    with pytest.raises(data.DataError, match="pip install no_such_flights"):
        data.load("airlines", tmp_path / "cache")


def test_results_lie_in_the_home_folder_unless_told_otherwise(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("FLIGHT_DELAYS_HOME", raising=False)
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))
    assert data.home() == tmp_path / "flight_delays"
    monkeypatch.setenv("FLIGHT_DELAYS_HOME", str(tmp_path / "shared"))
    assert data.home() == tmp_path / "shared"
