"""What the SSH and SFTP providers bring: commands and files of another machine; waiting for them, also deferred."""

from __future__ import annotations

from airflow.providers.sftp.hooks.sftp import SFTPHook, SFTPHookAsync
from airflow.providers.sftp.operators.sftp import SFTPOperator
from airflow.providers.sftp.sensors.sftp import SFTPSensor
from airflow.providers.ssh.hooks.ssh import SSHHook, SSHHookAsync
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator
from airflow.sdk import DAG, task

BOX = {"ssh_conn_id": "box"}
FOLDER = "{{ dag_run.conf['folder'] }}"

with DAG("shell", schedule=None):
    SSHOperator(task_id="command", command="echo hello {{ dag_run.conf['name'] }}; pwd", **BOX)
    SSHOperator(task_id="skipped", command="exit 99", skip_on_exit_code=99, **BOX)

    @task
    def by_hook():
        """The hook's own client."""
        with SSHHook("box").get_conn() as client:
            return client.exec_command("cat greeting.txt")[1].read().decode()

    @task
    async def by_asynchronous_hook():
        """The hook that triggers use."""
        return (await SSHHookAsync("box").run_command("echo from afar"))[:2]

    by_hook() >> by_asynchronous_hook()

with DAG("files", schedule=None):
    put = SFTPOperator(
        task_id="put", local_filepath=f"{FOLDER}/here.txt", remote_filepath="/in/deep/there.txt",
        operation="put", create_intermediate_dirs=True, **BOX,
    )  # fmt: skip
    wait = SFTPSensor(
        task_id="wait", sftp_conn_id="box_files", path="/in/deep", file_pattern="*.txt", poke_interval=0.05, timeout=90
    )
    get = SFTPOperator(
        task_id="get", local_filepath=f"{FOLDER}/back.txt", remote_filepath="/in/deep/there.txt", operation="get", **BOX
    )

    @task
    def listed():
        """The hook, found by the connection's type."""
        return SFTPHook.get_hook("box_files").list_directory("/in/deep")

    @task
    async def listed_asynchronously():
        """The hook that triggers use."""
        return sorted(set(await SFTPHookAsync("box_files").list_directory("/in/deep")) - {".", ".."})

    delete = SFTPOperator(task_id="delete", remote_filepath="/in/deep/there.txt", operation="delete", **BOX)
    put >> wait >> get >> listed() >> listed_asynchronously() >> delete

with DAG("shell_deferred", schedule=None):
    SSHRemoteJobOperator(
        task_id="job", command="sh -c 'echo working; sleep 0.3; echo done > job.txt'", poll_interval=1,
        remote_base_dir=f"{FOLDER}/jobs", cleanup="on_success", **BOX,
    )  # fmt: skip
    SFTPOperator(
        task_id="put", local_filepath=f"{FOLDER}/here.txt", remote_filepath="/arrived.txt", deferrable=True, **BOX
    )
    SFTPSensor(task_id="wait", sftp_conn_id="box_files", path="/arrived.txt", deferrable=True, poke_interval=0.1)

with DAG("shell_fails", schedule=None):
    SSHOperator(task_id="exit_code", command="echo no >&2; exit 3", **BOX)
    SSHOperator(task_id="stranger", command="true", ssh_conn_id="box_of_a_stranger")
    SSHRemoteJobOperator(
        task_id="job", command="sh -c 'echo broken; exit 4'", poll_interval=1, remote_base_dir=f"{FOLDER}/jobs", **BOX
    )
    SFTPOperator(
        task_id="get", local_filepath=f"{FOLDER}/x", remote_filepath="/no/such", operation="get", deferrable=True, **BOX
    )
