"""Each rule of `tradewind airflow check` finds what it is about, at its line, and nothing where nothing is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import pytest

from tradewind.cli.migration.check import text_findings
from tradewind.cli.migration.configuration import read_configuration
from tradewind.cli.migration.findings import Finding
from tradewind.cli.migration.imports import asked_names
from tradewind.cli.migration.namespace import ask
from tradewind.cli.migration.requirements import requirement_findings
from tradewind.cli.migration.rulebook import RULES
from tradewind.cli.migration.source import Source, read_source
from tradewind.parsing.calls import ForkServer
from tradewind.parsing.parser import Parser

DAG = "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n"
NEW = "from airflow.sdk import DAG, task\n"

FOUND = [
    # code, line, what the file says
    ("TW001", 1, "# coding: nowhere\n"),
    ("TW002", 2, "x = 1\ndef f(:\n"),
    ("TW002", 1, "print 'hello'\n"),
    ("TW101", 3, DAG + "DAG('a', schedule_interval='@daily')\n"),
    ("TW101", 3, DAG + "DAG('a', timetable=None)\n"),
    ("TW101", 2, "from airflow.decorators import dag\n@dag(schedule_interval=None)\ndef a(): ...\na()\n"),
    ("TW102", 4, DAG + "DAG('a',\n  concurrency=3)\n"),
    ("TW102", 3, DAG + "DAG('a', fail_stop=True)\n"),
    ("TW102", 3, DAG + "DAG('a', default_view='graph', start_date=None)\n"),
    ("TW102", 3, DAG + "DAG('a', orientation='LR')\n"),
    ("TW103", 3, DAG + "BashOperator(task_id='a', bash_command='', task_concurrency=1)\n"),
    ("TW103", 2, "from airflow.operators.python import PythonOperator\nPythonOperator(task_id='a', provide_context=True)\n"),
    ("TW103", 2, "from airflow.operators.python import PythonVirtualenvOperator as V\nV(task_id='a', use_dill=True)\n"),
    ("TW103", 2, "from airflow.operators.trigger_dagrun import TriggerDagRunOperator\nTriggerDagRunOperator(task_id='a', execution_date=1)\n"),
    ("TW103", 3, DAG + "BashOperator.partial(task_id='a', max_active_tis=1).expand(bash_command=[])\n"),
    ("TW103", 2, "from airflow.sdk import task\n@task(task_concurrency=2)\ndef f(): ...\n"),
    ("TW104", 3, DAG + "BashOperator(task_id='a', bash_command='', sla=1)\n"),
    ("TW104", 3, DAG + "DAG('a', sla_miss_callback=print)\n"),
    ("TW104", 1, "default_args = {'sla': 1}\n"),
    ("TW105", 3, DAG + "BashOperator('a', bash_command='x')\n"),
    ("TW106", 3, DAG + "BashOperator(task_id='a', bash_command='', trigger_rule='none_failed_or_skipped')\n"),
    ("TW106", 2, "from airflow.utils.trigger_rule import TriggerRule\nX = dict(task_id='a')\nT = MyOperator(task_id='a', trigger_rule=TriggerRule.DUMMY)\n".replace("X = dict(task_id='a')\nT = ", "")),
    ("TW106", 1, "default_args = dict(trigger_rule='dummy')\n"),
    ("TW107", 4, DAG + "d = DAG('a')\nd.following_schedule(1)\n"),
    ("TW107", 4, DAG + "with DAG('a') as flow:\n    flow.subdags\n"),
    ("TW108", 1, "from airflow.operators.subdag import SubDagOperator\n"),
    ("TW110", 1, "from airflow.operators.dummy import DummyOperator\n"),
    ("TW110", 1, "from airflow.utils.dates import days_ago\n"),
    ("TW110", 1, "from airflow.datasets import Dataset\n"),
    ("TW111", 3, DAG + "DAG('a', schedule='@daily', start_date=None)\n"),
    ("TW112", 3, DAG + "DAG('a', schedule='@daily', catchup=False)\n"),
    ("TW112", 4, DAG + "from datetime import timedelta\nDAG('a', schedule=timedelta(days=1), catchup=False)\n"),
    ("TW113", 1, "def f(ti): return ti.xcom_pull(key='a')\n"),
    ("TW114", 3, DAG + "DAG('a', start_date=None)\n"),
    ("TW114", 2, "from airflow.decorators import dag\n@dag(start_date=None)\ndef a(): ...\na()\n"),
    ("TW107", 5, DAG + "dag = DAG('a', schedule=None)\nif __name__ != '__main__':\n    dag.clear()\n"),
    ("TW120", 3, DAG + "BashOperator(task_id='a', bash_command='{{ execution_date }}')\n"),
    ("TW120", 5, DAG + "X = '''\n\n{{ macros.ds_add(prev_ds, 3) }}'''\n"),
    ("TW120", 1, "SQL = '{% if next_ds %}x{% endif %}'\n"),
    ("TW120", 1, "SQL = '{{ tomorrow_ds_nodash }}'\n"),
    ("TW120", 1, "SQL = '{{ triggering_dataset_events }}'\n"),
    ("TW120", 1, "SQL = '{{ conf.get(\"core\", \"x\") }}'\n"),
    ("TW121", 1, "def f(**context): return context['execution_date']\n"),
    ("TW121", 1, "def f(**kwargs): return kwargs.get('yesterday_ds')\n"),
    ("TW121", 2, "from airflow.sdk import get_current_context\nx = lambda: get_current_context()['next_ds']\n"),
    ("TW122", 3, NEW + "@task\ndef f(execution_date): ...\n"),
    ("TW122", 1, "def f(prev_ds, **kwargs): ...\n"),
    ("TW122", 2, "from airflow.operators.python import PythonOperator\ndef f(next_ds): ...\nPythonOperator(task_id='a', python_callable=f)\n"),
    ("TW123", 1, "def f(ti): return ti.execution_date\n"),
    ("TW123", 3, "def f(context):\n    one = context.get('ti')\n    return one.execution_date\n"),
    ("TW123", 1, "def f(**context): return context.get('dag_run').external_trigger\n"),
    ("TW123", 1, "def f(**context): return context['dag_run'].external_trigger\n"),
    ("TW123", 1, "X = '{{ dag_run.execution_date }}'\n"),
    ("TW124", 3, "from airflow.sdk import DAG, Asset\nDAG('a', schedule=[Asset('x')])\nX = '{{ ds }}'\n"),
    ("TW124", 3, "from airflow.sdk import DAG, Asset\nDAG('a', schedule=Asset('x') & Asset('y'))\ndef f(**context): return context['logical_date']\n"),
    ("TW201", 1, "from airflow.utils.nowhere import thing\n"),
    ("TW202", 2, "from airflow.decorators import task\n@task.docker(image='x')\ndef f(): ...\n"),
    ("TW202", 2, NEW + "task.kubernetes(print)\n"),
    ("TW201", 1, "from airflow.sdk import NoSuchThing\n"),
    ("TW202", 1, "from airflow.providers.snowflake.operators.snowflake import SnowflakeSqlApiOperator\n"),
    ("TW202", 1, "import airflow.providers.cncf.kubernetes.operators.pod\n"),
    ("TW202", 1, "from airflow.hooks.postgres_hook import PostgresHook\n"),
    ("TW204", 1, "from airflow.operators.postgres_operator import PostgresOperator\n"),
    ("TW205", 3, "from airflow.utils.session import create_session\ndef f():\n    with create_session() as session: ...\n"),
    ("TW205", 2, "from airflow.utils.db import provide_session\n@provide_session\ndef f(session=None): ...\n"),
    ("TW205", 2, "from airflow.settings import Session\ndef f(): Session()\n"),
    ("TW205", 2, "from airflow.api.common.trigger_dag import trigger_dag\ndef f(): trigger_dag('a')\n"),
    ("TW205", 2, "from airflow import settings\ndef f(): settings.Session()\n"),
    ("TW202", 1, "from airflow.contrib.operators.ssh_operator import SSHOperator\n"),
    ("TW202", 1, "from airflow.kubernetes.secret import Secret\n"),
    ("TW110", 1, "from airflow.operators import BashOperator\n"),
    ("TW206", 1, "from airflow.contrib.operators.qubole_operator import QuboleOperator\n"),
    ("TW207", 1, "from airflow.api.client.local_client import Client\n"),
    ("TW207", 1, "from airflow.www.security import AirflowSecurityManager\n"),
    ("TW208", 2, "import os\nimport there_is_no_such_package.of_this_name\n"),
    ("TW301", 3, "from airflow.plugins_manager import AirflowPlugin\nclass P(AirflowPlugin):\n    flask_blueprints = [1]\n"),
    ("TW301", 3, "from airflow.plugins_manager import AirflowPlugin\nclass P(AirflowPlugin):\n    operators = [1]\n"),
    ("TW302", 3, "from airflow.listeners import hookimpl\n@hookimpl\ndef on_asset_created(asset): ...\n"),
    ("TW303", 3, DAG + "BashOperator(task_id='a', bash_command='', executor='CeleryExecutor')\n"),
    ("TW304", 3, DAG + "BashOperator(task_id='a', bash_command='', executor_config={'a': 1})\n"),
    ("TW305", 3, DAG + "BashOperator(task_id='a', bash_command='', run_as_user='nobody')\n"),
    ("TW306", 2, "from airflow.sdk import PartitionMapper\nclass M(PartitionMapper): ...\n"),
    ("TW307", 2, "from airflow.sdk import AssetAccessControl\nAssetAccessControl()\n"),
    ("TW308", 1, "from airflow.models import DagBag\n"),
]  # fmt: skip

QUIET = [
    # what looks like a finding and is none
    "x = '{{ dag_run.conf }} {{ params.execution_date }} {{ f(execution_date=ds) }} {{ x[\"prev_ds\"] }}'",
    '"""Say {{ execution_date }} in a template."""',
    "def f(execution_date): ...",
    "class A:\n    def run(self, next_ds): ...",
    "settings = {}\nsettings['execution_date'] = 1",
    "row.execution_date",
    "def f(ti): ti.xcom_pull(task_ids='a'); ti.xcom_pull('a'); ti.xcom_pull(**x)",
    "schedule_interval(concurrency=3)",
    "Thing(concurrency=3, schedule_interval=1)",
    "class DAG: ...\nclass Task:\n    concurrency = 3",
    NEW + "DAG('a', schedule='@daily', start_date=None, max_active_tasks=3)",
    NEW + "@task\ndef f(logical_date, ds): ...",
    NEW + "with DAG('a') as dag:\n    dag.test()\n    dag.dag_id",
    "try:\n    from airflow.nowhere import x\nexcept ImportError:\n    from airflow.elsewhere import x",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from airflow.nowhere import x",
    "from airflow.version import version\nif version >= '3':\n    from airflow.sdk import x\nelse:\n    from airflow.nowhere import x",
    "try:\n    import no_such_package_at_all\nexcept ImportError:\n    pass",
    "from . import helpers\nfrom .x import y",
    "from airflow.sdk import Variable\nVariable.get('x')",
    "from airflow.configuration import conf\nconf.get('core', 'x')",
    "from airflow.models import DagRun, TaskInstance\ndef f(ti: TaskInstance, run: DagRun): ...",
    "default_args = {'provide_context': True, 'retries': 1}",
    "from airflow.utils.session import provide_session\nfrom airflow.settings import Session\nfrom airflow.models import DagModel",
    DAG + "dag = DAG('a', schedule=None)\nif __name__ == '__main__':\n    dag.clear()\n    dag.cli()",
    DAG + "dag = DAG('a', schedule=None)\nif '__main__' == __name__:\n    dag.cli()",
    DAG + "settings = {}\nDAG('a', **settings)",
    DAG + "DAG('a', 'what it is for', None)",
    NEW + "with DAG('a'): ...",
    NEW + "@task\ndef f(execution_date): ...\nf(execution_date='{{ ds }}')",
    (
        "from airflow.operators.python import PythonOperator\ndef f(next_ds): ...\n"
        "PythonOperator(task_id='a', python_callable=f, op_kwargs={'next_ds': '{{ ds }}'})"
    ),
    "from airflow.api.common.trigger_dag import trigger_dag",
    DAG + "BashOperator(task_id='a', bash_command='', executor='LocalExecutor', executor_config={}, run_as_user=None)",
    "from airflow.listeners import hookimpl\n@hookimpl\ndef on_dag_run_running(dag_run, msg): ...",
    "from airflow.plugins_manager import AirflowPlugin\nclass P(AirflowPlugin):\n    flask_blueprints = []\n    macros = [len]",
    "",
    "\ufeffx = 1",
]

GONE = ["from airflow.settings import engine", "from airflow.models import TaskFail"]


@cache
def _answers() -> dict[tuple[str, str], tuple[str, str]]:
    """The namespace is asked once for all of these files."""
    texts = [*(text for _, _, text in FOUND), *QUIET, *GONE, "from airflow.contrib.hooks.aws_hook import AwsHook"]
    sources = [read for text in texts if isinstance(read := _read(text), Source)]
    return dict(ask(asked_names(sources)))


def _read(text: str) -> Source | Finding:
    return read_source("a.py", text.encode())


def _findings(text: str) -> list[Finding]:
    read = _read(text)
    return [read] if isinstance(read, Finding) else text_findings(read, _answers(), (), looks_for_packages=True)


@pytest.mark.parametrize(("code", "line", "text"), FOUND)
def test_a_rule_finds_what_it_is_about_at_its_line(code: str, line: int, text: str) -> None:
    assert (code, line) in [(one.code, one.line) for one in _findings(text)]


@pytest.mark.parametrize("text", QUIET)
def test_what_only_looks_like_a_finding_is_none(text: str) -> None:
    assert [one for one in _findings(text) if one.code != "TW110"] == []


FAILS_ON_IMPORT = {
    "TW001", "TW002", "TW101", "TW102", "TW103", "TW105", "TW106", "TW107", "TW108", "TW201", "TW202", "TW204", "TW206", "TW207",
    "TW208",
}  # fmt: skip
"""Rules whose examples raise as they are imported; those of the others run, or fail in a task."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str | None]]:
    """Import a file as the server does; what it raised."""
    folder = tmp_path_factory.mktemp("dags")
    caller = ForkServer({**os.environ, "TRADEWIND_HOME": str(folder / "home")})
    parser = Parser(caller, root=folder, log_folder=folder / "logs", timeout_s=20)

    def parse(text: str) -> str | None:
        # A name of its own: Python takes the bytecode of a file of the same second and size for that of this one.
        file = folder / f"of_{sha256(text.encode()).hexdigest()}.py"
        file.write_text(text)
        return parser.parse(folder, file.name).error

    yield parse
    caller.close()


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, _, text in FOUND if code != "TW123"])
def test_what_the_text_says_is_what_an_import_shows(
    code: str, text: str, imported: Callable[[str], str | None]
) -> None:
    names = "import os\nclass MyOperator:\n    def __init__(self, **kw): ...\n" if "MyOperator" in text else ""
    error = imported(names + text)
    has_an_operator = "default_args" not in text  # to which they would be given
    assert (error is not None) == (code in FAILS_ON_IMPORT and has_an_operator), error


