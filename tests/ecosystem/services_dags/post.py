"""What the FTP, SMTP and IMAP providers bring: files and mail, sent and waited for."""

from __future__ import annotations

import os
import signal

from airflow.providers.ftp.hooks.ftp import FTPHook
from airflow.providers.ftp.operators.ftp import FTPFileTransmitOperator, FTPOperation
from airflow.providers.ftp.sensors.ftp import FTPSensor
from airflow.providers.imap.hooks.imap import ImapHook
from airflow.providers.imap.sensors.imap_attachment import ImapAttachmentSensor
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.sdk import DAG, task

FOLDER = "{{ dag_run.conf['folder'] }}"

with DAG("ftp", schedule=None):
    put = FTPFileTransmitOperator(
        task_id="put", ftp_conn_id="shelf", local_filepath=f"{FOLDER}/here.txt",
        remote_filepath="/new/there.txt", create_intermediate_dirs=True,
    )  # fmt: skip
    wait = FTPSensor(task_id="wait", ftp_conn_id="shelf", path="/new/there.txt", poke_interval=0.05, timeout=90)
    get = FTPFileTransmitOperator(
        task_id="get", ftp_conn_id="shelf", operation=FTPOperation.GET,
        local_filepath=f"{FOLDER}/back.txt", remote_filepath="/new/there.txt",
    )  # fmt: skip

    @task
    def listed():
        """The hook, found by the connection's type."""
        with FTPHook.get_hook("shelf") as hook:
            return [hook.list_directory("/new"), hook.get_mod_time("/new/there.txt").year]

    put >> wait >> get >> listed()

with DAG("mail", schedule=None):
    EmailOperator(
        task_id="report", conn_id="post", to=["ada@example.com"], cc="grace@example.com",
        subject="{{ ds }} {{ task.task_id }}", html_content="<b>{{ dag_run.conf['words'] }}</b>",
        files=[f"{FOLDER}/here.txt"],
    )  # fmt: skip

    @task
    def by_hook():
        """The hook, as a context manager."""
        with SmtpHook("post") as hook:
            hook.send_email_smtp(to="ada@example.com", subject="plain", html_content="by hand")

    by_hook()

with DAG("inbox", schedule=None):
    sensor = ImapAttachmentSensor(
        task_id="wait", conn_id="inbox", attachment_name="numbers.csv", poke_interval=0.05, timeout=90
    )

    @task
    def taken():
        """The attachment's text."""
        with ImapHook(imap_conn_id="inbox") as hook:
            return [[name, payload.decode()] for name, payload in hook.retrieve_mail_attachments("numbers.csv")]

    sensor >> taken()

with DAG(
    "mail_fails", schedule=None,
    on_failure_callback=SmtpNotifier(to="ops@example.com", subject="run {{ run_id }}", smtp_conn_id="post"),
):  # fmt: skip

    @task(on_failure_callback=SmtpNotifier(to="ops@example.com", smtp_conn_id="post"))
    def breaks():
        """Fail."""
        raise ValueError("no bread")

    breaks()
    EmailOperator(task_id="nowhere", conn_id="post_of_nobody", to="ada@example.com", subject="x", html_content="x")
    FTPSensor(task_id="stranger", ftp_conn_id="shelf_of_a_stranger", path="/x", poke_interval=0.05, timeout=1)

with DAG("mail_of_the_dead", schedule=None):

    @task(on_failure_callback=SmtpNotifier(to="ops@example.com", subject="{{ ti.task_id }}", smtp_conn_id="post"))
    def dies():
        """Be killed as by the machine."""
        os.kill(os.getpid(), signal.SIGKILL)

    dies()
