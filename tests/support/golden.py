"""What Airflow itself gave for its example DAGs, and how a run of ours is held against it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Difference", "differences", "golden_runs", "listed_differences"]

FOLDER = Path(__file__).parents[1] / "conformance" / "airflow"
DATE = "2026-01-05T03:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference that is known, with its reason.

    Args:
        what: such as ``state``, ``state of TASK``, ``xcom TASK KEY``; with ``*`` for anything.
        is_chance: it may also not show: the value is random, or is a time.
    """

    what: str
    reason: str
    is_chance: bool


def golden_runs() -> dict[tuple[str, str], dict[str, Any]]:
    """(file, DAG) -> what Airflow gave: ``state``, ``data_interval``, ``tis``, ``xcoms``; or ``error``."""
    content = json.loads((FOLDER / "golden.json").read_text())
    return {(file, dag_id): _expanded(run) for file, dags in content.items() for dag_id, run in dags.items()}


def _expanded(run: dict[str, Any]) -> dict[str, Any]:
    if "error" in run:
        return run
    tis = {name: state for state, names in run["tis"].items() for name in names}
    xcoms = {(name, key): _unordered(key, value) for name, key, value in run.get("xcoms", [])}
    return {"state": run["state"], "data_interval": run["data_interval"], "tis": tis, "xcoms": xcoms}


def listed_differences(way: str) -> dict[str, list[Difference]]:
    """DAG -> what is known to differ when it runs in this way."""
    content = tomllib.loads((FOLDER / "differences.toml").read_text())
    found: dict[str, list[Difference]] = {}
    for one in content["difference"]:
        if way in one.get("ways", [way]):
            known = [Difference(what, one["reason"], bool(one.get("chance"))) for what in one["what"]]
            for dag_id in one["dags"]:
                found.setdefault(dag_id, []).extend(known)
    return found


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs -> what Airflow gave, and what we gave.

    Args:
        expected: one of `golden_runs`.
        found: the shape of `DagResult.as_golden`.
    """
    if "error" in expected or "error" in found:
        pair = expected.get("error"), found.get("error")
        return {} if pair[0] == pair[1] else {"error": pair}
    tis = {name.removesuffix("[-1]"): state for name, state in found["tis"].items()}
    xcoms = {
        (task if index < 0 else f"{task}[{index}]", key): _unordered(key, value)
        for task, index, key, value in found["xcoms"]
    }
    pairs: dict[str, tuple[Any, Any]] = {
        "state": (expected["state"], found["state"]),
        "data_interval": (expected["data_interval"], found["data_interval"]),
    }
    for name in {*expected["tis"], *tis}:
        pairs[f"state of {name}"] = expected["tis"].get(name, "not there"), tis.get(name, "not there")
    for task, key in {*expected["xcoms"], *xcoms}:
        at = task, key
        pairs[f"xcom {task} {key}"] = expected["xcoms"].get(at, "not there"), xcoms.get(at, "not there")
    return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}


def _unordered(key: str, value: Any) -> Any:
    """Which tasks a branch skips is a set, also in Airflow."""
    if key == "skipmixin_key" and isinstance(value, dict):
        return {word: sorted(names) if isinstance(names, list) else names for word, names in value.items()}
    return value
