"""A DAG file that fails for what Airflow 3 has dropped is told in one sentence what to write instead."""

from __future__ import annotations

import pytest

from tradewind.providers.standard.operators.bash import BashOperator
from tradewind.sdk import DAG, task
from tradewind.sdk.dropped import hint, in_place_of


def _raised(make: str) -> Exception:
    names = {"DAG": DAG, "BashOperator": BashOperator, "task": task}
    with pytest.raises((AttributeError, TypeError, ValueError, ImportError)) as caught:
        exec(make, names)
    return caught.value


@pytest.mark.parametrize(
    ("make", "said"),
    [
        ("DAG('a', schedule_interval=None)", "write `schedule=` for `schedule_interval=`"),
        ("DAG('a', concurrency=1)", "write `max_active_tasks=` for `concurrency=`"),
        ("DAG('a', orientation='LR')", "leave `orientation=` out"),
        ("DAG('a', nonsense=1)", ""),
        ("BashOperator(task_id='a', bash_command='', provide_context=True)", "leave `provide_context=` out"),
        (
            "BashOperator(task_id='a', bash_command='', xcom_push=True, adhoc=1, other=2)",
            "write `do_xcom_push=` for `xcom_push=`, leave `adhoc=` out",
        ),
        ("task(task_concurrency=1)(print)", "write `max_active_tis_per_dag=` for `task_concurrency=`"),
        ("BashOperator(task_id='a', bash_command='', other=2)", ""),
        ("BashOperator(task_id='a', bash_command='', execution_date=2)", ""),
        (
            "from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator as T\nT(task_id='a', trigger_dag_id='b', execution_date=2)",
            "write `logical_date=` for `execution_date=`",
        ),
        ("task(print) >> [1]", "call the function that `@task` decorates where the task is meant: `name()`"),
        (
            "BashOperator(task_id='a', bash_command='', trigger_rule='dummy')",
            "write 'always', its name since Airflow 2",
        ),
        ("BashOperator(task_id='a', bash_command='', trigger_rule='never')", ""),
        ("from airflow.operators.subdag import SubDagOperator", ""),  # its own words say so
        ("import no_such_module", ""),
        ("DAG('a', schedule=None).schedule_interval", "use `schedule`"),
        ("DAG('a', schedule=None).following_schedule(1)", "leave it out, or ask the REST API"),
        ("DAG('a', schedule=None).nonsense", ""),
        (
            "from airflow.operators import OurOperator",
            "import it from the module that defines it: since Airflow 2 plugins add nothing to this package",
        ),
        ("from airflow.sdk import NoSuchName", ""),
        (
            "from airflow.operators import PostgresOperator",
            "use SQLExecuteQueryOperator of airflow.providers.common.sql.operators.sql, with `conn_id=`",
        ),
        (
            "from airflow.operators.postgres_operator import PostgresOperator",
            "use SQLExecuteQueryOperator of airflow.providers.common.sql.operators.sql, with `conn_id=`",
        ),
    ],
)
def test_the_sentence_says_what_takes_the_place(make: str, said: str) -> None:
    assert hint(_raised(make)) == said


@pytest.mark.parametrize(
    ("module", "name", "said"),
    [
        ("airflow.providers.http.operators.http", "SimpleHttpOperator", "use HttpOperator of airflow.providers.http.operators.http"),
        ("airflow.kubernetes.volume", "Volume", "use V1Volume of kubernetes.client.models"),
        ("airflow.sdk", "Volume", ""),
        ("airflow.providers.postgres.operators.postgres", "", "use SQLExecuteQueryOperator of airflow.providers.common.sql.operators.sql, with `conn_id=`"),
        ("airflow.providers.postgres.hooks.postgres", "PostgresHook", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_what_takes_the_place_of_a_name(module: str, name: str, said: str) -> None:
    assert in_place_of(module, name) == said
