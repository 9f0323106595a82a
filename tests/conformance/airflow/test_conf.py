"""`conf` answers as Airflow's does: places, types, renamed options, secrets."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from pathlib import Path

import pytest
from airflow.configuration import AirflowConfigParser
from airflow.exceptions import AirflowConfigException

from tradewind.sdk.task_api import bound
from tradewind.testing.memory import MemoryApi, MemoryServer


class Colour(Enum):
    RED = 1
    BLUE = 2


@pytest.fixture
def conf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AirflowConfigParser:
    """One that has read nothing yet."""
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path))
    monkeypatch.delenv("AIRFLOW_HOME", raising=False)
    return AirflowConfigParser()


def test_it_is_one_object_under_its_names():
    import airflow.sdk
    import airflow.sdk.configuration

    assert airflow.configuration.conf is airflow.sdk.configuration.conf is airflow.sdk.conf


@pytest.mark.parametrize(
    ("getter", "text", "value"),
    [
        ("getboolean", "TRUE # as it was", True),
        ("getboolean", "0", False),
        ("getint", "7", 7),
        ("getfloat", "0.5", 0.5),
        ("getlist", "a, b,, c", ["a", "b", "c"]),
        ("getjson", '{"a": [1]}', {"a": [1]}),
        ("gettimedelta", "90", timedelta(seconds=90)),
        ("getimport", "pathlib.Path", Path),
    ],
)
def test_values_have_the_type_that_is_asked_for(conf, monkeypatch, getter, text, value):
    monkeypatch.setenv("AIRFLOW__MINE__KEY", text)
    assert getattr(conf, getter)("Mine", "KEY") == value


@pytest.mark.parametrize("getter", ["getboolean", "getint", "getfloat", "getjson", "gettimedelta", "getimport"])
def test_a_value_of_another_type_is_refused_with_its_place(conf, monkeypatch, getter):
    monkeypatch.setenv("AIRFLOW__MINE__KEY", "no{such.thing")
    with pytest.raises(AirflowConfigException, match=r"mine.*key|key.*mine"):
        getattr(conf, getter)("mine", "key")


def test_a_number_that_nobody_gives_is_refused(conf):
    with pytest.raises(AirflowConfigException, match="Failed to convert value to int"):
        conf.getint("api", "base_url")
    assert conf.getint("mine", "key", fallback=None) is None
    assert conf.getint("mine", "key", fallback=3) == 3
    assert conf.getjson("mine", "key", fallback=[1]) == [1]
    assert conf.gettimedelta("mine", "key") is None


def test_enums_are_read_by_the_names_of_their_members(conf, monkeypatch, caplog):
    monkeypatch.setenv("AIRFLOW__MINE__COLOUR", "RED")
    monkeypatch.setenv("AIRFLOW__MINE__COLOURS", "RED,GREEN,BLUE")
    assert conf.getenum("mine", "colour", Colour) is Colour.RED
    assert conf.getenum("mine", "none", Colour, fallback="BLUE") is Colour.BLUE
    assert conf.getenumlist("mine", "colours", Colour) == [Colour.RED, Colour.BLUE]
    assert "GREEN is passed over" in caplog.text
    monkeypatch.setenv("AIRFLOW__MINE__COLOUR", "GREEN")
    with pytest.raises(AirflowConfigException, match="one of RED, BLUE"):
        conf.getenum("mine", "colour", Colour)


def test_mandatory_values_are_there_or_it_raises(conf, monkeypatch):
    assert conf.get_mandatory_value("core", "parallelism") == "32"
    with pytest.raises(ValueError, match="The value api/base_url should be set!"):
        conf.get_mandatory_value("api", "base_url")
    monkeypatch.setenv("AIRFLOW__MINE__WORDS", "a,b")
    assert conf.get_mandatory_list_value("mine", "words") == ["a", "b"]


def test_a_section_has_numbers_and_truth_values(conf, monkeypatch):
    monkeypatch.setenv("AIRFLOW__MINE__A", "1")
    monkeypatch.setenv("AIRFLOW__MINE__B", "1.5")
    monkeypatch.setenv("AIRFLOW__MINE__C", "True")
    monkeypatch.setenv("AIRFLOW__MINE__D_CMD", "echo text")
    assert conf.getsection("mine") == {"a": 1, "b": 1.5, "c": True, "d": "text"}
    assert conf.getsection("nobodys") is None
    assert conf.has_section("mine")
    assert "mine" in conf.sections()


def test_the_whole_hides_secrets_unless_asked(conf, monkeypatch):
    monkeypatch.setenv("AIRFLOW__MINE__PASSWORD", "hush")
    assert conf.as_dict()["mine"] == {"password": "< hidden >"}
    assert conf.as_dict(display_sensitive=True, display_source=True)["mine"] == {"password": ("hush", "config")}


def test_a_command_and_the_file_give_values(conf, monkeypatch, tmp_path):
    (tmp_path / "airflow.cfg").write_text(
        "[mine]\nplain = $A_FOLDER/x\nlogin_cmd = echo ann\n[core]\nparallelism = 5\n"
    )
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("A_FOLDER", "/here")
    assert conf.get("mine", "plain") == "/here/x"
    assert conf.get("mine", "login") == "ann"
    assert conf.getint("core", "parallelism") == 5
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "6")
    assert conf.getint("core", "parallelism") == 6
    monkeypatch.setenv("AIRFLOW__MINE__LOGIN_CMD", "false")
    with pytest.raises(AirflowConfigException, match="Cannot execute false"):
        conf.get("mine", "login")


def test_a_secrets_backend_gives_values(conf, monkeypatch, tmp_path):
    (tmp_path / "variables.json").write_text('{"path/of/it": "hush"}')
    (tmp_path / "backend_of_conf_test.py").write_text(
        "from airflow.secrets.local_filesystem import LocalFilesystemBackend\n"
        "class Backend(LocalFilesystemBackend):\n    get_config = LocalFilesystemBackend.get_variable\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("AIRFLOW__MINE__PASSWORD_SECRET", "path/of/it")
    with pytest.raises(AirflowConfigException, match="no secrets backend"):
        conf.get("mine", "password")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", "backend_of_conf_test.Backend")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", f'{{"variables_file_path": "{tmp_path}/variables.json"}}')
    assert conf.get("mine", "password") == "hush"


def test_options_with_a_new_name_are_found_by_both(conf, monkeypatch):
    monkeypatch.setenv("AIRFLOW__WEBSERVER__BASE_URL", "https://old.example")
    with pytest.warns(FutureWarning, match=r"\[webserver\] base_url is set, which is called \[api\] base_url now"):
        assert conf.get("api", "base_url") == "https://old.example"
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://new.example")
    assert conf.get("api", "base_url") == "https://new.example"
    with pytest.warns(FutureWarning, match=r"\[webserver\] base_url is called \[api\] base_url now"):
        assert conf.get("webserver", "base_url") == "https://new.example"


def test_what_is_set_here_can_be_taken_back(conf, monkeypatch):
    monkeypatch.setenv("AIRFLOW__MINE__KEY", "x")  # so that it is put back
    conf.set("mine", "key", "1")
    assert (conf.getint("mine", "key"), conf.has_option("mine", "key")) == (1, True)
    conf.remove_option("mine", "key")
    assert not conf.has_option("mine", "key")


@pytest.mark.parametrize(
    ("section", "key"),
    [("core", "fernet_key"), ("database", "sql_alchemy_conn"), ("secrets", "backend_kwargs"), ("mine", "the_password")],
)
def test_what_nobody_is_to_see_is_hidden_and_kept_out_of_the_logs_of_whoever_reads_it(
    conf: AirflowConfigParser, monkeypatch: pytest.MonkeyPatch, section: str, key: str
):
    monkeypatch.setenv(f"AIRFLOW__{section.upper()}__{key.upper()}", '{"a": "hush-hush"}')
    assert conf.as_dict()[section][key] == "< hidden >"
    masked: list[object] = []
    with bound(MemoryApi(MemoryServer("d", "r"), "t", -1), lambda value, _: masked.append(value)):
        conf.get(section, key)
        conf.get("core", "dags_folder")
    assert masked == ['{"a": "hush-hush"}']
