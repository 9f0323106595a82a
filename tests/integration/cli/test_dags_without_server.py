"""DAGs and their runs, looked at and asked for while no server runs."""

from __future__ import annotations

import json


def test_dags_are_listed_after_their_files_were_read(with_dags) -> None:
    rows = with_dags("dags", "list", "-o", "json").json()
    assert {row["dag_id"]: row["is_paused"] for row in rows} == {"orders": True, "by_hand": True}
    assert with_dags("dags", "list", "-o", "plain", "--columns", "dag_id").out.split() == [
        "dag_id",
        "by_hand",
        "orders",
    ]
    assert "no column 'colour'" in with_dags("dags", "list", "--columns", "colour", expect=2).err


def test_an_empty_home_says_how_to_get_dags(tradewind) -> None:
    assert "dags reserialize" in tradewind("dags", "list").err


def test_a_broken_file_is_listed_with_its_error_and_hurts_no_other(with_dags) -> None:
    (with_dags.dags / "broken.py").write_text("# dag tradewind\nraise ValueError('not today')\n")
    read = with_dags("dags", "reserialize", expect=1)
    assert "broken.py: ValueError: not today" in read.err
    [error] = with_dags("dags", "list-import-errors", "-o", "json", expect=1).json()
    assert "not today" in error["error"]
    assert len(with_dags("dags", "list", "-o", "json").json()) == 2


def test_a_dag_is_shown_with_its_tasks(with_dags, tmp_path) -> None:
    tree = with_dags("dags", "show", "orders").out
    assert tree.index("extract") < tree.index("double") < tree.index("done")
    with_dags("dags", "show", "orders", "--save", str(tmp_path / "g.dot"))
    assert '"extract" -> "double";' in (tmp_path / "g.dot").read_text()
    assert with_dags("tasks", "list", "orders").out.split() == ["done", "double", "extract"]
    details = with_dags("dags", "details", "orders", "-o", "json").json()
    assert details["timetable_summary"] == "0 9 * * *"


def test_the_next_runs_follow_the_schedule(with_dags) -> None:
    with_dags("dags", "unpause", "orders")
    found = with_dags("dags", "next-execution", "orders", "-n", "3", "--field", "run_after")
    hours = [line[11:16] for line in found.out.split()]
    assert hours == ["09:00", "09:00", "09:00"]
    days = [line[:10] for line in found.out.split()]
    assert len(set(days)) == 3
    assert "no more runs" in with_dags("dags", "next-execution", "by_hand").err


def test_dags_are_paused_by_a_pattern_after_a_question(with_dags) -> None:
    rows = with_dags("dags", "unpause", "b.*|o.*", "--treat-dag-id-as-regex", "-y", "-o", "json").json()
    assert {row["dag_id"]: row["is_paused"] for row in rows} == {"orders": False, "by_hand": False}
    assert "Stopped." in with_dags("dags", "pause", ".*", "--treat-dag-id-as-regex", expect=130).err
    assert "matches" in with_dags("dags", "pause", "x.*", "--treat-dag-id-as-regex", "-y", expect=3).err


def test_a_run_asked_for_without_a_server_waits_for_one(with_dags) -> None:
    asked = with_dags("dags", "trigger", "orders", "-r", "mine", "-c", '{"rows": 2}', "-l", "2026-02-01", "-o", "json")
    assert "stays queued" in asked.err
    assert asked.json()[0]["state"] == "queued"
    assert with_dags("dags", "state", "orders", "mine").out == 'queued, {"rows": 2}\n'
    assert with_dags("dags", "state", "orders", "2026-02-01").out == 'queued, {"rows": 2}\n'
    [run] = with_dags("dags", "list-runs", "orders", "-o", "json").json()
    assert (run["run_id"], run["state"]) == ("mine", "queued")
    assert with_dags("dags", "list-runs", "orders", "--state", "failed", "-o", "json").json() == []
    assert "mine" in with_dags("dags", "trigger", "orders", "-r", "mine", expect=4).err


def test_a_run_with_a_wrong_param_is_refused_by_its_name(with_dags) -> None:
    refused = with_dags("dags", "trigger", "orders", "-c", '{"rows": "many"}', expect=2)
    assert "rows" in refused.err


def test_an_unknown_dag_is_told_as_such(with_dags) -> None:
    for words in (
        ("dags", "details", "x"),
        ("dags", "trigger", "x"),
        ("tasks", "list", "x"),
        ("dags", "state", "x", "2026-01-01"),
    ):
        assert "x" in with_dags(*words, expect=3).err


