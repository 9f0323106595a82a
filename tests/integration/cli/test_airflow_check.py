"""`tradewind airflow check` on folders: what is imported, what is told, the exit code, and how fast it is."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path
from textwrap import dedent

import pytest

from support.command_line import CommandLine

GOOD = "from airflow.sdk import DAG, task\nwith DAG('good'):\n    @task\n    def a(): ...\n    a()\n"
OLD = dedent("""\
    from airflow import DAG
    from airflow.operators.bash import BashOperator
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
    with DAG('old', schedule_interval='@daily'):
        BashOperator(task_id='a', bash_command='echo {{ execution_date }}')
    """)


def _verdicts(tradewind: CommandLine, *words: str, expect: int) -> dict[str, str]:
    outcome = tradewind("airflow", "check", *words, "--output", "json", expect=expect)
    return {report["file"]: report["verdict"] for report in outcome.json()["files"]}


def test_files_are_told_one_by_one_with_lines_codes_and_fixes(tradewind: CommandLine) -> None:
    (tradewind.dags / "good.py").write_text(GOOD)
    (tradewind.dags / "old.py").write_text(OLD)
    outcome = tradewind("airflow", "check", str(tradewind.dags), expect=1)
    assert "✓ good.py: runs  (good)" in outcome.out
    assert "✗ old.py: not supported  (old)" in outcome.out
    assert "old.py:4 TW101 DAG(..., schedule_interval=)\n        → write `schedule=`" in outcome.out
    assert "2 files: 1 runs, 1 has something that is not supported" in outcome.out
    assert "1. tradewind providers add snowflake\n" in outcome.out


def test_a_folder_that_runs_ends_with_0(tradewind: CommandLine) -> None:
    (tradewind.dags / "good.py").write_text(GOOD)
    assert _verdicts(tradewind, str(tradewind.dags), expect=0) == {"good.py": "runs"}
    assert _verdicts(tradewind, str(tradewind.dags / "good.py"), expect=0) == {"good.py": "runs"}


def test_json_has_all_that_the_text_has(tradewind: CommandLine) -> None:
    (tradewind.dags / "old.py").write_text(OLD)
    told = tradewind("airflow", "check", str(tradewind.dags), "-o", "json", expect=1).json()
    [report] = told["files"]
    finding = next(one for one in report["findings"] if one["code"] == "TW101")
    assert finding == {
        "code": "TW101", "level": "not supported", "line": 4, "message": "DAG(..., schedule_interval=)",
        "meaning": "The schedule of a DAG is given as `schedule`, as in Airflow 3.", "fix": "write `schedule=`",
        "found": "schedule_interval=", "replacement": "schedule=",
    }  # fmt: skip
    assert told["summary"]["commands"] == ["tradewind providers add snowflake"]
    assert told["summary"]["codes"]["TW202"] == 1
    assert told["summary"]["supported"] is False


def test_quiet_shows_only_what_keeps_files_from_running(tradewind: CommandLine) -> None:
    (tradewind.dags / "good.py").write_text(GOOD)
    (tradewind.dags / "old.py").write_text(OLD)
    outcome = tradewind("airflow", "check", str(tradewind.dags), "--quiet", expect=1)
    assert "good.py" not in outcome.out
    assert "TW110" not in outcome.out
    assert "TW112" not in outcome.out
    assert "TW101" in outcome.out


def test_what_the_text_did_not_tell_an_import_does(tradewind: CommandLine) -> None:
    (tradewind.dags / "fails.py").write_text("from airflow import DAG\nx = 1\ny = x / 0\n")
    (tradewind.dags / "exits.py").write_text("from airflow import DAG\nimport os\nos._exit(3)\n")
    told = tradewind("airflow", "check", str(tradewind.dags), "-o", "json", expect=1).json()
    found = {report["file"]: [(one["code"], one["line"]) for one in report["findings"]] for report in told["files"]}
    assert found == {"exits.py": [("TW003", 1)], "fails.py": [("TW003", 3)]}


def test_static_runs_nothing_of_the_files(tradewind: CommandLine) -> None:
    trace = tradewind.home.parent / "trace"
    (tradewind.dags / "a.py").write_text(
        f"from airflow import DAG\nopen({str(trace)!r}, 'w')\nDAG('a', schedule=None)\nimport no_such_package\n"
    )
    assert _verdicts(tradewind, str(tradewind.dags), "--static", expect=0) == {"a.py": "runs"}
    assert not trace.exists()
    assert _verdicts(tradewind, str(tradewind.dags), expect=1) == {"a.py": "needs a package"}
    assert trace.exists()


def test_a_finding_of_the_text_is_not_told_again_by_the_import(tradewind: CommandLine) -> None:
    (tradewind.dags / "old.py").write_text("from airflow import DAG\nDAG(\n    'a',\n    schedule_interval=None,\n)\n")
    told = tradewind("airflow", "check", str(tradewind.dags), "-o", "json", expect=1).json()
    assert [one["code"] for one in told["files"][0]["findings"]] == ["TW101"]


def test_a_variable_that_the_file_reads_is_taken_over_first(tradewind: CommandLine) -> None:
    (tradewind.dags / "a.py").write_text(
        "from airflow.sdk import DAG, Variable\ndag = DAG('a_' + Variable.get('region'))\n"
    )
    told = tradewind("airflow", "check", str(tradewind.dags), "-o", "json", expect=1).json()
    assert [one["code"] for one in told["files"][0]["findings"]] == ["TW007"]
    assert "tradewind airflow import" in told["summary"]["commands"][0]
    tradewind("variables", "set", "region", "north")
    told = tradewind("airflow", "check", str(tradewind.dags), "-o", "json").json()
    assert told["files"][0]["dags"] == ["a_north"]


def test_airflowignore_is_heeded_in_both_syntaxes(tradewind: CommandLine) -> None:
    (tradewind.dags / "good.py").write_text(GOOD)
    (tradewind.dags / "drafts").mkdir()
    (tradewind.dags / "drafts" / "bad.py").write_text("(")
    (tradewind.dags / ".airflowignore").write_text("drafts/\n")
    assert _verdicts(tradewind, str(tradewind.dags), expect=0) == {"good.py": "runs"}
    (tradewind.dags / ".airflowignore").write_text("draft.*\\.py\n")
    assert _verdicts(tradewind, str(tradewind.dags), expect=1) == {
        ".airflowignore": "runs differently", "drafts/bad.py": "not supported", "good.py": "runs",
    }  # fmt: skip
    (tradewind.dags / ".airflowignore").write_text("drafts\n")
    assert _verdicts(tradewind, str(tradewind.dags), "--ignore-syntax", "regexp", expect=0) == {"good.py": "runs"}


def test_a_whole_airflow_home_is_understood(tradewind: CommandLine, tmp_path: Path) -> None:
    home = tmp_path / "airflow"
    (home / "dags").mkdir(parents=True)
    (home / "plugins").mkdir()
    (home / "airflow.cfg").write_text("[core]\nparallelism = 4\n")
    (home / "requirements.txt").write_text("apache-airflow==2.10.0\n")
    (home / "plugins" / "house.py").write_text("SIZE = 1\n")
    (home / "dags" / "a.py").write_text("from airflow.sdk import DAG\nimport house\nDAG('a')\n")
    told = tradewind("airflow", "check", str(home), "-o", "json").json()
    assert {Path(report["file"]).name: report["verdict"] for report in told["files"]} == {
        "a.py": "runs", "airflow.cfg": "runs", "requirements.txt": "runs differently",
    }  # fmt: skip
    assert told["settings"] == {"executor": {"parallelism": 4}}
    assert "[executor]\n    parallelism = 4" in tradewind("airflow", "check", str(home)).out


def test_an_archive_is_checked_as_a_folder_is(tradewind: CommandLine, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "dags.zip", "w") as archive:
        archive.writestr("good.py", GOOD)
        archive.writestr("team/old.py", OLD)
    assert _verdicts(tradewind, str(tmp_path / "dags.zip"), expect=1) == {
        "dags.zip/good.py": "runs", "dags.zip/team/old.py": "not supported",
    }  # fmt: skip


def test_an_archive_among_the_dags_has_its_own_modules(tradewind: CommandLine) -> None:
    folder = tradewind.home.parent / "zipped"
    folder.mkdir()
    with zipfile.ZipFile(folder / "bundle.zip", "w") as archive:
        archive.writestr("dag_file.py", "from airflow import DAG\nimport parts, nowhere_at_all\nDAG('zipped')\n")
        archive.writestr("parts/__init__.py", "")
    result = tradewind("airflow", "check", str(folder), expect=1)
    assert "the package of `nowhere_at_all` is not installed" in result.out
    assert "`parts`" not in result.out


def test_templates_beside_the_dags_are_checked(tradewind: CommandLine) -> None:
    (tradewind.dags / "load.sql").write_text("select *\nfrom t\nwhere day = '{{ yesterday_ds }}'\n")
    (tradewind.dags / "fine.sql").write_text("select '{{ ds }}'\n")
    told = tradewind("airflow", "check", str(tradewind.dags), "-o", "json", expect=1).json()
    assert [(report["file"], report["findings"][0]["line"]) for report in told["files"]] == [("load.sql", 3)]


def test_files_for_airflow_3_are_not_told_what_changed_since_2(tradewind: CommandLine) -> None:
    text = "from airflow import DAG\nDAG('a', schedule='@daily', start_date=None)\n"
    (tradewind.dags / "a.py").write_text(text)
    assert _verdicts(tradewind, str(tradewind.dags), expect=0) == {"a.py": "runs differently"}
    assert _verdicts(tradewind, str(tradewind.dags), "--from", "3", expect=0) == {"a.py": "runs"}


def test_a_path_that_is_not_there_is_said(tradewind: CommandLine) -> None:
    assert "does not exist" in tradewind("airflow", "check", "/no/such/place", expect=2).err


@pytest.mark.slow
def test_a_thousand_files_are_read_in_seconds(tradewind: CommandLine) -> None:
    text = OLD + "\n".join(
        f"def f{n}(ti, **context):\n    return context['x{n}'] + ti.xcom_pull(task_ids='a')" for n in range(40)
    )
    for number in range(1000):
        (tradewind.dags / f"d{number}.py").write_text(text)
    began = time.monotonic()
    outcome = tradewind("airflow", "check", str(tradewind.dags), "--static", "-o", "json", expect=1)
    assert len(json.loads(outcome.out)["files"]) == 1000
    assert time.monotonic() - began < 60  # some seconds where nothing else runs