def test_every_rule_about_a_file_has_an_example() -> None:
    elsewhere = {"TW003", "TW004", "TW006", "TW007", "TW008", "TW203"}  # need a folder, an import or a package
    assert {code for code in RULES if code < "TW4"} - elsewhere == {code for code, _, _ in FOUND}


@pytest.mark.parametrize(
    ("text", "found", "replacement"),
    [
        (DAG + "DAG('a', schedule_interval=None)", "schedule_interval=", "schedule="),
        (DAG + "DAG('a', fail_stop=True)", "fail_stop=", "fail_fast="),
        ("x = '{{ execution_date }}'", "{{ execution_date }}", "{{ logical_date }}"),
        ("x = '{{ next_ds }}'", "{{ next_ds }}", "{{ data_interval_end | ds }}"),
        ("def f(**context): context['execution_date']", '"execution_date"', '"logical_date"'),
        (
            "from airflow.operators.bash_operator import BashOperator",
            "from airflow.operators.bash_operator import BashOperator",
            "from airflow.providers.standard.operators.bash import BashOperator",
        ),
        (
            "from airflow.datasets import DatasetAlias",
            "from airflow.datasets import DatasetAlias",
            "from airflow.sdk import AssetAlias",
        ),
        (DAG + "BashOperator(task_id='a', bash_command='', trigger_rule='dummy')", "'dummy'", "'always'"),
        (
            "from airflow.operators import DummyOperator",
            "from airflow.operators import DummyOperator",
            "from airflow.providers.standard.operators.empty import EmptyOperator",
        ),
        (
            "from airflow.contrib.sensors.file_sensor import FileSensor",
            "from airflow.contrib.sensors.file_sensor import FileSensor",
            "from airflow.providers.standard.sensors.filesystem import FileSensor",
        ),
    ],
)
def test_where_there_is_an_exact_replacement_it_is_given(text: str, found: str, replacement: str) -> None:
    read = _read(text)
    assert isinstance(read, Source)
    findings = text_findings(read, ask(asked_names([read])), (), looks_for_packages=False)
    assert (found, replacement) in [(one.found, one.replacement) for one in findings]


