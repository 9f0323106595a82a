"""Secrets backends of provider packages, unmodified: tasks and DAG files read connections and variables from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend
from airflow.providers.amazon.aws.secrets.systems_manager import SystemsManagerParameterStoreBackend
from airflow.providers.hashicorp.secrets.vault import VaultBackend
from airflow.sdk import BaseHook, Variable

from support.aws import REGION, Aws, aws_server
from support.server import Server

EXECUTES = [SecretsManagerBackend, SystemsManagerParameterStoreBackend, VaultBackend]

DAG_FILE = """
from airflow.sdk import BaseHook, DAG, Variable, task

greeting = Variable.get("greeting")

with DAG("reads_secrets", schedule=None):

    @task
    def read(said: str, login: str) -> list[str]:
        connection = BaseHook.get_connection("warehouse")
        print("the password is", connection.password)
        return [said, connection.host, Variable.get("at_the_server"), login]

    read(greeting, "{{ conn.warehouse.login }}")
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """Amazon's services, with two secrets in each of two stores."""
    with aws_server() as aws:
        manager, store = aws.client("secretsmanager"), aws.client("ssm")
        manager.create_secret(Name="ours/connections/warehouse", SecretString="postgres://ann:hush-hush@db:5432/base")
        manager.create_secret(Name="ours/variables/greeting", SecretString="hello")
        store.put_parameter(
            Name="/ours/connections/warehouse", Value='{"conn_type": "x", "host": "by-ssm"}', Type="String"
        )
        store.put_parameter(Name="/ours/variables/greeting", Value="hello of ssm", Type="SecureString")
        yield aws


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


def backend(cls: type, **arguments: str) -> dict[str, str]:
    """The settings, as the environment has them."""
    place = f"{cls.__module__}.{cls.__qualname__}"
    return {"AIRFLOW__SECRETS__BACKEND": place, "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(arguments)}


def use(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, text in settings.items():
        monkeypatch.setenv(name, text)


def manager_settings(aws: Aws) -> dict[str, str]:
    return backend(
        SecretsManagerBackend,
        connections_prefix="ours/connections",
        variables_prefix="ours/variables",
        endpoint_url=aws.url,
        region_name=REGION,
    )


def test_the_parameter_store_answers(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    settings = backend(
        SystemsManagerParameterStoreBackend,
        connections_prefix="/ours/connections",
        variables_prefix="/ours/variables",
        endpoint_url=aws.url,
        region_name=REGION,
    )
    use(monkeypatch, settings)
    assert BaseHook.get_connection("warehouse").host == "by-ssm"
    assert Variable.get("greeting") == "hello of ssm"
    assert Variable.get("not_there", default=None) is None


def test_a_vault_answers(monkeypatch: pytest.MonkeyPatch):
    kept = {
        "connections/warehouse": {"conn_uri": "postgres://ann:hush-hush@vaulted:5432/base"},
        "variables/greeting": {"value": "hello of the vault"},
    }

    class Vault(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("/v1/secret/data/")[2].partition("?")[0]
            found = kept.get(name)
            data = {"data": found, "metadata": {}} if found else {"id": "token"}
            is_there = found is not None or self.path.startswith("/v1/auth/token/lookup-self")
            body = json.dumps({"data": data} if is_there else {"errors": []}).encode()
            self.send_response(200 if is_there else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Not to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Vault)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        use(monkeypatch, backend(VaultBackend, url=url, token="t", mount_point="secret", auth_type="token"))
        assert BaseHook.get_connection("warehouse").host == "vaulted"
        assert Variable.get("greeting") == "hello of the vault"
        assert Variable.get("not_there", default="none") == "none"
    finally:
        server.shutdown()
        server.server_close()


def test_tasks_and_dag_files_of_a_server_read_from_the_secrets_manager(aws: Aws, tmp_path: Path):
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "reads.py").write_text(DAG_FILE)
    settings = {**manager_settings(aws), "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False"}
    with Server(tmp_path / "home", dags, env=settings) as server:
        server.request("POST", "/api/v2/variables", {"key": "at_the_server", "value": "stored"})
        server.wait_dags({"reads_secrets"})
        run_id = server.trigger("reads_secrets")
        assert server.wait_run("reads_secrets", run_id)["state"] == "success", server.output()
        task = f"/dags/reads_secrets/dagRuns/{run_id}/taskInstances/read"
        value = server.get(f"{task}/xcomEntries/return_value")["value"]
        assert value in (["hello", "db", "stored", "ann"], '["hello","db","stored","ann"]')
        log = json.dumps(server.get(f"{task}/logs/1"))
        assert "the password is ***" in log
        assert "hush-hush" not in log
