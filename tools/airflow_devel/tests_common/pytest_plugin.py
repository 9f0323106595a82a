"""The fixtures that unit tests of provider packages take from Airflow's pytest plugin, on our own runner."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests_common import rows
from tests_common.doors import NEEDS_ORM, NOT_ALLOWED, Session, install
from tests_common.runs import DagMaker, DagRun, RunTask, TaskInstance
from tests_common.servers import NEEDS_SERVER, postgres_connection

install()
rows.install()
MARKERS = ("db_test", "need_serialized_dag", "backend", "execution_timeout", "virtualenv_operator", "external_python_operator",
           "skip_if_database_isolation_mode", "integration", "system", "long_running", "quarantined", "platform", "flaky",
           "want_activate_assets", "enable_redact", "mock_plugin_manager", "no_db_cleanup")  # fmt: skip

SSH_PORT = 22
DEFAULT_CONNECTIONS = {
    "AIRFLOW_CONN_FS_DEFAULT": '{"conn_type": "fs", "extra": {"path": "/"}}',
    "AIRFLOW_CONN_HTTP_DEFAULT": '{"conn_type": "http", "host": "https://www.httpbin.org/"}',
    "AIRFLOW_CONN_MYSQL_DEFAULT": '{"conn_type": "mysql", "login": "root", "schema": "airflow", "host": "mysql"}',
    "AIRFLOW_CONN_POSTGRES_DEFAULT": '{"conn_type": "postgres", "login": "postgres", "password": "airflow", '
    '"schema": "airflow", "host": "postgres"}',
    "AIRFLOW_CONN_REDIS_DEFAULT": '{"conn_type": "redis", "host": "redis", "port": 6379, "extra": {"db": 0}}',
    "AIRFLOW_CONN_SFTP_DEFAULT": '{"conn_type": "sftp", "host": "localhost", "port": 22}',
    "AIRFLOW_CONN_SQLITE_DEFAULT": '{"conn_type": "sqlite", "host": "/tmp/sqlite_default.db"}',
    "AIRFLOW_CONN_SSH_DEFAULT": '{"conn_type": "ssh", "host": "localhost"}',
}
"""What Airflow puts into the database that its tests run on."""


def pytest_configure(config: pytest.Config) -> None:
    """Know the markers."""
    for name in MARKERS:
        config.addinivalue_line("markers", f"{name}: of Airflow's own tests")
    report = os.environ.get("PROVIDER_UNIT_TESTS_REPORT")
    if report:
        config.pluginmanager.register(Outcomes(report))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What tests are marked for that need a server of Airflow's."""
    for marker in item.iter_markers(name="backend"):
        if marker.args != ("postgres",):
            pytest.skip(f"{NEEDS_SERVER}{', '.join(map(str, marker.args))}")
    if not os.environ.get("PROVIDER_UNIT_TESTS_SLOW") and (
        ("Virtualenv" in (getattr(item.cls, "__name__", "")) and item.get_closest_marker("virtualenv_operator"))
        or getattr(item.cls, "__name__", "") in {"TestPythonVirtualenvDecorator", "TestExternalPythonDecorator"}
    ):
        pytest.skip("makes virtual environments: with --slow")
    for marker in item.iter_markers(name="integration"):
        pytest.skip(f"needs the integration {marker.args}")


@pytest.fixture
def session() -> Session:
    """A session that keeps nothing."""
    return Session()


@pytest.fixture
def dag_maker(request: pytest.FixtureRequest) -> DagMaker:
    """Makes DAGs, and runs of them."""
    module = getattr(request, "module", None)
    default = getattr(module, "DEFAULT_DATE", None)
    return DagMaker(default if isinstance(default, datetime) else datetime.now(UTC), getattr(module, "__file__", ""))


@pytest.fixture
def run_task() -> RunTask:
    """Runs a task by itself."""
    return RunTask()


@pytest.fixture
def create_dag_without_db() -> Callable[[str], Any]:
    """Makes a DAG."""
    from airflow.sdk import DAG

    return lambda dag_id: DAG(dag_id=dag_id, schedule=None, render_template_as_native_obj=True)


