"""The `airflow` namespace: what its names are, what moved, what is refused, and what stands in for packages."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import airflow
import pytest
from airflow import exceptions, sdk
from airflow.configuration import AirflowConfigParser
from airflow.sdk import exceptions as sdk_exceptions
from airflow.utils import helpers
from airflow.utils.state import State, TaskInstanceState

import tradewind

LEGACY = {
    "airflow.operators.python": "PythonOperator",
    "airflow.operators.bash_operator": "BashOperator",
    "airflow.operators.dummy": "DummyOperator",
    "airflow.sensors.base": "BaseSensorOperator",
    "airflow.hooks.base": "BaseHook",
    "airflow.models.baseoperator": "BaseOperator",
    "airflow.decorators": "task",
    "airflow.datasets": "Dataset",
    "airflow.utils.dates": "days_ago",
    "airflow.utils.task_group": "TaskGroup",
    "airflow.utils.trigger_rule": "TriggerRule",
    "airflow.utils.edgemodifier": "Label",
    "airflow.notifications.basenotifier": "BaseNotifier",
    "airflow.timetables.datasets": "DatasetOrTimeSchedule",
}


def _python(code: str, *paths: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own."""
    env = {name: text for name, text in os.environ.items() if not name.startswith(("AIRFLOW", "TRADEWIND"))}
    env |= {"PYTHONPATH": os.pathsep.join(map(str, paths)), **variables}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)


def test_the_version_is_that_of_the_surface() -> None:
    assert (airflow.__version__, importlib.import_module("airflow.version").version) == ("3.3.2", "3.3.2")


@pytest.mark.parametrize("name", sorted(sdk.__all__))
def test_every_name_of_the_task_sdk_is_there(name: str) -> None:
    found = getattr(sdk, name)
    if name in tradewind.__all__ and name != "__version__":
        assert found is getattr(tradewind, name)


def test_an_unknown_name_is_an_import_error_that_says_so() -> None:
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        exec("from airflow.sdk import Nothing")


def test_exceptions_are_one_class_under_all_their_names() -> None:
    shared = [name for name in dir(sdk_exceptions) if name.startswith("Airflow") and hasattr(exceptions, name)]
    assert len(shared) > 15
    assert [name for name in shared if getattr(exceptions, name) is not getattr(sdk_exceptions, name)] == []
    assert airflow.AirflowException is exceptions.AirflowException


@pytest.mark.parametrize("module", sorted(LEGACY))
def test_a_path_of_airflow_2_works_and_is_told_once(module: str) -> None:
    code = (
        "import importlib, warnings\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n"
        f"    from {module} import {LEGACY[module]} as one\n"
        f"    from {module} import {LEGACY[module]} as two\n"
        f"about = [w for w in told if '{module} is a name of Airflow 2' in str(w.message)]\n"
        "print(one is two, len(about), about[0].category.__name__, about[0].filename)"
    )
    assert _python(code).stdout.split() == ["True", "1", "DeprecationWarning", "<string>"]


def test_standard_operators_are_ours_where_the_package_is_not_installed() -> None:
    module = importlib.import_module("airflow.providers.standard.operators.bash")
    assert module is importlib.import_module("tradewind.providers.standard.operators.bash")
    assert importlib.import_module("airflow.providers.standard.utils.weekday").WeekDay.MONDAY == 1


def test_an_installed_standard_package_wins(tmp_path: Path) -> None:
    folder = tmp_path / "airflow" / "providers" / "standard" / "operators"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    (folder / "bash.py").write_text("BashOperator = 'published'")
    done = _python("from airflow.providers.standard.operators.bash import BashOperator as B; print(B)", tmp_path)
    assert done.stdout.strip() == "published", done.stderr


def test_a_real_airflow_beside_it_is_refused(tmp_path: Path) -> None:
    info = tmp_path / "apache_airflow_core-3.3.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: apache-airflow-core\nVersion: 3.3.2\n")
    done = _python("import airflow", tmp_path)
    assert done.returncode == 1
    assert "installed side by side" in done.stderr


