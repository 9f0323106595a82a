"""The providers of OpenSearch, Elasticsearch, Vault and papermill, unmodified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.elasticsearch.hooks.elasticsearch import ElasticsearchPythonHook, ElasticsearchSQLHook
from airflow.providers.hashicorp.hooks.vault import VaultHook
from airflow.providers.hashicorp.secrets.vault import VaultBackend
from airflow.providers.opensearch.hooks.opensearch import OpenSearchHook
from airflow.providers.opensearch.operators.opensearch import (
    OpenSearchAddDocumentOperator,
    OpenSearchCreateIndexOperator,
    OpenSearchQueryOperator,
)
from airflow.providers.papermill.operators.papermill import PapermillOperator

from support.connections import connection
from support.dag_files import run_dag_file
from support.http_site import Answer, Asked, Site, web_site

EXECUTES = [
    ElasticsearchPythonHook, ElasticsearchSQLHook, VaultHook, VaultBackend, OpenSearchHook, PapermillOperator,
    OpenSearchAddDocumentOperator, OpenSearchCreateIndexOperator, OpenSearchQueryOperator, SQLExecuteQueryOperator,
]  # fmt: skip

FILE = Path(__file__).parent / "services_dags/stores.py"
ELASTIC = {"X-Elastic-Product": "Elasticsearch"}
HITS = {"hits": {"total": {"value": 2}, "hits": []}}


def secret(asked: Asked) -> Answer:
    """A secret of version 2 of the engine, for those who have the token."""
    secrets = {
        "team/door": {"word": "sesame"},
        "connections/from_vault": {"conn_uri": "http://far.example.com"},
        "variables/greeting": {"value": "good day"},
    }
    name = asked.path.removeprefix("/v1/secret/data/")
    if asked.headers.get("X-Vault-Token") != "open" or name not in secrets:
        return Answer({"errors": []}, 404)
    return Answer({"data": {"data": secrets[name], "metadata": {"version": 1}}})


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """All of the services in one, and connections to it."""
    with web_site() as site:
        site.says("PUT", "/books", Answer({"acknowledged": True}))
        site.says("PUT", "/books/_doc/1", Answer({"result": "created", "_id": "1"}, 201))
        site.says("POST", "/books/_search", Answer(HITS, headers=ELASTIC))
        site.says("DELETE", "/books/_doc/1", Answer({"result": "deleted"}))
        rows = {"columns": [{"name": "title", "type": "text"}], "rows": [["a"], ["b"]]}
        site.says("POST", "/_sql", Answer(rows, headers=ELASTIC))
        for name in ("team/door", "connections/from_vault", "variables/greeting"):
            site.says("GET", f"/v1/secret/data/{name}", secret)
        site.says("GET", "/v1/auth/token/lookup-self", Answer({"data": {"id": "open"}}))
        monkeypatch.setenv("AIRFLOW_CONN_OPENSEARCH", connection("opensearch", site.port))
        monkeypatch.setenv("AIRFLOW_CONN_ELASTIC", connection("elasticsearch", site.port, schema="http"))
        extra = {"auth_type": "token", "kv_engine_version": 2}
        monkeypatch.setenv("AIRFLOW_CONN_VAULT", connection("vault", site.port, password="open", extra=extra))
        yield site


def test_documents_are_kept_found_and_deleted(site: Site):
    result = run_dag_file(FILE, "search", {"title": "a"})
    assert set(result.states.values()) == {"success"}, result.states
    assert result.xcom("query")["hits"]["total"]["value"] == result.xcom("by_client") == 2
    assert site.to("/books/_search")[0].json() in (
        {"query": {"match": {"title": "a"}}},
        {"query": {"match_all": {}}},
    )
    assert result.xcom("forget") == "deleted"
    assert [list(row) for row in result.xcom("sql")] == [["a"], ["b"]]


def test_secrets_come_from_the_hook_and_from_the_secrets_backend(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "airflow.providers.hashicorp.secrets.vault.VaultBackend")
    backend = {"url": site.url, "token": "open", "mount_point": "secret"}
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", json.dumps(backend))
    result = run_dag_file(FILE, "vault")
    assert result.states == {"secret": "success", "by_backend": "success"}
    assert result.xcom("secret") == "sesame"
    assert result.xcom("by_backend") == ["far.example.com", "good day"]


def notebook(folder: Path) -> None:
    """A notebook with a cell of parameters and one that greets."""

    def cell(source: str, *tags: str) -> dict[str, object]:
        metadata = {"tags": list(tags)}
        return {"cell_type": "code", "id": source[:4], "source": source, "metadata": metadata, "outputs": [],
                "execution_count": None}  # fmt: skip

    content = {
        "cells": [cell("name = 'nobody'", "parameters"), cell("print('hello ' + name)")],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (folder / "in.ipynb").write_text(json.dumps(content))


def test_a_notebook_runs_with_its_parameters(tmp_path: Path):
    notebook(tmp_path)
    result = run_dag_file(FILE, "notebook", {"folder": str(tmp_path)})
    assert result.states == {"run": "success"}
    assert result.xcom("run").parameters == {}, "the notebook that was written is handed on as what it is"
    (written,) = tmp_path.glob("out-*.ipynb")
    assert "hello run" in json.dumps(json.loads(written.read_text())["cells"][-1]["outputs"])


def test_a_notebook_that_breaks_fails_its_task_with_the_cell(tmp_path: Path):
    notebook(tmp_path)
    result = run_dag_file(FILE, "notebook_fails", {"folder": str(tmp_path)})
    assert result.states == {"run": "failed"}
    assert "PapermillExecutionError" in (result.task("run").error or "")
    assert "can only concatenate str" in (result.task("run").error or "")
