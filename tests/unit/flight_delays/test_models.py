"""Time is cut without overlap, models can be made again, and choices follow their rules."""

import json

import joblib
import numpy as np
import pandas as pd
import pytest
from flight_delays import card, models, report
from flight_delays.choices import FEATURE_SETS, MODELS, TARGET, choose_feature_set
from flight_delays.features import build_features, join_sources

from support.flights import made_sources


@pytest.fixture(scope="module")
def features():
    return build_features(join_sources(**made_sources(days=60, per_day=40)))


def test_the_three_periods_follow_each_other_and_leave_no_day_out(features) -> None:
    cut = models.periods(features)
    learn = models.part(features, cut.first, cut.validate_from)
    choose = models.part(features, cut.validate_from, cut.test_from)
    judge = models.part(features, cut.test_from)
    assert learn["day"].max() < choose["day"].min()
    assert choose["day"].max() < judge["day"].min()
    assert len(learn) + len(choose) + len(judge) == features[TARGET].notna().sum()


@pytest.mark.parametrize("name", MODELS)
def test_a_model_learns_what_there_is_and_is_the_same_when_made_again(features, name) -> None:
    cut, columns = models.periods(features), FEATURE_SETS["weather"]
    learn, judge = models.part(features, cut.first, cut.test_from), models.part(features, cut.test_from)
    first, second = models.build_model(name), models.build_model(name)
    models.fit(first, learn, columns)
    models.fit(second, learn, columns)
    probability = models.probabilities(first, judge, columns)
    # To the last bits: the threads of a forest add up in no fixed order.
    np.testing.assert_allclose(probability, models.probabilities(second, judge, columns), rtol=1e-12)
    assert models.scores(judge[TARGET], probability)["auc"] > 0.6


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ValueError, match="no model 'oracle'"):
        models.build_model("oracle")


def test_of_equally_good_feature_sets_the_smallest_is_chosen() -> None:
    scores = [
        {"feature_set": "all", "features": 40, "auc": 0.7010},
        {"feature_set": "small", "features": 10, "auc": 0.7000},
        {"feature_set": "poor", "features": 5, "auc": 0.6000},
    ]
    assert choose_feature_set(scores) == "small"


def test_a_feature_that_tells_something_is_more_important_than_noise(features) -> None:
    cut, columns = models.periods(features), ["wx_precip", "dest_lat"]
    model = models.quick_model()
    models.fit(model, models.part(features, cut.first, cut.test_from), columns)
    found = models.importance(model, models.part(features, cut.test_from), columns)
    assert found["wx_precip"] > 0.05 > found["dest_lat"]


def test_a_saved_model_predicts_the_same_and_its_card_says_what_it_is(features, tmp_path) -> None:
    columns = FEATURE_SETS["weather"]
    model = models.build_model("logistic_regression")
    rows = models.part(features, features["day"].min())
    models.fit(model, rows, columns)
    digest = card.save_model(model, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    np.testing.assert_array_equal(
        models.probabilities(model, rows, columns), models.probabilities(loaded, rows, columns)
    )
    evaluation = {
        "model": "logistic_regression", "parameters": models.parameters(model), "columns": list(columns),
        "periods": models.periods(features).as_text(), "scores": {"auc": 0.7}, "model_sha256": digest,
    }  # fmt: skip
    card.write_card(card.model_card(evaluation, {"run_id": "r"}), tmp_path / "card.json")
    content = json.loads((tmp_path / "card.json").read_text())
    assert content["model_sha256"] == digest
    assert content["features"] == list(columns)
    assert content["parameters"]["C"] == 0.1
    assert content["packages"]["scikit-learn"]
    assert len(content["data_sha256"]) == 5


def test_the_code_version_changes_with_the_code(tmp_path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    before = card.code_version(tmp_path)
    (tmp_path / "a.py").write_text("x = 2")
    assert card.code_version(tmp_path) != before


def test_the_report_has_its_plots_and_escapes_what_it_shows(tmp_path) -> None:
    dice = np.random.default_rng(1)
    late = dice.integers(0, 2, 400)
    predictions = pd.DataFrame(
        {"is_late": late, "probability": dice.random(400) * 0.5 + late * 0.3, "hour": dice.integers(6, 22, 400)}
    )
    paths = report.draw_plots(predictions, {"rain": 0.1, "wind": 0.02}, tmp_path)
    page = report.write_report(tmp_path, "A <title>", "It works.", {"Scores": [{"auc": 0.7}], "None": []}).read_text()
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert all(f'src="{path.name}"' in page for path in paths)
    assert "A &lt;title&gt;" in page