def test_a_missing_provider_package_is_named() -> None:
    code = "import warnings; warnings.simplefilter('ignore'); import airflow.operators.email as m; m.EmailOperator"
    assert "needs a provider package such as apache-airflow-providers-smtp" in _python(code).stderr


def test_reading_a_dag_file_loads_neither_database_nor_web() -> None:
    code = (
        "import sys; from airflow.sdk import DAG, task; from airflow.providers.standard.operators.bash import BashOperator\n"
        "print({'sqlalchemy', 'fastapi', 'pandas', 'pydantic', 'requests', 'fsspec'} & set(sys.modules))"
    )
    assert _python(code).stdout.strip() == "set()"


# -- conf ----------------------------------------------------------------------------------------------------------


def test_conf_knows_airflows_defaults_in_any_case() -> None:
    conf = AirflowConfigParser()
    assert conf.getint("CORE", "Parallelism") == 32
    assert conf.getboolean("operators", "default_deferrable") is False
    assert conf.get("no", "such", fallback="x") == "x"
    assert not conf.has_option("no", "such")
    with pytest.raises(exceptions.AirflowConfigException, match=r"section/key \[no/such\] not found"):
        conf.get("no", "such")


def test_conf_reads_the_environment_and_our_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))
    monkeypatch.setenv("TRADEWIND__EXECUTOR__PARALLELISM", "7")
    monkeypatch.setenv("AIRFLOW__MY_SECTION__KEY", '{"a": [1]}')
    monkeypatch.setenv("AIRFLOW__CORE__DEFAULT_TIMEZONE_CMD", "echo Europe/Oslo")
    conf = AirflowConfigParser()
    assert conf.getint("core", "parallelism") == 7
    assert conf.get("core", "dags_folder") == str(tmp_path / "dags")
    assert conf.getjson("my_section", "key") == {"a": [1]}
    assert conf.getsection("my_section") == {"key": '{"a": [1]}'}
    assert conf.get("core", "default_timezone") == "Europe/Oslo"


def test_conf_reads_airflow_cfg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text("[mine]\nwords = a, b ,c\nrate = 0.5\n")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    conf = AirflowConfigParser()
    assert (conf.getlist("mine", "words"), conf.getfloat("mine", "rate")) == (["a", "b", "c"], 0.5)


# -- small functions ------------------------------------------------------------------------------------------------


