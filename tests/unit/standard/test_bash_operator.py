"""Bash: output, exit codes, environment, folders, and the end of a command that is killed."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.attempts import Bench
from tradewind import DAG, task
from tradewind.providers.standard.hooks.subprocess import SubprocessHook
from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.providers.standard.sensors.bash import BashSensor


def run(command, kind=BashOperator, **kwargs):
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        kind(task_id="sh", bash_command=command, **kwargs)
    bench = Bench(dag)
    ended = bench.run("sh")
    return ended, bench.pushed(ended).get("return_value")


def test_the_last_line_is_the_value_and_all_lines_are_logged(caplog):
    caplog.set_level("INFO", logger="tradewind.task")
    ended, value = run("echo first; echo second >&2; echo last")
    assert (ended.outcome, value) == ("success", "last")
    assert [m for m in caplog.messages if m in {"first", "second", "last"}] == ["first", "second", "last"]


def test_a_failing_command_fails():
    ended, _ = run("echo words; exit 3")
    assert ended.outcome == "failed"
    assert "non-zero exit code 3" in ended.reason


@pytest.mark.parametrize(
    ("code", "skip_on", "outcome"),
    [(99, 99, "skipped"), (7, [7, 8], "skipped"), (99, None, "failed"), (1, 99, "failed")],
)
def test_exit_codes_that_mean_skip(code, skip_on, outcome):
    assert run(f"exit {code}", skip_on_exit_code=skip_on)[0].outcome == outcome


def test_templates_in_the_command_and_facts_in_the_environment():
    assert run("echo {{ ti.task_id }} {{ ds }} $AIRFLOW_CTX_TASK_ID")[1] == "sh 2026-01-05 sh"


def test_an_own_environment_replaces_that_of_the_process(monkeypatch):
    monkeypatch.setenv("OUTER", "o")
    assert run("echo [$OUTER] [$INNER]", env={"INNER": "{{ ds }}"})[1] == "[] [2026-01-05]"
    assert run("echo [$OUTER] [$INNER]", env={"INNER": "i"}, append_env=True)[1] == "[o] [i]"


def test_a_folder_to_run_in(tmp_path):
    assert run("pwd", cwd=str(tmp_path))[1] == str(tmp_path)
    assert "Can not find the cwd" in run("pwd", cwd=str(tmp_path / "none"))[0].reason
    (tmp_path / "file").touch()
    assert "must be a directory" in run("pwd", cwd=str(tmp_path / "file"))[0].reason


def test_without_a_folder_it_runs_in_an_empty_one_that_is_removed():
    ended, folder = run("touch x; pwd")
    assert ended.outcome == "success"
    assert not Path(folder).exists()


def test_a_processor_makes_the_value():
    assert run("echo 41", output_processor=lambda line: int(line) + 1)[1] == 42


def test_a_script_of_many_lines_and_of_any_length():
    assert run("x=1\nif [ $x = 1 ]; then\n  echo yes\nfi")[1] == "yes"
    assert run(f"# {'x' * 200_000}\necho long")[1] == "long"


def test_a_script_file_is_rendered(tmp_path):
    (tmp_path / "hello.sh").write_text("echo hello {{ ds }}")
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC), template_searchpath=str(tmp_path)) as dag:
        BashOperator(task_id="sh", bash_command="hello.sh")
    bench = Bench(dag)
    assert bench.pushed(bench.run("sh")) == {"return_value": "hello 2026-01-05"}


def test_output_that_is_not_text_is_escaped():
    assert run(r"printf '\xff\n'")[1] == "\\xff"


def test_a_decorated_function_returns_the_command():
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:

        @task.bash
        def say(word):
            return f"echo {word} {{{{ ds }}}}"

        say("hi")
    bench = Bench(dag)
    assert bench.pushed(bench.run("say")) == {"return_value": "hi 2026-01-05"}


def test_killing_takes_the_children_too(tmp_path):
    hook = SubprocessHook()
    marker = tmp_path / "pid"
    command = ["bash", "-c", f"sleep 60 & echo $! > {marker}; wait"]
    thread = threading.Thread(target=hook.run_command, args=(command,))
    thread.start()
    deadline = time.monotonic() + 30
    while not (marker.exists() and marker.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.005)
    child = int(marker.read_text())
    # Until it has become `sleep` it is a copy of bash, which takes the signal, and forgets it as it becomes another.
    while Path(f"/proc/{child}/comm").read_text() != "sleep\n" and time.monotonic() < deadline:
        time.sleep(0.005)
    hook.send_sigterm()
    thread.join(30)
    assert hook.sub_process.returncode == -signal.SIGTERM
    deadline = time.monotonic() + 30
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.005)
    assert not _is_running(child)


def test_a_program_that_is_to_end_while_it_starts_ends(monkeypatch):
    hook = SubprocessHook()

    class Starting(subprocess.Popen):
        def __init__(self, *words, **options):
            super().__init__(*words, **options)
            hook.send_sigterm()  # by another thread, or by a signal

    monkeypatch.setattr(subprocess, "Popen", Starting)
    assert hook.run_command(["sleep", "60"]).exit_code == -signal.SIGTERM
    monkeypatch.undo()
    assert hook.run_command(["true"]).exit_code == 0


def _is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_bash_sensor_waits_for_exit_code_zero(tmp_path):
    command = f"test -e {tmp_path}/there || {{ touch {tmp_path}/there; exit 1; }}"
    assert run(command, BashSensor, poke_interval=0.01)[0].outcome == "success"


def test_a_bash_sensor_may_know_one_code_that_means_not_yet():
    ended, _ = run("exit 4", BashSensor, poke_interval=0.01, retry_exit_code=3)
    assert (ended.outcome, ended.retryable) == ("failed", False)
