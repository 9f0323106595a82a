"""Providers of services on a running server: tasks in workers, triggers in the triggerer, stored connections."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.http.triggers.http import HttpEventTrigger

from support.aws import Aws, aws_server
from support.connections import connection
from support.http_site import Answer, Site, web_site
from support.mailbox import mailbox
from support.server import Server, free_port
from support.ssh_server import SshServer, ssh_server

EXECUTES = [HttpEventTrigger]

pytestmark = [pytest.mark.xdist_group("services-server"), pytest.mark.timeout(300)]

HERE = Path(__file__).parent
WAIT_S = 90
SETTINGS = {
    "TRADEWIND__PARSING__DAGS_ARE_PAUSED_AT_CREATION": "false",
    "AIRFLOW__OPERATORS__DEFAULT_DEFERRABLE": "true",  # read while the packages are imported
}


@dataclass
class Place:
    """A running server, and the services that its connections lead to."""

    server: Server
    folder: Path
    site: Site
    box: SshServer
    cloud: Aws
    post: Any

    def run(self, dag_id: str, **conf: Any) -> str:
        """The id of a run of a DAG, which has ended."""
        run_id = self.server.trigger(dag_id, conf)
        self.server.wait_run(dag_id, run_id, WAIT_S)
        return run_id

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
        """What a task pushed."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/{key}?deserialize=true"
        return self.server.get(path)["value"]

    def log(self, dag_id: str, run_id: str, task_id: str) -> str:
        """The log of the first attempt."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/1?full_content=true"
        return str(self.server.get(path)["content"])

    def stop(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Set a task to failed, as a person does."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        self.server.request("PATCH", path, {"new_state": "failed"})


def until(look: Callable[[], Any], what: str) -> Any:
    """What a look finds, once it finds anything."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"waited {WAIT_S} s for {what}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The server with the DAG files of this folder; its connections are in its database."""
    folder = tmp_path_factory.mktemp("services")
    shutil.copytree(HERE / "services_dags", folder / "dags")
    (folder / "box").mkdir()
    (folder / "here.txt").write_text("carried")
    with ExitStack() as services:
        site = services.enter_context(web_site())
        box = services.enter_context(ssh_server(folder / "box"))
        cloud = services.enter_context(aws_server())
        post = services.enter_context(mailbox())
        server = services.enter_context(Server(folder / "home", folder / "dags", env=SETTINGS, start_timeout_s=WAIT_S))
        place = Place(server, folder, site, box, cloud, post)
        site.says("GET", "/news", Answer({"news": None}))
        _connections(place)
        wanted = {
            "web",
            "web_fails",
            "shell_deferred",
            "cloud_deferred",
            "mail_of_the_dead",
            "long",
            "on_news",
            "by_default",
        }
        server.wait_dags(wanted, WAIT_S)
        yield place


def _connections(place: Place) -> None:
    secret = {"host_key": place.box.host_key, "look_for_keys": "false"}
    who = {"login": place.box.login, "password": place.box.password, "extra": secret}
    mail = {"disable_ssl": True, "disable_tls": True, "from_email": "tradewind@example.com"}
    made = {
        "site": connection("http", place.site.port, login="ada", password="engine"),
        "nowhere": connection("http", free_port()),
        "box": connection("ssh", place.box.port, **who),
        "box_files": connection("sftp", place.box.port, **who),
        "cloud": place.cloud.connection(),
        "cloud_of_nobody": Aws("http://127.0.0.1:1").connection(config_kwargs={"retries": {"total_max_attempts": 1}}),
        "post": connection("smtp", place.post.port, extra=mail),
    }
    for name, text in made.items():
        fields = json.loads(text)
        body = {**fields, "connection_id": name, "extra": json.dumps(fields.get("extra", {}))}
        place.server.request("POST", "/api/v2/connections", body)


def test_requests_wait_in_the_triggerer_and_pages_are_kept_between_waits(place: Place):
    pages = {"": ([1, 2], "b"), "b": ([3], None)}

    def page(asked: Any) -> Answer:
        rows, following = pages[asked.query.get("cursor", "")]
        return Answer({"rows": rows, "next": following})

    place.site.says("GET", "/pages", page)
    place.site.says("GET", "/ripe", Answer({"ripe": True}))
    place.site.says("GET", "/late", lambda _: Answer("x", 200 if len(place.site.to("/late")) > 2 else 404))
    run_id = place.run("web_deferred")
    assert place.server.states("web_deferred", run_id) == {"get[-1]": "success", "wait[-1]": "success"}
    assert place.xcom("web_deferred", run_id, "get") == {"ripe": True}
    run_id = place.run("web_deferred_pages")
    assert place.xcom("web_deferred_pages", run_id, "pages") == [1, 2, 3]


def test_jobs_and_files_of_another_machine_are_watched_from_the_triggerer(place: Place):
    run_id = place.run("shell_deferred", folder=str(place.folder))
    assert set(place.server.states("shell_deferred", run_id).values()) == {"success"}
    assert (place.folder / "box/job.txt").read_text() == "done\n"
    assert (place.folder / "box/arrived.txt").read_text() == "carried"
    assert "working" in place.log("shell_deferred", run_id, "job"), "by the trigger, or by the task when it goes on"


def test_sensors_wait_in_the_triggerer_where_the_settings_say_so(place: Place):
    place.site.says("GET", "/by-default", Answer("not yet", 404))
    run_id = place.server.trigger("by_default")
    until(lambda: place.server.states("by_default", run_id) == {"wait[-1]": "deferred"}, "the sensor to defer")
    place.site.says("GET", "/by-default", Answer("here"))
    assert place.server.wait_run("by_default", run_id, WAIT_S)["state"] == "success"


def test_keys_and_messages_are_waited_for_in_the_triggerer(place: Place):
    where = {"LocationConstraint": "eu-central-1"}
    place.cloud.client("s3").create_bucket(Bucket="late", CreateBucketConfiguration=where)
    queue = place.cloud.client("sqs").create_queue(QueueName="line")["QueueUrl"]
    run_id = place.run("cloud_deferred", queue=queue)
    assert set(place.server.states("cloud_deferred", run_id).values()) == {"success"}
    assert place.xcom("cloud_deferred", run_id, "message", "messages")[0]["Body"] == "at last"


def test_the_providers_own_errors_are_in_the_logs_and_no_password(place: Place):
    place.site.says("POST", "/failures", Answer("thanks"))
    run_id = place.run("web_fails")
    assert "ConnectionError" in place.log("web_fails", run_id, "unreachable")
    assert "404:Not Found" in place.log("web_fails", run_id, "deferred")
    assert [asked.body for asked in place.site.to("/failures")] == [b"unreachable"]
    run_id = place.run("cloud_fails")
    assert "EndpointConnectionError" in place.log("cloud_fails", run_id, "no_server")
    log = place.log("cloud_fails", run_id, "no_queue")
    assert "Trigger failed" in log
    assert "NonExistentQueue" in log
    assert "engine" not in log


def test_a_notifier_writes_of_a_task_whose_process_was_killed(place: Place):
    run_id = place.run("mail_of_the_dead")
    assert place.server.states("mail_of_the_dead", run_id) == {"dies[-1]": "failed"}
    (mail,) = until(lambda: [one for one in place.post.messages if one["Subject"] == "dies"], "the mail")
    assert mail["To"] == "ops@example.com"


def test_what_a_task_started_elsewhere_is_stopped_with_it(place: Place):
    run_id = place.server.trigger("long", {"folder": str(place.folder)})
    pids = {}
    for task_id, state in {"command": "running", "job": "deferred"}.items():
        until(lambda t=task_id, s=state: place.server.states("long", run_id).get(f"{t}[-1]") == s, f"{task_id} {state}")
        pids[task_id] = int(until(lambda t=task_id: _text(place.folder / "box" / t), f"the process of {task_id}"))
        assert _is_alive(pids[task_id])
        place.stop("long", run_id, task_id)
    assert place.server.wait_run("long", run_id, WAIT_S)["state"] == "failed"
    for task_id, pid in pids.items():
        until(lambda p=pid: not _is_alive(p), f"the process of {task_id} to end")


def test_news_of_a_site_start_a_dag(place: Place):
    until(lambda: place.site.to("/news"), "the watcher to ask")
    assert not place.server.get("/dags/on_news/dagRuns")["dag_runs"]
    first = iter([True])
    place.site.says("GET", "/news", lambda _: Answer({"news": "rain" if next(first, False) else None}))
    (run,) = until(lambda: place.server.get("/dags/on_news/dagRuns")["dag_runs"], "a run")
    assert place.server.wait_run("on_news", run["dag_run_id"], WAIT_S)["state"] == "success"
    assert place.xcom("on_news", run["dag_run_id"], "read") == {"news": "rain"}


def _text(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends between opening and reading
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