def test_helpers_do_what_their_names_say() -> None:
    assert [list(piece) for piece in helpers.chunks([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert helpers.prune_dict({"a": None, "b": {"c": None, "d": 1}, "e": [None, 2]}) == {"b": {"d": 1}, "e": [2]}
    assert helpers.prune_dict({"a": 0, "b": {"c": ""}, "d": 1}, mode="truthy") == {"d": 1}
    assert helpers.merge_dicts({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
    assert (helpers.exactly_one(True, False), helpers.exactly_one(True, True)) == (True, False)
    assert helpers.convert_camel_to_snake("LocalTaskJob") == "local_task_job"
    with pytest.raises(ValueError, match="exclusively"):
        helpers.validate_key("bad id!")


def test_days_ago_is_midnight_in_utc() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dates = importlib.import_module("airflow.utils.dates")
    found = dates.days_ago(2, hour=3)
    assert (found.hour, found.minute, found.utcoffset()) == (3, 0, timedelta(0))
    assert timedelta(days=1) < datetime.now(UTC) - found < timedelta(days=3)


def test_states_are_texts_and_sets_of_them() -> None:
    assert TaskInstanceState.UP_FOR_RETRY == "up_for_retry"
    assert State.SUCCESS in State.finished
    assert None in State.unfinished


def test_poke_mode_only_keeps_a_sensor_from_rescheduling() -> None:
    from airflow.sdk.bases.sensor import BaseSensorOperator, poke_mode_only

    @poke_mode_only
    class Sensor(BaseSensorOperator):
        pass

    assert Sensor(task_id="fine").mode == "poke"
    with pytest.raises(ValueError, match="Only 'poke' is acceptable"):
        Sensor(task_id="wrong", mode="reschedule")


def test_a_plugin_with_macros_and_a_listener_works_in_a_task(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "house_plugin.py").write_text(
        "import sys\n"
        "from airflow.listeners import hookimpl\n"
        "from airflow.plugins_manager import AirflowPlugin\n"
        "def twice(x):\n    return x * 2\n"
        "class Ears:\n"
        "    @hookimpl\n    def on_task_instance_running(self, previous_state, task_instance):\n"
        "        print('HEARD running', task_instance.task_id, file=sys.stderr)\n"
        "    @hookimpl\n    def on_task_instance_success(self, task_instance):\n"
        "        print('HEARD success', task_instance.task_id, file=sys.stderr)\n"
        "class HousePlugin(AirflowPlugin):\n    name = 'house'\n    macros = [twice]\n    listeners = [Ears()]\n"
    )
    (tmp_path / "house.py").write_text(
        "from airflow.sdk import DAG\nfrom airflow.providers.standard.operators.bash import BashOperator\n"
        "with DAG('house'):\n    BashOperator(task_id='tell', bash_command='echo {{ macros.house.twice(21) }}')\n"
    )
    command = [sys.executable, "-m", "tradewind", "dags", "test", "--file", str(tmp_path / "house.py"), "-o", "json"]
    done = subprocess.run(command, env=os.environ | {"TRADEWIND_HOME": str(tmp_path)}, capture_output=True, text=True)
    assert '"42"' in done.stdout, done.stderr
    assert [line for line in done.stderr.splitlines() if "HEARD" in line] == [
        "HEARD running tell",
        "HEARD success tell",
    ]


def test_a_dag_bag_tells_dags_and_import_errors(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("from airflow.sdk import DAG\nwith DAG('in_the_bag'):\n    pass\n")
    (tmp_path / "bad.py").write_text("from airflow.sdk import DAG\nimport no_such_module\n")
    (tmp_path / "other.py").write_text("raise RuntimeError('nobody asked')\n")
    code = (
        "from airflow.models import DagBag\n"
        f"bag = DagBag({str(tmp_path)!r}, include_examples=False)\n"
        "print(bag.dag_ids, bag.size(), bag.get_dag('nope'), [p.rpartition('/')[2] for p in bag.import_errors])\n"
        "print('no_such_module' in str(bag.import_errors))"
    )
    done = _python(code, TRADEWIND_HOME=str(tmp_path / "home"))
    assert done.stdout.split("\n") == ["['in_the_bag'] 1 None ['bad.py']", "True", ""], done.stderr


def test_a_mail_has_everybody_it_goes_to_and_is_not_sent_in_a_dry_run() -> None:
    from airflow.utils.email import build_mime_message, get_email_address_list, send_email

    assert get_email_address_list("a@x.org, b@x.org;c@x.org") == ["a@x.org", "b@x.org", "c@x.org"]
    message, everybody = build_mime_message("me@x.org", "a@x.org", "Hello", "<b>hi</b>", cc="b@x.org", bcc=["c@x.org"])
    assert (message["To"], message["CC"], everybody) == ("a@x.org", "b@x.org", ["a@x.org", "b@x.org", "c@x.org"])
    assert "c@x.org" not in message.as_string()
    send_email("a@x.org", "Hello", "hi", dryrun=True)


def test_dates_of_default_args_may_be_texts() -> None:
    with tradewind.DAG("texts", default_args={"start_date": "2021-03-01", "end_date": "2031-03-01T12:00:00"}) as dag:
        pass
    assert dag.start_date == datetime(2021, 3, 1, tzinfo=UTC)
    assert dag.end_date == datetime(2031, 3, 1, 12, tzinfo=UTC)


def test_code_of_a_plugin_may_tell_listeners_itself() -> None:
    from airflow.listeners import hookimpl
    from airflow.listeners.listener import get_listener_manager

    heard = []

    class Ears:
        @hookimpl
        def on_starting(self, component):
            heard.append(component)

    manager = get_listener_manager()
    manager.add_listener(Ears())
    manager.hook.on_starting(component="this test")
    assert heard == ["this test"]
