"""A folder of DAG files as people keep them, with plugins and a zip file, run on a server: what comes of each DAG."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

from support.golden import DATE, FOLDER
from support.server import Server

__all__ = ["EXPECTED", "FAILED_RUNS", "run_public_folder"]

SOURCE = FOLDER / "public_folder"
PARTS = ("dags", "plugins", "config")
CONNECTION = "postgres://u:p%40ss@db.example:5433/shop?k=v"

Expected = tuple[dict[str, str], dict[str, Any]]
# DAG -> instances that do not end in success, and values that tasks return
EXPECTED: dict[str, Expected] = {
    "tutorial_old": ({}, {"templated": "Parameter I passed in"}),
    # its start date is days_ago(2): a run of an earlier date is beside its time
    "python_ctx": (
        dict.fromkeys(
            ("print_the_context", *(f"{task}_{n}" for n in range(3) for task in ("sleep_for", "end"))), "skipped"
        ),
        {},
    ),
    "branch": ({"group_x.branch_b": "skipped", "false_1": "skipped", "false_2": "skipped"}, {}),
    "taskflow_etl": ({"no": "skipped"}, {"load": 1236.7, "tg.inner": 1237.7, "shout": "HELLO"}),
    "loop_1": ({}, {"hello_world": 1}),
    "loop_3": ({}, {"hello_world": 3}),
    "client_acme": ({}, {"copy[0]": "a of 2", "copy[1]": "b of 2"}),
    "client_umbrella": ({}, {"copy[0]": "c of 1"}),
    "factory": (
        {},
        {"a": "factory|select '2026-01-05' as d, 3", "b": "factory|select '2026-01-05' as d, 3 factory dflt"},
    ),
    "plugins": ({}, {"hello": "Hello BOB!", "count": "counted"}),
    "sensors": ({}, {}),
    "producer": ({}, {"make": 1}),
    "consumer": ({}, {}),
    "either": ({}, {"use": "ok"}),
    "xcom": ({}, {"puller": {"a": "b"}, "native": ["dict", {"a": "b"}], "bash": "ABC cba b"}),
    "mapping": (
        {},
        {"total": 33, "total2": 6, "add__1[1]": 7, "echo[1]": "b", "combine[2]": "2-4", "proc.dbl[2]": 4},
    ),
    "setup_teardown": ({"delete": "failed"}, {"work": "cluster!"}),
    "callbacks": ({"skip": "skipped", "after": "skipped", "fail": "failed"}, {}),
    "subclasses": ({}, {"wait": "done", "say": "SAY DONE"}),
    "conn_var_staging": (
        {},
        {"use": ["db.example", 5433, "u", "p@ss", "shop", "v", CONNECTION, "d2"]},
    ),
    "raw": ({}, {"raw": {"a": 1}}),
    "clean": ({}, {"clean": "ok"}),
    "multi": ({}, {"multi": 2}),
    "alias": ({}, {}),
    "virtual": ({"skipped": "skipped"}, {"ext": {"x": 3, "pid": True}, "wait": 5, "runs": "ran"}),
    **{f"timetable_{number}": ({}, {}) for number in range(8)},
    "misc": ({"inner.a": "skipped"}, {"b": {"x": 1}, "c": ["misc", "True", 1, True, True, "PythonOperator"]}),
    "zipped": ({}, {"t": 42}),
}
FAILED_RUNS = {"callbacks"}


def run_public_folder(home: Path) -> dict[str, Any]:
    """DAG -> its state, the instances that did not succeed, and what tasks returned; `import errors` by file."""
    for part in PARTS:
        shutil.copytree(SOURCE / part, home / part)
    with ZipFile(home / "dags" / "packaged.zip", "w") as package:
        for file in sorted((SOURCE / "packaged").rglob("*.py")):
            package.write(file, file.relative_to(SOURCE / "packaged").as_posix())
    env = {"AIRFLOW_CONN_SVC": CONNECTION, "PYTHONWARNINGS": "ignore", "TRADEWIND__PARSING__TIMEOUT_S": "120"}
    with Server(home, home / "dags", env=env, start_timeout_s=120) as server:
        server.wait_dags(set(EXPECTED), timeout_s=120)
        errors = server.get("/importErrors?limit=100")["import_errors"]
        runs = {}
        for dag_id in EXPECTED:
            server.request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
            runs[dag_id] = server.trigger(dag_id, logical_date=DATE)
        found: dict[str, Any] = {dag_id: _outcome(server, dag_id, run_id) for dag_id, run_id in runs.items()}
        return found | {"import errors": {one["filename"]: one["stack_trace"] for one in errors}}


def _outcome(server: Server, dag_id: str, run_id: str) -> tuple[str, dict[str, str], dict[str, Any]]:
    state = server.wait_run(dag_id, run_id, timeout_s=120)["state"]
    others = {name.removesuffix("[-1]"): end for name, end in server.states(dag_id, quote(run_id)).items()}
    at = f"/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances"
    values: dict[str, Any] = {}
    for task in EXPECTED[dag_id][1]:
        name, _, index = task.removesuffix("]").partition("[")
        entry = f"{at}/{name}/xcomEntries/return_value?map_index={index or -1}"
        values[task] = server.request("GET", f"/api/v2{entry}", ok=False).get("value")
    return state, {name: end for name, end in others.items() if end != "success"}, values
