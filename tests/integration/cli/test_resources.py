"""Variables, connections, pools, the database and the settings, without a server."""

from __future__ import annotations

import json
import stat


def test_a_variable_is_set_changed_read_and_deleted(tradewind) -> None:
    tradewind("variables", "set", "colour", "red", "--description", "of the door")
    tradewind("variables", "set", "colour", "blue")
    assert tradewind("variables", "get", "colour").out == "blue\n"
    assert tradewind("variables", "list", "-o", "json", "--show-values").json() == [
        {"key": "colour", "value": "blue", "description": "of the door"}
    ]
    tradewind("variables", "delete", "colour")
    assert "no variable 'colour'" in tradewind("variables", "get", "colour", expect=3).err
    assert tradewind("variables", "get", "colour", "-d", "none").out == "none\n"


def test_a_secret_variable_is_hidden_in_lists_and_told_to_who_asks_for_it(tradewind) -> None:
    tradewind("variables", "set", "db_password", "s3cret-s3cret")
    assert "s3cret" not in tradewind("variables", "list", "--show-values").out
    assert tradewind("variables", "get", "db_password").out == "s3cret-s3cret\n"


def test_a_json_variable_is_checked(tradewind) -> None:
    assert "not valid JSON" in tradewind("variables", "set", "limits", "{a}", "--json", expect=2).err
    tradewind("variables", "set", "limits", '{"a":  1}', "--json")
    assert tradewind("variables", "get", "limits", "--json").json() == {"a": 1}


def test_exported_variables_can_be_imported_elsewhere(tradewind, tmp_path) -> None:
    file = str(tmp_path / "variables.json")
    tradewind("variables", "set", "plain", "1")
    tradewind("variables", "set", "api_key", "abcdefgh", "--description", "of the API")
    tradewind("variables", "set", "nested", '{"a": [1]}', "--json")
    tradewind("variables", "export", file)
    for key in ("plain", "api_key", "nested"):
        tradewind("variables", "delete", key)
    assert "3 variables imported" in tradewind("variables", "import", file).out
    assert tradewind("variables", "get", "api_key").out == "abcdefgh\n"
    assert tradewind("variables", "get", "plain").out == "1\n"
    assert tradewind("variables", "get", "nested", "-j").json() == {"a": [1]}


def test_existing_variables_are_kept_replaced_or_a_reason_to_stop(tradewind, tmp_path) -> None:
    file = tmp_path / "v.json"
    file.write_text('{"a": "new", "b": "new"}')
    tradewind("variables", "set", "a", "old")
    refused = tradewind("variables", "import", str(file), "-a", "fail", expect=4)
    assert "exist: a" in refused.err
    tradewind("variables", "import", str(file), "-a", "skip")
    assert tradewind("variables", "get", "a").out == "old\n"
    tradewind("variables", "import", str(file), "-a", "overwrite")
    assert tradewind("variables", "get", "a").out == "new\n"


def test_a_connection_is_added_by_its_parts_by_uri_and_by_json(tradewind) -> None:
    tradewind(
        "connections",
        "add",
        "parts",
        "--conn-type",
        "postgres",
        "--conn-host",
        "db",
        "--conn-port",
        "5432",
        "--conn-password",
        "p@ss/word",
    )
    tradewind("connections", "add", "uri", "--conn-uri", "mysql://u:p%40ss@h:1/d?ssl=1")
    tradewind("connections", "add", "json", "--conn-json", '{"conn_type": "http", "host": "h", "extra": {"a": 1}}')
    parts = tradewind("connections", "get", "parts", "-o", "json").json()
    assert (parts["port"], parts["password"]) == (5432, "p@ss/word")
    uri = tradewind("connections", "get", "uri", "-o", "json").json()
    assert (uri["login"], uri["password"], uri["schema"], uri["extra"]) == ("u", "p@ss", "d", '{"ssl": "1"}')
    assert json.loads(tradewind("connections", "get", "json", "-o", "json").json()["extra"]) == {"a": 1}
    assert {row["connection_id"] for row in tradewind("connections", "list", "-o", "json").json()} == {
        "parts",
        "uri",
        "json",
    }
    assert "p@ss" not in tradewind("connections", "list", "--show-values").out


def test_a_connection_type_that_no_package_brings_is_kept_with_a_warning(tradewind) -> None:
    postgres = tradewind("connections", "add", "a", "--conn-type", "postgres")
    assert "no installed package brings a hook for type 'postgres'; `tradewind providers add postgres`" in postgres.err
    assert "did you mean fs?" in tradewind("connections", "add", "b", "--conn-type", "fss").err
    assert tradewind("connections", "add", "c", "--conn-type", "fs").err == ""
    assert {one["connection_id"] for one in tradewind("connections", "list", "-o", "json").json()} == {"a", "b", "c"}


def test_a_connection_must_be_given_in_one_way(tradewind) -> None:
    both = tradewind("connections", "add", "c", "--conn-uri", "http://h", "--conn-type", "http", expect=2)
    assert "--conn-uri and --conn-type" in both.err
    assert "nothing" in tradewind("connections", "add", "c", expect=2).err
    assert "--conn-type is missing" in tradewind("connections", "add", "c", "--conn-host", "h", expect=2).err


