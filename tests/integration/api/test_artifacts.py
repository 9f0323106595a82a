"""Values in the artifact store: their files over REST, and the sweep of those that nothing names any more."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from sqlalchemy import update

from support.api import Api
from support.rows import spec
from tradewind.cli.artifacts import sweep
from tradewind.core.events import AttemptSucceeded
from tradewind.db import tables as t
from tradewind.protocol.messages import Ended, XComValue
from tradewind.sdk.xcom_codec import XComCodec
from tradewind.worker.xcom import FolderArtifacts, UrlArtifacts, stored_artifacts

CONTENT = "/dags/etl/dagRuns/r/taskInstances/extract/xcomContents/return_value"
DAY = timedelta(days=1)


def pushed(api: Api, store: FolderArtifacts | UrlArtifacts, value: object) -> str:
    """A run whose task `extract` returned the value; the name of the file it became."""
    stored = XComCodec(store, inline_bytes=100).encode(value)
    api.has(spec(tasks=("extract",)))
    api.triggered("etl", dag_run_id="r")
    attempt = api.engine.start("extract")
    xcom = XComValue(key="return_value", value=stored.value, kind=stored.kind, length=stored.length)
    now = datetime.now(UTC)
    api.engine.apply(
        AttemptSucceeded(attempt, now),
        outputs={attempt: Ended(attempt=attempt, at=now, outcome="success", xcoms=[xcom])},
    )
    found = api.get("/dags/etl/dagRuns/r/taskInstances/extract/xcomEntries/return_value").ok()["value"]
    return found["name"] if isinstance(found, dict) else ""


def test_a_picture_is_handed_out_as_one(both: Api) -> None:
    figure = Figure()
    figure.subplots().plot([1, 2])
    name = pushed(both, stored_artifacts(both.services.settings.artifact_url), figure)
    answer = both.get(CONTENT)
    assert answer.status == 200
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert name in answer.headers["content-disposition"]
    assert both.get(CONTENT, role=None).status == 401


@pytest.mark.parametrize("others", [0, 40])
def test_each_file_inside_of_a_value_is_handed_out_by_its_name(api: Api, others: int) -> None:
    """Whether the value itself is in the database or, being long, a file too."""
    store = stored_artifacts(api.services.settings.artifact_url)
    figure = Figure()
    figure.subplots().plot([1, 2])
    pushed(api, store, {"plots": [figure], **{f"n{number}": number for number in range(others)}})
    name = next(one.name for one in store.kept() if one.name.endswith(".png"))
    answer = api.get(CONTENT, name=name)
    assert answer.content.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["cache-control"]
    assert api.get(CONTENT, name="0" * 40 + ".png").status == 404


def test_a_file_is_not_looked_for_in_a_value_that_takes_long_to_take_apart(api: Api) -> None:
    store = stored_artifacts(api.services.settings.artifact_url)
    pushed(api, store, {"file": b"x" * 1000, "long": "y" * 9_000_000})
    name = next(one.name for one in store.kept() if one.name.endswith(".bytes"))
    answer = api.get(CONTENT, name=name)
    assert answer.status == 400
    assert "too large" in answer.json["detail"]
    assert len(api.get(CONTENT).content) > 9_000_000


def test_the_file_of_a_key_is_asked_for_again_after_the_next_try(api: Api) -> None:
    pushed(api, stored_artifacts(api.services.settings.artifact_url), b"x" * 1000)
    assert api.get(CONTENT).headers["cache-control"] == "private, no-cache"


def test_a_value_without_a_file_and_a_file_that_is_gone_are_said_to_be_so(api: Api) -> None:
    store = stored_artifacts(api.services.settings.artifact_url)
    name = pushed(api, store, b"x" * 1000)
    store.drop(name)
    gone = api.get(CONTENT)
    assert (gone.status, name in gone.json["detail"]) == (404, True)
    api.post("/dags/etl/dagRuns/r/taskInstances/extract/xcomEntries", {"key": "small", "value": 1}).ok(201)
    assert "has no file" in api.get(CONTENT.replace("return_value", "small")).json["detail"]


def _forge(api: Api, value: object) -> None:
    """An XCom as a task can write it that goes round the codec."""
    api.post("/dags/etl/dagRuns/r/taskInstances/extract/xcomEntries", {"key": "forged", "value": 1}).ok(201)
    with api.database.write() as tx:
        tx.execute(update(t.xcom).where(t.xcom.c.key == "forged").values(value=json.dumps(value)))


@pytest.mark.parametrize("name", ["../../{folder.name}/secret.key", "{folder}/secret.key", "..", "a/b", "", None])
def test_an_xcom_that_names_a_file_outside_of_the_store_hands_out_nothing(api: Api, name: str | None) -> None:
    folder = Path(api.services.settings.artifact_url.removeprefix("file://")).parent
    (folder / "secret.key").write_text("0451")
    pushed(api, stored_artifacts(api.services.settings.artifact_url), 1)
    forged = {"__tw__": "file", "name": name and name.format(folder=folder)}
    _forge(api, forged)
    answer = api.get(CONTENT.replace("return_value", "forged"))
    assert answer.status == 404
    assert b"0451" not in answer.content


def test_a_forged_media_type_is_not_handed_on(api: Api) -> None:
    name = pushed(api, stored_artifacts(api.services.settings.artifact_url), b"x" * 1000)
    forged = {"__tw__": "file", "name": name, "media_type": "text/plain\r\nset-cookie: a=b"}
    _forge(api, forged)
    answer = api.get(CONTENT.replace("return_value", "forged"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert "set-cookie" not in answer.headers


def aged(folder: Path, name: str, days: float) -> None:
    path = folder / name[:2] / name
    moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))


def test_files_that_no_value_names_are_swept_and_those_in_use_stay(both: Api, tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path / "files")
    inside = "a value of some length, so that it becomes a file" * 10
    kept = pushed(both, store, {"nested": [inside.encode(), inside]})
    store.put("0" * 40 + ".npy", b"nobody names it")
    store.put("1" * 40 + ".npy", b"nobody names it either, but it is new")
    names = {one.name for one in store.kept()}
    for name in names - {"1" * 40 + ".npy"}:
        aged(tmp_path / "files", name, 30)
    before = datetime.now(UTC) - DAY
    assert sweep(both.database, store, before, dry_run=True).files == 1
    assert sweep(both.database, store, before).size == len(b"nobody names it")
    left = {one.name for one in store.kept()}
    assert left == names - {"0" * 40 + ".npy"}
    assert kept in left
    assert any(name.endswith(".bytes") for name in left), "the file inside of a file is in use too"


def test_what_an_unfinished_run_may_have_written_stays(api: Api, tmp_path: Path) -> None:
    store = FolderArtifacts(tmp_path / "files")
    api.has(spec(tasks=("extract",)))
    api.triggered("etl", dag_run_id="r")
    store.put("0" * 40 + ".npy", b"written by a task that has not reported yet")
    assert sweep(api.database, store, datetime.now(UTC) + DAY).files == 0
    api.engine.finish()
    assert sweep(api.database, store, datetime.now(UTC) + DAY).files == 1


@pytest.mark.parametrize("value", [b"x" * 1000, ["x" * 50] * 100])
def test_an_object_store_by_url_keeps_finds_and_drops(value: object) -> None:
    store = UrlArtifacts(f"memory://artifacts-{len(str(value))}")
    codec = XComCodec(store, inline_bytes=100)
    assert codec.decode(codec.encode(value)) == value
    kept = list(store.kept())
    assert kept
    assert all(one.size and one.written_at > datetime.now(UTC) - DAY for one in kept)
    for one in kept:
        store.drop(one.name)
    assert list(store.kept()) == []
