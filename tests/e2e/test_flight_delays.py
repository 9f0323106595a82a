"""The flagship runs from the five files to a stored model, on made flights of a few months."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import joblib
import pytest

from support.flights import made_sources
from tradewind.sdk.collect import load_dags
from tradewind.testing import test_dag

pytestmark = pytest.mark.timeout(300)
EXAMPLES = Path(__file__).parents[2] / "examples"
AFTER_ALL = datetime(2013, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made_files(tmp_path_factory) -> Path:
    """The unpacked sources of another world: where the real ones would lie, so that nothing is read from the package."""
    folder = tmp_path_factory.mktemp("flights")
    for name, frame in made_sources(days=90, per_day=40).items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture
def home(made_files, tmp_path, monkeypatch) -> Path:
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.setenv("FLIGHT_DELAYS_HOME", str(tmp_path))
    from flight_delays import data

    for name, source in data.SOURCES.items():
        target = tmp_path / "data" / source.sha256[:12]
        target.mkdir(parents=True)
        shutil.copy(made_files / f"{name}.csv", target / f"{name}.csv")
    return tmp_path


def _dag():
    [dag] = load_dags(EXAMPLES / "flight_delays" / "flight_delays.py")
    return dag


def test_the_pipeline_stores_a_model_that_reaches_its_target(home) -> None:
    result = test_dag(_dag(), logical_date=AFTER_ALL, run_conf={"target_auc": 0.6})
    assert set(result.states.values()) == {"success"}, [t.error for t in result.task_instances if t.error]
    assert len(result.states) == 14 + 6 + 3
    card = json.loads(Path(result.xcom("store_winner")).read_text())
    assert card["metrics"]["auc"] >= 0.6
    assert set(card["data_sha256"]) == {"flights", "weather", "planes", "airports", "airlines"}
    model = joblib.load(Path(result.xcom("store_winner")).with_name("model.joblib"))
    assert model.n_features_in_ == len(card["features"])
    assert "reaches the target" in Path(result.xcom("write_report")).read_text()


def test_a_model_below_its_target_is_reported_and_not_kept(home) -> None:
    result = test_dag(_dag(), logical_date=AFTER_ALL, run_conf={"target_auc": 0.999})
    assert str(result.state) == "failed"
    states = {name: state for name, state in result.states.items() if state != "success"}
    assert states == {"kpi_gate": "failed", "store_winner": "upstream_failed"}
    assert "is below the target of 0.999" in (result.task("kpi_gate").error or "")
    assert "misses the target" in Path(result.xcom("write_report")).read_text()


def test_a_run_of_the_first_days_skips_what_it_can_not_learn(home) -> None:
    result = test_dag(_dag(), logical_date=datetime(2013, 4, 1, tzinfo=UTC))
    assert str(result.state) == "success"
    assert result.states["join_sources"] == "skipped"
    assert result.states["store_winner"] == "skipped"


def test_a_run_sees_no_flight_after_its_interval(home) -> None:
    result = test_dag(_dag(), logical_date=datetime(2013, 4, 10, 12, tzinfo=UTC))
    flights = result.xcom("extract.flights")
    assert (flights["month"].max(), flights[flights["month"] == 4]["day"].max()) == (4, 9)


def test_bad_data_fails_the_run_with_the_checks_that_did_not_pass(home) -> None:
    [file] = (home / "data").glob("*/airlines.csv")
    file.write_text("carrier,name\nAA,American\n")
    result = test_dag(_dag(), logical_date=AFTER_ALL)
    assert str(result.state) == "failed"
    assert result.states["check_quality"] == "failed"
    assert "| FAILED | flights | share of unknown carriers | 50.0% | at most 0% |" in (
        result.task("check_quality").error or ""
    )