def test_the_same_connection_twice_is_a_conflict(tradewind) -> None:
    tradewind("connections", "add", "c", "--conn-uri", "http://h")
    assert "already" in tradewind("connections", "add", "c", "--conn-uri", "http://h", expect=4).err


def test_exported_connections_can_be_imported_elsewhere_in_every_format(tradewind, tmp_path) -> None:
    tradewind("connections", "add", "c", "--conn-uri", "postgres://u:p%3Aw@h:5432/d?a=b")
    before = tradewind("connections", "get", "c", "-o", "json").json()
    for suffix, more in (("json", []), ("yaml", []), ("env", []), ("env", ["--serialization-format", "json"])):
        file = tmp_path / f"connections.{suffix}"
        tradewind("connections", "export", str(file), *more)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        tradewind("connections", "delete", "c")
        tradewind("connections", "import", str(file))
        assert tradewind("connections", "get", "c", "-o", "json").json() == before
    assert "kept" in tradewind("connections", "import", str(file)).err


def test_a_pool_is_made_changed_and_deleted(tradewind, tmp_path) -> None:
    file = str(tmp_path / "pools.json")
    tradewind("pools", "set", "gpu", "2", "cards")
    tradewind("pools", "set", "gpu", "4", "cards", "--include-deferred")
    [pool] = tradewind("pools", "get", "gpu", "-o", "json").json()
    assert pool == {"pool": "gpu", "slots": 4, "description": "cards", "include_deferred": True}
    tradewind("pools", "export", file)
    tradewind("pools", "delete", "gpu")
    assert "gpu" in tradewind("pools", "get", "gpu", expect=3).err
    tradewind("pools", "import", file)
    assert {row["pool"] for row in tradewind("pools", "list", "-o", "json").json()} == {"default_pool", "gpu"}


def test_the_database_is_made_checked_cleaned_and_emptied(tradewind) -> None:
    assert "newly made" in tradewind("db", "migrate").out
    assert "already" in tradewind("db", "migrate").out
    tradewind("db", "check")
    tradewind("db", "check-migrations", "-t", "0")
    tradewind("variables", "set", "a", "1")
    counts = tradewind("db", "clean", "--clean-before-timestamp", "2020-01-01", "--dry-run", "-o", "json").json()
    assert {row["rows"] for row in counts} == {0}
    assert (
        "can't be cleaned"
        in tradewind("db", "clean", "--clean-before-timestamp", "2020-01-01", "-t", "nope", "-y", expect=2).err
    )
    tradewind("db", "reset", "-y")
    assert tradewind("variables", "list", "-o", "json").json() == []


def test_nothing_is_deleted_without_an_answer(tradewind) -> None:
    tradewind("variables", "set", "a", "1")
    assert "Stopped." in tradewind("db", "reset", expect=130).err
    assert tradewind("variables", "get", "a").out == "1\n"


def test_a_database_that_is_not_there_is_told_in_one_line(tradewind, monkeypatch) -> None:
    monkeypatch.setenv("TRADEWIND__DB__URL", "postgresql+psycopg://u:secret@127.0.0.1:1/d")
    refused = tradewind("db", "check", "--retry", "1", "--retry-delay", "0", expect=6)
    assert "1 tries left" in refused.err
    assert "secret" not in refused.err


def test_settings_are_shown_with_their_sources(tradewind, monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "7")
    assert tradewind("config", "get-value", "executor", "parallelism").out == "7\n"
    listed = tradewind("config", "list", "--section", "executor", "-s", "-d", "-V").out
    assert "from: AIRFLOW__CORE__PARALLELISM" in listed
    assert "parallelism = 7" in listed
    assert "there are db, scheduler" in tradewind("config", "get-value", "nope", "x", expect=3).err


def test_a_password_in_a_setting_stays_hidden_unless_asked_for(tradewind, monkeypatch) -> None:
    monkeypatch.setenv("TRADEWIND__DB__URL", "postgresql+psycopg://u:pass-of-db@db/d")
    monkeypatch.setenv("TRADEWIND__SMTP__PASSWORD", "pass-of-mail")
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", '{"token": "pass-of-vault"}')
    assert "pass-of" not in tradewind("config", "list").out
    assert tradewind("config", "list", "--show-values").out.count("pass-of") == 3
    assert "pass-of" not in tradewind("info").out


def test_a_wrong_setting_is_told_with_the_place_where_it_was_set(tradewind, monkeypatch) -> None:
    monkeypatch.setenv("TRADEWIND__API__PORT", "many")
    assert "TRADEWIND__API__PORT" in tradewind("config", "list", expect=2).err


def test_what_is_installed_is_told(tradewind) -> None:
    found = tradewind("info", "-o", "json").json()
    assert found["home"] == str(tradewind.home)
    assert found["server"] == "none runs"


def test_a_wrong_word_is_answered_with_the_usage(tradewind) -> None:
    assert "No such command 'flags'" in tradewind("flags", expect=2).err
    assert "--conf" in tradewind("dags", "trigger", "--help").out
