"""The three models, the split in time, and their scores: the same functions select features, train, and evaluate."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from flight_delays.choices import SEED, TARGET

__all__ = [
    "Periods",
    "build_model",
    "fit",
    "importance",
    "parameters",
    "part",
    "periods",
    "probabilities",
    "quick_model",
    "scores",
]


# One thread a task: the mapped tasks keep the cores busy together, and threads of several that wait for each other on the
# same cores are slower than one alone, by far.
THREADS = 1


@dataclass(frozen=True, slots=True)
class Periods:
    """Where time is cut: learn before `validate_from`, choose before `test_from`, judge from there to the end."""

    first: pd.Timestamp
    validate_from: pd.Timestamp
    test_from: pd.Timestamp
    last: pd.Timestamp

    def as_text(self) -> dict[str, str]:
        """The dates in ISO form, for reports and model cards."""
        return {name: value.date().isoformat() for name, value in asdict(self).items()}


def periods(frame: pd.DataFrame, validate: float = 0.15, test: float = 0.15) -> Periods:
    """Cut the days of the frame: the last share to test on, the one before it to choose by, the rest to learn from."""
    days = np.sort(frame["day"].unique())
    count = len(days)
    cuts = days[int(count * (1 - validate - test))], days[int(count * (1 - test))]
    return Periods(*(pd.Timestamp(day) for day in (days[0], *cuts, days[-1])))


def part(frame: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp | None = None) -> pd.DataFrame:
    """The rows that have a label, of days from `start` up to but not including `end`."""
    inside = (frame["day"] >= start) & frame[TARGET].notna()
    return frame[inside if end is None else inside & (frame["day"] < end)]


def build_model(name: str, seed: int = SEED) -> Pipeline:
    """A new, untrained model.

    Raises:
        ValueError: no model of this name.
    """
    match name:
        case "logistic_regression":
            line = LogisticRegression(C=0.1, max_iter=300, random_state=seed)
            steps = (SimpleImputer(strategy="median"), StandardScaler(), line)
        case "extra_trees":
            trees = ExtraTreesClassifier(
                60,
                min_samples_leaf=8,
                max_features=0.3,
                bootstrap=True,
                max_samples=0.25,
                n_jobs=THREADS,
                random_state=seed,
            )
            steps = (SimpleImputer(strategy="median"), trees)
        case "gradient_boosting":
            steps = (_boosting(100, 0.08, seed),)
        case _:
            raise ValueError(f"no model {name!r}")
    return make_pipeline(*steps)


def quick_model(seed: int = SEED) -> Pipeline:
    """A small model that tells good features from poor ones in a few seconds."""
    return make_pipeline(_boosting(60, 0.12, seed))


def _boosting(rounds: int, rate: float, seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=rounds, learning_rate=rate, max_leaf_nodes=31, min_samples_leaf=200, l2_regularization=1.0,
        early_stopping=False, random_state=seed,
    )  # fmt: skip


def parameters(model: Pipeline) -> dict[str, Any]:
    """What the estimator at the end of the pipeline was made with."""
    return dict(model[-1].get_params())


def fit(model: Pipeline, rows: pd.DataFrame, columns: Sequence[str]) -> float:
    """Train in place and return the seconds that it took."""
    began = time.perf_counter()
    with threadpool_limits(THREADS):
        model.fit(rows[list(columns)].to_numpy(), rows[TARGET].to_numpy())
    return round(time.perf_counter() - began, 2)


def probabilities(model: Pipeline, rows: pd.DataFrame, columns: Sequence[str]) -> Any:
    """For each row the probability that the flight arrives late."""
    with threadpool_limits(THREADS):
        return model.predict_proba(rows[list(columns)].to_numpy())[:, 1]


def scores(label: Any, probability: Any) -> dict[str, float]:
    """How good the probabilities are: AUC (order), Brier score and log loss (calibration), and the share of late flights."""
    return {
        "auc": round(float(roc_auc_score(label, probability)), 4),
        "brier": round(float(brier_score_loss(label, probability)), 4),
        "log_loss": round(float(log_loss(label, probability)), 4),
        "late_share": round(float(np.mean(label)), 4),
        "rows": len(label),
    }


def importance(model: Pipeline, rows: pd.DataFrame, columns: Sequence[str], sample: int = 6000) -> dict[str, float]:
    """Feature -> how much AUC is lost when its values are shuffled among the rows of a sample."""
    dice = np.random.default_rng(SEED)
    chosen = rows.sample(min(sample, len(rows)), random_state=SEED)
    label = chosen[TARGET]
    whole = roc_auc_score(label, probabilities(model, chosen, columns))
    found: dict[str, float] = {}
    for column in columns:
        shuffled = chosen.assign(**{column: dice.permutation(chosen[column].to_numpy())})
        found[column] = round(float(whole - roc_auc_score(label, probabilities(model, shuffled, columns))), 5)
    return found