def test_a_dag_is_deleted_after_a_question(with_dags) -> None:
    assert "Stopped." in with_dags("dags", "delete", "orders", expect=130).err
    with_dags("dags", "delete", "orders", "-y", expect=None)


def test_a_dag_is_tested_in_this_process_and_shown_as_json(with_dags) -> None:
    result = with_dags("dags", "test", "orders", "2026-01-05", "-o", "json").json()
    assert result["file"] == "orders.py"
    run = result["dags"]["orders"]
    assert run["state"] == "success"
    assert run["run_type"] == "manual"
    assert run["tis"] == {
        "extract[-1]": "success",
        "double[0]": "success",
        "double[1]": "success",
        "double[2]": "success",
        "done[-1]": "success",
    }
    assert ["done", -1, "return_value", "2026-01-05"] in run["xcoms"]


def test_a_file_is_tested_with_all_its_dags_and_conf(with_dags) -> None:
    result = with_dags(
        "dags", "test", "--file", str(with_dags.dags / "orders.py"), "--conf", '{"by": 4, "rows": 1}', "-o", "json"
    ).json()
    assert {dag_id: run["state"] for dag_id, run in result["dags"].items()} == {
        "orders": "success",
        "by_hand": "success",
    }
    assert ["divide", -1, "return_value", 0.25] in result["dags"]["by_hand"]["xcoms"]


def test_a_failed_test_leads_with_the_users_error(with_dags) -> None:
    failed = with_dags("dags", "test", "by_hand", expect=1)
    headline = next(line for line in failed.err.splitlines() if line.startswith("✗"))
    assert headline == "✗ divide: ZeroDivisionError: division by zero"


def test_a_file_that_can_not_be_imported_is_part_of_the_result(tradewind) -> None:
    file = tradewind.dags / "cannot_import.py"
    file.write_text("import no_such_module_anywhere\n")
    result = tradewind("dags", "test", "--file", str(file), "-o", "json", expect=1)
    assert "no_such_module_anywhere" in json.loads(result.out)["import_errors"]["cannot_import.py"]
    assert "no_such_module_anywhere" in tradewind("run", str(file), expect=2).err


def test_files_that_can_not_be_imported_are_named_when_a_dag_is_not_found(with_dags) -> None:
    (with_dags.dags / "typo.py").write_text("from tradewind import DAG\nDAG('x', schedule='bad cron')\n")
    result = with_dags("dags", "test", "nope", expect=3)
    assert "typo.py: the schedule can't be understood" in result.err


def test_one_task_is_tested_without_the_others(with_dags) -> None:
    tested = with_dags("tasks", "test", "orders", "done", "2026-01-05")
    assert tested.out.splitlines()[-1] == "2026-01-05"
    assert with_dags("tasks", "test", "by_hand", "divide", expect=1).err.count("ZeroDivisionError") >= 1
    assert "it has divide" in with_dags("tasks", "test", "by_hand", "nope", expect=3).err


def test_a_file_is_run_and_the_run_recorded(with_dags) -> None:
    ran = with_dags("run", str(with_dags.dags / "orders.py"), "--dag-id", "orders", "-l", "2026-03-01")
    assert "the run ended: success" in ran.err
    [run] = with_dags("dags", "list-runs", "orders", "-o", "json").json()
    assert run["state"] == "success"
    states = with_dags("tasks", "states-for-dag-run", "orders", run["run_id"], "-o", "json").json()
    assert {row["state"] for row in states} == {"success"}
    assert with_dags("tasks", "state", "orders", "double", "2026-03-01", "--map-index", "1").out == "success\n"
    assert "2026-03-01" in with_dags("tasks", "render", "orders", "done", run["run_id"]).out


def test_a_file_whose_run_fails_ends_with_one_and_the_users_error(with_dags) -> None:
    failed = with_dags("run", str(with_dags.dags / "orders.py"), "--dag-id", "by_hand", expect=1)
    assert "✗ divide: ZeroDivisionError: division by zero" in failed.err
    assert "several DAGs" in with_dags("run", str(with_dags.dags / "orders.py"), expect=3).err


def test_a_home_that_can_not_be_made_is_told_by_its_path(tradewind, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    refused = tradewind("--home", str(tmp_path / "file" / "home"), "dags", "list", expect=1)
    assert refused.err == f"Error: {tmp_path / 'file' / 'home'}: Not a directory\n"
