"""Airflow's database can be named, in imports and annotations; each use is refused with words that help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_type_hints

import airflow.settings
import pytest
from airflow.api.common.trigger_dag import trigger_dag
from airflow.models import DagModel, DagRun, Log, Pool, TaskInstance, TaskReschedule
from airflow.models.serialized_dag import SerializedDagModel
from airflow.serialization.serialized_objects import SerializedBaseOperator, SerializedDAG
from airflow.utils.session import NEW_SESSION, create_session, provide_session
from sqlalchemy import select

NOT_ALLOWED = "Direct database access via the ORM is not allowed"


@pytest.mark.parametrize(
    "use",
    [
        lambda: DagRun.find(dag_id="report"),
        lambda: DagRun.dag_id == "report",
        lambda: DagModel.get_current("report"),
        TaskInstance,
        lambda: TaskInstance.task_id.in_(["a"]),
        lambda: TaskReschedule.dag_id,
        lambda: SerializedDagModel.get_dag("report"),
        lambda: SerializedDAG.to_dict(None),
        lambda: Pool(pool="x"),
        lambda: Log(event="x"),
        lambda: select(DagRun),
        lambda: airflow.settings.Session(),
        create_session,
        lambda: trigger_dag("report"),
    ],
)
def test_each_use_is_refused(use: Callable[[], Any]):
    with pytest.raises(RuntimeError, match=NOT_ALLOWED) as refused:
        use()
    assert ". Use " in str(refused.value)


def test_they_serve_in_annotations_and_isinstance():
    def ask(run: DagRun | None, ti: TaskInstance) -> DagModel: ...  # type: ignore[empty-body]

    assert get_type_hints(ask)["run"] == DagRun | None
    assert not isinstance(object(), TaskInstance | SerializedBaseOperator)
    assert not hasattr(DagRun, "__nothing__")


def test_code_that_looks_whether_something_is_there_is_not_stopped():
    assert getattr(DagRun, "airflow_impl", None) is None
    assert not hasattr(TaskInstance, "task_id")
    assert hasattr(DagRun, "get_log_template")


def test_the_id_of_a_run_can_be_made():
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    assert (
        DagRun.generate_run_id(run_type="manual", logical_date=moment, run_after=None)
        == "manual__2026-01-05T00:00:00+00:00"
    )


class Session:
    """One that somebody else has made."""

    def query(self, what: str) -> str:
        """What was asked."""
        return what


@provide_session
def ask(what: str, session: Any = NEW_SESSION) -> str:
    return session.query(what)


@provide_session
def ask_nothing(session: Any = NEW_SESSION) -> bool:
    return bool(session)


def test_a_function_that_wants_a_session_is_refused_at_its_first_question():
    with pytest.raises(RuntimeError, match=NOT_ALLOWED):
        ask("runs")
    with pytest.raises(RuntimeError, match=NOT_ALLOWED):
        ask("runs", session=NEW_SESSION)
    assert ask_nothing() is False


def test_a_function_that_is_given_a_session_uses_it():
    assert ask("runs", session=Session()) == "runs"
    assert ask("runs", Session()) == "runs"


def test_the_error_for_a_pool_that_is_not_there_is_beside_the_table() -> None:
    from airflow.exceptions import PoolNotFound
    from airflow.models import pool

    assert pool.PoolNotFound is PoolNotFound