@pytest.mark.parametrize(
    ("module", "added"),
    [
        ("airflow.providers.amazon.aws.hooks.s3", "tradewind providers add amazon"),
        ("airflow.providers.cncf.kubernetes.operators.pod", "tradewind providers add cncf-kubernetes"),
        ("airflow.providers.apache.kafka.hooks.base", "tradewind providers add apache-kafka"),
        ("airflow.providers.microsoft.azure.hooks.wasb", "tradewind providers add microsoft-azure"),
        ("airflow.providers.common.sql.operators.sql", "tradewind providers add common-sql"),
        ("airflow.providers.dbt.cloud.operators.dbt", "tradewind providers add dbt-cloud"),
        ("airflow.providers.google.cloud.hooks.gcs", "tradewind providers add google"),
        ("airflow.providers.atlassian.jira.hooks.jira", "tradewind providers add atlassian-jira"),
    ],
)
def test_a_providers_package_is_told_by_the_name_of_its_module(module: str, added: str) -> None:
    [found] = _findings(f"import {module}")
    assert (found.code, found.fix) == ("TW202", added)


@pytest.mark.parametrize("text", GONE)
def test_a_name_of_the_database_that_is_not_even_there_is_told_where_it_is_only_imported(text: str) -> None:
    assert [(one.code, one.line) for one in _findings(text)] == [("TW205", 1)]


