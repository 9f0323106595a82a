"""Rules of a site change, refuse or leave out what DAG files declare."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind import DAG
from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.site_policies import MODULE, SitePolicies

RULES = """
from tradewind.sdk.exceptions import AirflowClusterPolicySkipDag, AirflowException

def dag_policy(dag):
    if "old" in dag.tags:
        raise AirflowClusterPolicySkipDag(dag.dag_id)
    if not dag.tags:
        raise AirflowException(f"{dag.dag_id} has no tags")

def task_policy(a_task_of_mine):
    a_task_of_mine.queue = "by policy"

def pod_mutation_hook(pod):
    pod["labels"] = {"site": "ours"}

def get_airflow_context_vars(context):
    return {"cost_centre": context["dag"].dag_id, "AIRFLOW_CTX_TEAM": "ours", "dag_id": "another"}

def task_instance_mutation_hook(task_instance):
    print("looked at", task_instance.task_id, task_instance.try_number)
"""

DAG_FILE = """
import os
from airflow.sdk.execution_time.context import context_to_airflow_vars
from tradewind import DAG, get_current_context, task

with DAG("kept", tags=["new"]):
    @task
    def tell():
        print("cost centre", os.environ["AIRFLOW_CTX_COST_CENTRE"])
        facts = context_to_airflow_vars(get_current_context(), in_env_var_format=True)
        print("for a program", facts["AIRFLOW_CTX_TEAM"], facts["AIRFLOW_CTX_DAG_ID"])
        facts = context_to_airflow_vars(get_current_context())
        print("for a query", facts["airflow.ctx.team"], facts["airflow.ctx.dag_id"])
        print("team", os.environ["AIRFLOW_CTX_TEAM"], "of", os.environ["AIRFLOW_CTX_DAG_ID"])
    tell()

with DAG("left_out", tags=["old"]):
    pass
"""


@pytest.fixture
def policies(tmp_path: Path):
    """Those of a home with rules."""
    before = list(sys.path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / f"{MODULE}.py").write_text(RULES)
    found = SitePolicies()
    found.load(tmp_path)
    yield found
    sys.path[:] = before
    del sys.modules[MODULE]


def dag(name: str, *tags: str) -> DAG:
    with DAG(name, tags=list(tags), start_date=datetime(2026, 1, 1, tzinfo=UTC)) as made:
        BaseOperator(task_id="a")
    return made


def test_policies_change_tasks_and_leave_dags_out(policies: SitePolicies):
    kept = policies.applied([dag("one", "new"), dag("two", "old")])
    assert [one.dag_id for one in kept] == ["one"]
    assert kept[0].task_dict["a"].queue == "by policy"


def test_a_policy_refuses_a_dag_with_its_own_words(policies: SitePolicies):
    with pytest.raises(AirflowException, match="three has no tags"):
        policies.applied([dag("three")])


def test_operators_ask_policies(policies: SitePolicies):
    pod = {}
    policies.ask("pod_mutation_hook", pod=pod)
    assert pod == {"labels": {"site": "ours"}}
    assert not policies.has("get_dagbag_import_timeout")


def test_without_rules_nothing_is_changed(tmp_path: Path):
    policies = SitePolicies()
    policies.load(tmp_path)
    kept = policies.applied([dag("one")])
    assert kept[0].task_dict["a"].queue == "default"


def test_rules_that_cannot_be_loaded_stop_every_file(tmp_path: Path):
    before = list(sys.path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / f"{MODULE}.py").write_text("import no_such_module_at_all")
    try:
        with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
            SitePolicies().load(tmp_path)
    finally:
        sys.path[:] = before
        sys.modules.pop(MODULE, None)


def test_dag_files_and_tasks_meet_the_rules_of_their_home(tmp_path: Path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / f"{MODULE}.py").write_text(RULES)
    (tmp_path / "dags").mkdir()
    file = tmp_path / "dags" / "some.py"
    file.write_text(DAG_FILE)
    code = (
        "from pathlib import Path; from tradewind.cli.dag_files import dags_of_file; import sys;"
        "dags = dags_of_file(Path(sys.argv[1])); print(sorted(dags), dags['kept'].task_dict['tell'].queue);"
        "print(dags['kept'].test().state);"
        "import os; print('left behind', [name for name in os.environ if name.startswith('AIRFLOW_CTX_')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)],
        env={**os.environ, "TRADEWIND_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout + done.stderr
    assert "['kept'] by policy" in said
    assert "success" in said
    assert "cost centre kept" in said
    assert "team ours of kept" in said
    assert "for a program ours kept" in said
    assert "for a query ours kept" in said
    assert "left behind []" in said
    assert "looked at tell 1" in said
