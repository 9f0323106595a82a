"""What keeps and finds: OpenSearch, Elasticsearch, Vault; and a notebook that is run."""

from __future__ import annotations

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.elasticsearch.hooks.elasticsearch import ElasticsearchPythonHook
from airflow.providers.hashicorp.hooks.vault import VaultHook
from airflow.providers.opensearch.hooks.opensearch import OpenSearchHook
from airflow.providers.opensearch.operators.opensearch import (
    OpenSearchAddDocumentOperator,
    OpenSearchCreateIndexOperator,
    OpenSearchQueryOperator,
)
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import DAG, Connection, Variable, task

FOLDER = "{{ dag_run.conf['folder'] }}"
OPEN = {"opensearch_conn_id": "opensearch"}

with DAG("search", schedule=None):

    @task
    def forget():
        """Delete by the hook."""
        return OpenSearchHook("opensearch", log_query=False).delete("books", doc_id=1)["result"]

    (
        OpenSearchCreateIndexOperator(task_id="index", index_name="books", index_body={"settings": {}}, **OPEN)
        >> OpenSearchAddDocumentOperator(task_id="add", index_name="books", doc_id=1, document={"title": "a"}, **OPEN)
        >> OpenSearchQueryOperator(
            task_id="query", index_name="books", query={"query": {"match": {"title": "{{ dag_run.conf['title'] }}"}}},
            **OPEN,
        )
        >> forget()
    )  # fmt: skip
    SQLExecuteQueryOperator(task_id="sql", conn_id="elastic", sql="select title from books")

    @task
    def by_client():
        """The client that takes no connection."""
        place = Connection.get("elastic")
        hook = ElasticsearchPythonHook(hosts=[f"http://{place.host}:{place.port}"])
        return hook.search({"query": {"match_all": {}}}, index="books")["total"]["value"]

    by_client()

with DAG("vault", schedule=None):

    @task
    def secret():
        """A secret, by the hook."""
        return VaultHook("vault").get_secret("team/door")["word"]

    @task
    def by_backend():
        """A connection and a variable that only the secrets backend has."""
        place = Connection.get("from_vault")
        return [place.host, Variable.get("greeting")]

    secret()
    by_backend()

with DAG("notebook", schedule=None):
    PapermillOperator(
        task_id="run", input_nb=f"{FOLDER}/in.ipynb", output_nb=f"{FOLDER}/out-{{{{ ds }}}}.ipynb",
        parameters={"name": "{{ ti.task_id }}"}, kernel_name="python3", log_output=True,
    )  # fmt: skip

with DAG("notebook_fails", schedule=None):
    PapermillOperator(
        task_id="run", input_nb=f"{FOLDER}/in.ipynb", output_nb=f"{FOLDER}/out.ipynb", parameters={"name": 1},
        kernel_name="python3",
    )  # fmt: skip
