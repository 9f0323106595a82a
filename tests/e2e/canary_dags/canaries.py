"""DAGs that do everything with secrets that one should not: print them in all spellings, fail with them, hand them on."""

from __future__ import annotations

import asyncio
import base64
import ctypes
import html
import json
import logging
import os
import resource
import signal
import urllib.parse
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from tradewind import (
    DAG,
    AsyncCallback,
    BaseOperator,
    BaseTrigger,
    Connection,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    TriggerEvent,
    Variable,
    task,
)

log = logging.getLogger("canary")
assert "AIRFLOW__CORE__FERNET_KEY" not in os.environ, "a DAG file needs no key"


def spellings(secret: str) -> list[str]:
    """A secret as it turns up in texts."""
    data = secret.encode()
    return [
        secret, repr(secret), json.dumps(secret), json.dumps({"a": [secret]}, ensure_ascii=False), html.escape(secret),
        urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret),
        *(base64.b64encode(b"x" * n + data + b"yy").decode() for n in range(3)),
        base64.urlsafe_b64encode(data).decode(), f"https://u:{urllib.parse.quote(secret, safe='')}@h/{secret}?q={secret}",
    ]  # fmt: skip


def secrets(conf: dict[str, Any]) -> list[str]:
    stored, of_env = Connection.get("canary"), Connection.get("canary_env")
    return [
        str(stored.password), stored.extra_dejson["token"], str(of_env.password), Variable.get("canary_token"),
        Variable.get("canary_json", deserialize_json=True)["password"], Variable.get("canary_env_secret"),
        Variable.get("canary_returned_token"), os.environ["SHOP_API_KEY"], conf["conf_password"],
    ]  # fmt: skip


def tell(conf: dict[str, Any]) -> None:
    for secret in secrets(conf):
        for text in spellings(secret):
            print(text)
            log.warning("logged %s", text, extra={"detail": text})
    os.write(1, f"raw {secrets(conf)[0]}\n".encode())


def on_failure(context: Any) -> None:
    tell(context["dag_run"].conf)
    raise RuntimeError(f"the callback failed with {secrets(context['dag_run'].conf)}")


def late(context: Any) -> None:
    tell(context["dag_run"]["conf"])
    raise RuntimeError(f"the deadline callback failed with {secrets(context['dag_run']['conf'])}")


async def late_too(context: Any) -> None:
    await asyncio.to_thread(late, context)


def by(callback: Any) -> DeadlineAlert:
    return DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, timedelta(milliseconds=10), callback)


class Says(BaseTrigger):
    def __init__(self, said: str) -> None:
        super().__init__()
        self.said = said

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Says", {"said": self.said}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        password = await asyncio.to_thread(lambda: Connection.get("canary").password)
        self.log.warning("the trigger says %s and %s", self.said, password)
        yield TriggerEvent({"said": self.said})


class Waits(BaseOperator):
    template_fields = ("shown", "api_token")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shown = "{{ conn.canary.password }} {{ var.value.canary_token }} {{ conn.canary.get_uri() }}"
        self.api_token = "{{ dag_run.conf['conf_password'] }}"

    def execute(self, context: Any) -> None:
        self.defer(trigger=Says(str(Connection.get("canary").password)), method_name="complete")

    def complete(self, context: Any, event: Any) -> None:
        print(event["said"], Connection.get("canary").password)


with DAG("canary", deadline=[by(SyncCallback(late)), by(AsyncCallback(late_too))]):

    @task
    def succeeds(dag_run: Any = None) -> str:
        assert "AIRFLOW__CORE__FERNET_KEY" not in os.environ
        tell(dag_run.conf)
        return "nothing secret"

    @task(retries=1, retry_delay=timedelta(seconds=0), on_failure_callback=on_failure, on_retry_callback=on_failure)
    def fails(dag_run: Any = None) -> None:
        tell(dag_run.conf)
        try:
            raise ValueError(secrets(dag_run.conf))  # noqa: TRY301 - the cause of the next one
        except ValueError as error:
            raise KeyError(secrets(dag_run.conf)[0]) from error

    @task
    def returns() -> dict[str, str]:
        return {"token": Variable.get("canary_returned_token")}

    @task
    def dies(how: str, dag_run: Any = None) -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        tell(dag_run.conf)
        held = secrets(dag_run.conf)
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        ctypes.string_at(0)
        raise AssertionError(held)

    @task
    def mapped(number: int, dag_run: Any = None) -> None:
        tell(dag_run.conf)

    succeeds()
    fails()
    returns()
    dies.expand(how=["killed", "crashed"])
    mapped.expand(number=[1, 2])
    Waits(task_id="waits")