def test_a_name_of_airflow_1_is_told_with_its_package_and_what_it_is_called_now() -> None:
    [found] = _findings("from airflow.contrib.hooks.aws_hook import AwsHook")
    now = "from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook"
    assert (found.code, found.fix) == ("TW202", f"tradewind providers add amazon, and write `{now}`")


def test_requirements_lose_airflow_and_have_its_providers_added() -> None:
    text = dedent("""\
        # what we need
        apache-airflow[postgres,aws,statsd]==2.9.3 ; python_version > "3"
        apache-airflow-providers-slack>=8  # for alerts
        astronomer-cosmos
        pandas==2.2.0 --hash=sha256:abc
        -r other.txt
        git+https://example.com/x.git
        """)
    found = [(one.code, one.line, one.fix) for one in requirement_findings(text)]
    assert found == [
        ("TW501", 2, "write `tradewind[airflow]`"),
        ("TW502", 2, "tradewind providers add amazon"),
        ("TW502", 2, "tradewind providers add postgres"),
        ("TW502", 3, "tradewind providers add slack"),
        ("TW503", 4, "tradewind providers add astronomer-cosmos"),
    ]


def test_airflow_cfg_is_told_option_by_option_and_as_settings_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "airflow.cfg"
    file.write_text(
        dedent("""\
        [core]
        # a comment
        executor = CeleryExecutor
        parallelism = 64
        dags_are_paused_at_creation = False
        fernet_key = a-secret-key
        enable_xcom_pickling = True
        [webserver]
        base_url = http://airflow.example
        secret_key = x
        [celery]
        worker_concurrency = 16
        [smtp]
        smtp_ssl = perhaps
        [our_plugin]
        greeting = hello
        [state_store]
        backend = airflow.providers.common.io.state_store.backend.StateStoreObjectStorageBackend
        """)
    )
    read = read_configuration(file)
    assert [(one.code, one.line) for one in read.findings] == [
        ("TW404", 3), ("TW401", 4), ("TW401", 5), ("TW401", 6), ("TW404", 7), ("TW401", 9), ("TW403", 10), ("TW403", 12),
        ("TW404", 14), ("TW402", 16), ("TW404", 18),
    ]  # fmt: skip
    assert read.settings == {
        "executor": {"parallelism": 64},
        "parsing": {"dags_are_paused_at_creation": False},
        "api": {"base_url": "http://airflow.example"},
    }
    assert "[executor]\nparallelism = 64" in read.as_toml()
    assert "a-secret-key" not in read.as_toml() + "".join(map(str, read.findings))


@pytest.mark.parametrize("content", [b"no section\n", b"\xff\xfe[core]", b"[core\nx", b"[core]\n  x", b"a = [\x00"])
def test_an_airflow_cfg_that_is_none_is_a_finding(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "airflow.cfg"
    file.write_bytes(content)
    assert {one.code for one in read_configuration(file).findings} <= {"TW405", "TW403"}
