"""A DAG that starts when a site has news, and tasks that are stopped while they wait for another machine."""

from __future__ import annotations

from airflow.providers.http.triggers.http import HttpEventTrigger, HttpResponseSerializer
from airflow.providers.ssh.operators.ssh import SSHOperator
from airflow.providers.ssh.operators.ssh_remote_job import SSHRemoteJobOperator
from airflow.sdk import DAG, Asset, AssetWatcher, task

trigger = HttpEventTrigger(
    "news_checks.has_news",
    http_conn_id="site",
    auth_type="aiohttp.helpers.BasicAuth",  # the connection has a login; this trigger does not see that for itself
    endpoint="news",
    method="GET",
    poll_interval=0.2,
)
news = Asset("news", watchers=[AssetWatcher(name="site", trigger=trigger)])

with DAG("on_news", schedule=[news], is_paused_upon_creation=False):

    @task
    def read(triggering_asset_events=None):
        """What the site said, out of the event."""
        (event,) = triggering_asset_events[news]
        return HttpResponseSerializer.deserialize(event.extra["payload"]["response"]).json()

    read()

WAITS = "sh -c 'echo $$ > {{ ti.task_id }}; exec sleep 300'"

with DAG("long", schedule=None):
    SSHOperator(task_id="command", ssh_conn_id="box", command=WAITS, cmd_timeout=300)
    SSHRemoteJobOperator(
        task_id="job", ssh_conn_id="box", command=WAITS, poll_interval=1,
        remote_base_dir="{{ dag_run.conf['folder'] }}/jobs",
    )  # fmt: skip
