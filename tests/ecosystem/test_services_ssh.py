"""The SSH and SFTP providers against a server that runs commands and keeps files, unmodified."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.sftp.hooks.sftp import SFTPHook, SFTPHookAsync
from airflow.providers.sftp.operators.sftp import SFTPOperator
from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.sftp.triggers.sftp import SFTPTransferTrigger, SFTPTrigger
from airflow.providers.ssh.hooks.ssh import SSHHook, SSHHookAsync
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator
from airflow.providers.ssh.triggers.ssh_remote_job import SSHRemoteJobTrigger

from support.connections import connection
from support.dag_files import run_dag_file
from support.ssh_server import SshServer, ssh_server

EXECUTES = [
    SSHOperator, SSHRemoteJobOperator, SSHHook, SSHHookAsync, SSHRemoteJobTrigger,
    SFTPOperator, SFTPSensor, SFTPHook, SFTPHookAsync, SFTPTrigger, SFTPTransferTrigger,
]  # fmt: skip
DEFERS = [SSHRemoteJobOperator, SFTPOperator, SFTPSensor]

FILE = Path(__file__).parent / "services_dags/shell.py"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SshServer]:
    """The server, and connections to it; one with a wrong password."""
    root = tmp_path / "box"
    root.mkdir()
    (root / "greeting.txt").write_text("good day")
    (tmp_path / "here.txt").write_text("carried")
    with ssh_server(root) as box:
        who = {"login": box.login, "password": box.password}
        extra = {"host_key": box.host_key, "look_for_keys": "false"}
        monkeypatch.setenv("AIRFLOW_CONN_BOX", connection("ssh", box.port, **who, extra=extra))
        monkeypatch.setenv("AIRFLOW_CONN_BOX_FILES", connection("sftp", box.port, **who, extra=extra))
        stranger = connection("ssh", box.port, login="eve", password="guess", extra=extra)
        monkeypatch.setenv("AIRFLOW_CONN_BOX_OF_A_STRANGER", stranger)
        yield box


def test_commands_run_on_the_other_machine(box: SshServer):
    result = run_dag_file(FILE, "shell", {"name": "ada"})
    assert result.states == {
        "command": "success", "skipped": "skipped", "by_hook": "success", "by_asynchronous_hook": "success"
    }  # fmt: skip
    assert base64.b64decode(result.xcom("command")).decode() == f"hello ada\n{box.root}\n"
    assert result.xcom("command", "ssh_exit") == 0
    assert result.xcom("by_hook") == "good day"
    assert list(result.xcom("by_asynchronous_hook")) == [0, "from afar\n"]
    assert "echo hello ada; pwd" in box.commands


def test_files_go_there_are_waited_for_and_come_back(box: SshServer, tmp_path: Path):
    result = run_dag_file(FILE, "files", {"folder": str(tmp_path)})
    assert set(result.states.values()) == {"success"}, result.states
    assert (tmp_path / "back.txt").read_text() == "carried"
    assert result.xcom("listed") == result.xcom("listed_asynchronously") == ["there.txt"]
    assert not (box.root / "in/deep/there.txt").exists()


def test_jobs_and_transfers_are_watched_without_a_worker(box: SshServer, tmp_path: Path):
    result = run_dag_file(FILE, "shell_deferred", {"folder": str(tmp_path)})
    assert set(result.states.values()) == {"success"}, result.states
    assert (box.root / "job.txt").read_text() == "done\n"
    assert (box.root / "arrived.txt").read_text() == "carried"
    assert not list((tmp_path / "jobs").iterdir()), "the job's folder was to be cleaned up"


def test_failures_are_told_in_the_words_of_the_provider(box: SshServer, tmp_path: Path):
    result = run_dag_file(FILE, "shell_fails", {"folder": str(tmp_path)})
    assert set(result.states.values()) == {"failed"}
    assert "SSH operator error: exit status = 3" in (result.task("exit_code").error or "")
    assert "AuthenticationException" in (result.task("stranger").error or "")
    assert "Remote job failed with exit code: 4" in (result.task("job").error or "")
    assert "No such file" in (result.task("get").error or "")
