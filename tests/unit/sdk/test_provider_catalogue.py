"""The catalogue of provider packages: what it reads, what it keeps, and what it does when a package fails."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.provider_package import install, uninstall
from tradewind.sdk import provider_catalogue
from tradewind.sdk.provider_catalogue import Catalogue, ProviderRecord, distribution_folders, installed_catalogue

HOOK = """{
    "package-name": "acme-provider", "name": "Acme",
    "connection-types": [{
        "connection-type": "acme", "hook-class-name": "acme_provider.AcmeHook", "hook-name": "Acme Rockets",
        "conn-fields": {"fuel": {"schema": {"type": "string"}}}, "ui-field-behaviour": {"hidden-fields": ["port"]},
    }],
    "task-decorators": [{"name": "rocket", "class-name": "acme_provider.rocket_task"}],
    "filesystems": ["acme_provider"],
    "notifications": ["acme_provider.AcmeNotifier"],
    "config": {"Acme": {"description": "x", "options": {
        "THRUST": {"default": "11", "type": "integer"}, "pad": {"default": None}}}},
}"""
HOOK_CLASS = "class AcmeHook:\n    conn_name_attr = 'acme_conn_id'\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_a_package_says_what_it_brings_and_is_not_imported_here(site: Path, tmp_path: Path):
    install(site, "acme-provider", HOOK, version="2.3", more=HOOK_CLASS)
    found = installed_catalogue(str(tmp_path / "home"))
    assert found.providers["acme-provider"].version == "2.3"
    hook = found.hooks["acme"]
    assert (hook.hook_name, hook.package_name) == ("Acme Rockets", "acme-provider")
    assert hook.conn_fields == {"fuel": {"schema": {"type": "string"}}}
    assert hook.ui_field_behaviour == {"hidden-fields": ["port"]}
    assert found.task_decorators["rocket"] == "acme_provider.rocket_task"
    assert "acme_provider" in found.filesystems
    assert ("acme-provider", "acme_provider.AcmeNotifier") in found.section("notifications")
    assert found.config_defaults[("acme", "thrust")] == "11"
    assert ("acme", "pad") not in found.config_defaults
    assert "acme_provider" not in sys.modules


def test_the_connection_id_argument_is_asked_of_the_class_when_it_is_needed(site: Path, tmp_path: Path):
    install(site, "lazy-acme", HOOK.replace("acme_provider.", "lazy_acme."), more=HOOK_CLASS)
    hook = installed_catalogue(str(tmp_path)).hooks["acme"]
    try:
        assert hook.connection_id_attribute == "acme_conn_id"
    finally:
        sys.modules.pop("lazy_acme", None)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("raise RuntimeError('needs Airflow 99')", "RuntimeError: needs Airflow 99"),
        ("import a_module_that_is_not_there", "No module named 'a_module_that_is_not_there'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_a_package_that_fails_is_told_and_hides_no_other(site: Path, tmp_path: Path, more: str, told: str):
    install(site, "acme-provider", HOOK, more=HOOK_CLASS)
    install(site, "broken-provider", "{}", more=more)
    found = installed_catalogue(str(tmp_path))
    assert told in found.problems["broken-provider"]
    assert "broken-provider" not in found.providers
    assert "acme" in found.hooks


@pytest.mark.parametrize(
    "info",
    [
        "{'connection-types': ['odd']}",
        "{'task-decorators': [{'name': 'odd'}]}",
        "{'config': {'odd': {'options': ['x']}}}",
        "{'filesystems': [{'python-module': 'odd'}]}",
        "{'asset-uris': [{'factory': 'odd'}]}",
        "{'remote-logging': [{'scheme': 'odd'}]}",
    ],
)
def test_a_package_whose_entries_are_of_no_known_form_is_told_and_hides_no_other(site: Path, tmp_path: Path, info: str):
    install(site, "acme-provider", HOOK, more=HOOK_CLASS)
    install(site, "odd-provider", info)
    found = installed_catalogue(str(tmp_path))
    assert "odd-provider" in found.problems
    assert "acme" in found.hooks
    assert (set(found.task_decorators), found.filesystems) == ({"rocket"}, ("acme_provider",))
    assert found.config_defaults == {("acme", "thrust"): "11"}


def test_a_package_that_failed_is_asked_again_once_it_is_repaired(site: Path, tmp_path: Path):
    file = install(site, "broken-provider", "{}", more="raise RuntimeError('not yet')")
    assert "not yet" in installed_catalogue(str(tmp_path)).problems["broken-provider"]
    file.write_text(file.read_text().replace("raise RuntimeError('not yet')", ""))
    assert not installed_catalogue(str(tmp_path)).problems


def test_a_distribution_that_goes_while_it_is_looked_at_is_passed_over(site: Path):
    install(site, "acme-provider", HOOK)
    folders = distribution_folders()
    uninstall(site, "acme-provider")
    key = provider_catalogue._key(folders)
    assert key[str(site)] == []


@pytest.mark.parametrize(("status", "told"), [(7, "ended with 7"), (0, "ended before it had answered")])
def test_a_package_that_prints_and_one_that_ends_its_process(site: Path, tmp_path: Path, status: int, told: str):
    calls = tmp_path / "calls"
    install(site, "loud-provider", HOOK, more="print('hello')")
    assert "loud-provider" in installed_catalogue(str(tmp_path)).providers
    install(site, "deadly-provider", "{}", more=f"import os; open({str(calls)!r}, 'a').write('x'); os._exit({status})")
    install(site, "meek-provider", "{}")
    found = installed_catalogue(str(tmp_path))
    assert told in found.problems["deadly-provider"]
    assert {"loud-provider", "meek-provider"} <= set(found.providers)
    assert "acme" in found.hooks
    before = calls.read_text()
    installed_catalogue(str(tmp_path))
    assert calls.read_text() == before


def test_the_answer_is_kept_until_something_is_installed_upgraded_removed_or_edited(site: Path, tmp_path: Path):
    calls = tmp_path / "calls"
    count = f"open({str(calls)!r}, 'a').write('x')\n"
    home = str(tmp_path / "home")
    file = install(site, "acme-provider", HOOK, more=count)

    def asked() -> int:
        installed_catalogue(home)
        return len(calls.read_text())

    assert [asked(), asked()] == [1, 1]
    install(site, "other-provider", "{'package-name': 'other-provider'}")
    assert [asked(), asked()] == [2, 2]
    uninstall(site, "other-provider")
    assert asked() == 2  # the answer from before is still kept
    uninstall(site, "acme-provider")
    file = install(site, "acme-provider", HOOK, version="1.1", more=count)
    assert [asked(), asked()] == [3, 3]
    assert installed_catalogue(home).providers["acme-provider"].version == "1.1"
    file.write_text(file.read_text() + "\n# edited in place\n")
    assert [asked(), asked()] == [4, 4]


def test_a_home_that_cannot_be_written_gives_the_same_answer(site: Path, tmp_path: Path):
    install(site, "acme-provider", HOOK)
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    assert "acme" in installed_catalogue(str(no_folder / "home")).hooks


def test_a_torn_file_of_the_cache_is_made_again(site: Path, tmp_path: Path):
    install(site, "acme-provider", HOOK)
    installed_catalogue(str(tmp_path))
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_text(kept.read_text()[:100])
    assert "acme" in installed_catalogue(str(tmp_path)).hooks
    json.loads(kept.read_text())


def test_many_at_once_all_get_the_answer_and_one_file_stays(site: Path, tmp_path: Path):
    install(site, "acme-provider", HOOK)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: installed_catalogue(str(tmp_path)).hooks["acme"], range(4)))
    assert len(answers) == 4
    assert [one.suffix for one in (tmp_path / "cache").iterdir()] == [".json"]


def test_a_package_that_asks_for_the_catalogue_while_it_is_read_gets_those_before_it(site: Path, tmp_path: Path):
    ask = "from tradewind.sdk.provider_catalogue import catalogue\nseen = sorted(catalogue().providers)"
    install(site, "apache-airflow-providers-first", "{}")
    install(site, "curious-provider", "{'seen': seen}", more=ask)
    data = installed_catalogue(str(tmp_path)).providers["curious-provider"].data
    assert "apache-airflow-providers-first" in data["seen"]


def test_old_packages_that_list_classes_only_get_their_connection_types(site: Path, tmp_path: Path):
    install(
        site,
        "old-provider",
        "{'hook-class-names': ['old_provider.OldHook']}",
        more="class OldHook:\n    conn_type = 'old'\n    conn_name_attr = 'old_conn_id'\n    hook_name = 'Old'\n",
    )
    hook = installed_catalogue(str(tmp_path)).hooks["old"]
    assert (hook.hook_class_name, hook.hook_name) == ("old_provider.OldHook", "Old")


def test_an_old_hook_that_cannot_be_imported_hides_no_other_of_its_package(site: Path, tmp_path: Path):
    install(
        site,
        "old-provider",
        "{'hook-class-names': ['old_provider.Gone', 'old_provider.OldHook']}",
        more="class OldHook:\n    conn_type = 'old'\n    conn_name_attr = 'old_conn_id'\n    hook_name = 'Old'\n",
    )
    found = installed_catalogue(str(tmp_path))
    assert "old" in found.hooks
    assert "Gone" in found.problems["old-provider"]


def test_of_two_packages_with_one_connection_type_the_first_has_it():
    def record(name: str) -> ProviderRecord:
        entry = {"connection-type": "s3", "hook-class-name": f"{name}.Hook", "hook-name": name}
        return ProviderRecord(name, "1", {"connection-types": [entry]})

    assert Catalogue([record("zulu"), record("alpha")]).hooks["s3"].package_name == "alpha"


def test_our_own_hooks_are_there_without_any_package():
    assert Catalogue([]).hooks["fs"].connection_id_attribute == "fs_conn_id"