@pytest.fixture
def create_connection_without_db(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Makes a connection known by a variable of the environment."""
    return lambda connection: monkeypatch.setenv(f"AIRFLOW_CONN_{connection.conn_id.upper()}", connection.as_json())


@pytest.fixture
def create_task_of_operator(dag_maker: DagMaker) -> Callable[..., Any]:
    """Makes a task of an operator, in a DAG of its own."""

    def make(operator_class: Any, *, dag_id: str, session: object = None, **options: Any) -> Any:
        options.setdefault("timeout", 7)  # its users are tests of sensors, which wait until this is over
        with dag_maker(dag_id):
            return operator_class(**options)

    return make


@pytest.fixture
def create_task_instance_of_operator(dag_maker: DagMaker) -> Callable[..., TaskInstance]:
    """Makes an instance of a task, in a DAG of its own."""

    def make(
        operator_class: Any, *, dag_id: str, logical_date: Any = None, session: object = None, **options: Any
    ) -> TaskInstance:
        dag_options = {name: options.pop(name) for name in ("template_searchpath", "start_date") if name in options}
        with dag_maker(dag_id, **dag_options):
            task = operator_class(**options)
        options.pop("run_id", None)
        facts = {"run_id": "test"} | ({} if logical_date is None else {"logical_date": logical_date})
        return dag_maker.create_dagrun(**facts).get_task_instance(task.task_id)

    return make


@pytest.fixture
def create_task_instance(dag_maker: DagMaker) -> Callable[..., TaskInstance]:
    """Makes an instance of a task that does nothing."""

    def make(
        *, task_id: str = "op1", dag_id: str = "dag", state: Any = None, run_id: str | None = None, **options: Any
    ) -> TaskInstance:
        from airflow.providers.standard.operators.empty import EmptyOperator

        with dag_maker(dag_id):
            EmptyOperator(task_id=task_id)
        ti = dag_maker.create_dagrun(
            run_id=run_id, **{k: v for k, v in options.items() if k in {"logical_date", "run_type", "data_interval"}}
        ).get_task_instance(task_id)
        ti.state = state
        return ti

    return make


@pytest.fixture
def create_runtime_ti(dag_maker: DagMaker) -> Callable[..., Any]:
    """Makes an instance of a task as the task sees itself."""

    def make(task: Any, dag_id: str = "test_dag", run_id: str = "test_run", **facts: Any) -> Any:
        dag = task.get_dag()
        if dag is None:
            dag = dag_maker(dag_id).dag
            dag.add_task(task)
        ti = DagRun(dag, run_id=run_id, **facts).get_task_instance(task.task_id)
        return ti.get_template_context()["ti"]

    return make


@pytest.fixture
def mock_supervisor_comms() -> Iterator[Any]:
    """What Airflow's task runner talks to; tests that look at its messages are about Airflow's own protocol."""
    with mock.patch("airflow.sdk.execution_time.task_runner.SUPERVISOR_COMMS", create=True) as comms:
        yield comms


@pytest.fixture
def mock_task_instance() -> Callable[..., Any]:
    """Makes an instance of a task that is not run: it has the facts that are given."""

    def make(**facts: Any) -> Any:
        values = {"task_id": "op", "dag_id": "dag", "run_id": "test_run", "map_index": -1, "try_number": 1} | facts
        ti = mock.MagicMock(
            spec=[*values, "state", "log_url", "mark_success_url", "hostname", "max_tries", "xcom_pull"]
        )
        ti.configure_mock(**values)
        return ti

    return make


@pytest.fixture
def sdk_connection_not_found() -> None:
    """No server knows any connection: there is none here."""


@pytest.fixture
def testing_dag_bundle() -> None:
    """A row of a DAG bundle; nothing here keeps rows."""


@pytest.fixture
def cleanup_providers_manager() -> None:
    """What providers bring is looked up once and does not change."""


@pytest.fixture
def reset_logging_config() -> Iterator[None]:
    """Log handlers as they were before."""
    import logging

    before = list(logging.getLogger().handlers)
    yield
    logging.getLogger().handlers[:] = before


@pytest.fixture(autouse=True)
def _no_ssh_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's tests run where an SSH server lets them in; here a test that looks for it is left out at once."""
    connect = socket.socket.connect

    def connect_elsewhere(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[1] == SSH_PORT:
            pytest.skip(f"{NEEDS_SERVER}SSH on port {SSH_PORT}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_elsewhere)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The connection to a PostgreSQL of these tests."""
    with postgres_connection() as found:
        yield found


@pytest.fixture(autouse=True)
def _plain_environment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Connections and settings that a test leaves in the environment are gone after it."""
    before = dict(os.environ)
    os.environ.update(DEFAULT_CONNECTIONS)
    if request.node.get_closest_marker("backend") is not None:
        os.environ["AIRFLOW_CONN_POSTGRES_DEFAULT"] = request.getfixturevalue("postgres")
    yield
    for name in set(os.environ) - set(before):
        if name.startswith("AIRFLOW"):
            del os.environ[name]


class Outcomes:
    """How each test ended, written line by line as JSON for the script that started this: also what was begun is known
    when that script ends it."""

    def __init__(self, path: str) -> None:
        self.out = Path(path).open("w", encoding="utf-8")  # noqa: SIM115 - closed at the end of the session

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported, or is left out."""
        if report.failed or report.skipped:
            self._note(report, "error" if report.failed else "skipped")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A test begins."""
        self._write(nodeid, "begun", "")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase of a test."""
        if report.when == "call" and report.passed:
            self._write(report.nodeid, "passed", "")
        elif report.failed:
            self._note(report, "failed" if report.when == "call" else "error")
        elif report.skipped:
            self._note(report, "skipped")

    def pytest_sessionfinish(self) -> None:
        """All has been said."""
        self._write("", "ended", "")
        self.out.close()

    def _note(self, report: Any, outcome: str) -> None:
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        text = text.removeprefix("Skipped: ")
        if outcome != "skipped" and any(one in text for one in NOT_ALLOWED):
            outcome, text = "skipped", f"{NEEDS_ORM}{NOT_ALLOWED[0]}"
        lines = [line for line in text.splitlines() if line.strip()]
        said = [line for line in lines if line.startswith("E  ")] or lines[-1:]
        self._write(report.nodeid, outcome, said[0].removeprefix("E").strip() if outcome != "skipped" else text)

    def _write(self, test: str, outcome: str, said: str) -> None:
        self.out.write(json.dumps([test, outcome, said]) + "\n")
        self.out.flush()
