"""Provider packages over REST: the list, connection types, and tests of connections, with no package's code in the server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.api import Api
from support.contract import matches
from support.databases import sqlite_database
from support.provider_package import install
from tradewind.api.models import admin as models
from tradewind.base.settings import ApiSettings, Settings

INFO = """{
    "package-name": "acme", "name": "Acme", "description": "`Acme <https://acme.example/>`__\\n",
    "connection-types": [{"connection-type": "acme", "hook-class-name": "acme.AcmeHook", "hook-name": "Acme Rockets",
        "conn-fields": {"fuel": {"label": "Fuel", "schema": {"type": "string"}}},
        "ui-field-behaviour": {"hidden-fields": ["port"]}}],
}"""
HOOK = """
import os
class AcmeHook:
    conn_name_attr = "acme_conn_id"
    def __init__(self, acme_conn_id):
        from tradewind.sdk.hook import BaseHook
        self.conn = BaseHook.get_connection(acme_conn_id)
    def test_connection(self):
        if self.conn.host == "crash":
            os._exit(9)
        if self.conn.host == "broken":
            raise ValueError("no rocket at " + self.conn.host)
        print("counting down")
        return self.conn.password == "s3cret!", f"{self.conn.host}, {self.conn.extra_dejson.get('fuel')}"
"""
ROCKET = {
    "connection_id": "rocket",
    "conn_type": "acme",
    "host": "pad",
    "password": "s3cret!",
    "extra": '{"fuel": "H2"}',
}


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install(tmp_path / "site", "acme", INFO, version="2.0", more=HOOK)
    metadata = tmp_path / "site" / "acme-2.0.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text() + "Project-URL: Documentation, https://acme.example/docs\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield
    assert "acme" not in sys.modules


@pytest.mark.usefixtures("acme")
def test_the_list_of_packages_is_airflows(api: Api) -> None:
    body = matches(api.get("/providers", role="viewer").ok(), models.ProviderCollectionResponse)
    assert {
        "package_name": "acme",
        "description": "Acme",
        "version": "2.0",
        "documentation_url": "https://acme.example/docs",
    } in body["providers"]
    assert api.get("/providers", limit=0).ok()["providers"] == []


@pytest.mark.usefixtures("acme")
def test_a_connection_type_says_what_its_form_looks_like(api: Api) -> None:
    body = api.get("/connectionTypes").ok()
    models.ConnectionTypeCollectionResponse.model_validate(body)
    kinds = {one["connection_type"]: one for one in body["connection_types"]}
    assert {"acme", "fs"} <= kinds.keys()
    assert kinds["acme"] == {
        "connection_type": "acme",
        "hook_name": "Acme Rockets",
        "hook_class_name": "acme.AcmeHook",
        "package_name": "acme",
        "conn_fields": {"fuel": {"label": "Fuel", "schema": {"type": "string"}}},
        "ui_field_behaviour": {"hidden-fields": ["port"]},
    }
    assert api.get("/connectionTypes/acme").ok() == kinds["acme"]
    assert api.get("/connectionTypes/nosuch").status == 404


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("changed", "status", "message"),
    [
        ({}, True, "pad, H2"),
        ({"password": "wrong"}, False, "pad, H2"),
        ({"host": "broken"}, False, "no rocket at broken"),
        ({"host": "crash"}, False, "the process that imports the provider packages ended with 9: it said nothing"),
    ],
)
def test_a_hook_tries_a_connection_in_a_process_of_its_own(
    api: Api, changed: dict[str, str], status: bool, message: str
) -> None:
    answer = matches(api.post("/connections/test", {**ROCKET, **changed}).ok(), models.ConnectionTestResponse)
    assert answer == {"status": status, "message": message}


@pytest.mark.usefixtures("acme")
def test_what_a_test_leaves_out_or_shows_masked_is_that_of_the_stored_connection(api: Api) -> None:
    api.post("/connections", ROCKET).ok(201)
    body = {"connection_id": "rocket", "conn_type": "acme", "password": "***"}
    assert api.post("/connections/test", body).ok() == {"status": True, "message": "pad, H2"}
    assert api.get("/connections/rocket").ok()["host"] == "pad"


def test_a_type_that_no_package_brings_is_told(api: Api) -> None:
    answer = api.post("/connections/test", {"connection_id": "c", "conn_type": "nosuch"}).ok()
    assert answer["status"] is False
    assert "nosuch" in answer["message"]


def test_only_admins_test_connections(api: Api) -> None:
    refused = api.post("/connections/test", {"connection_id": "c", "conn_type": "fs"}, role="op")
    assert (refused.status, "Admin" in refused.ok(403)["detail"]) == (403, True)


@pytest.mark.parametrize("word", ["Disabled", "Hidden"])
def test_tests_of_connections_can_be_disabled(tmp_path: Path, word: str) -> None:
    settings = Settings(home=tmp_path, api=ApiSettings(test_connection=word))
    with sqlite_database(tmp_path) as database, Api.open(database, tmp_path, settings=settings) as api:
        assert api.post("/connections/test", {"connection_id": "c", "conn_type": "fs"}).status == 403
