"""Paths as clients write them: a slash too much at the end is taken, and what is nowhere is not found."""

from __future__ import annotations

from support.api import Api
from support.rows import spec


def test_a_slash_at_the_end_of_a_path_is_taken(api: Api) -> None:
    api.has(spec())
    assert api.get("/dags/", limit=1).ok()["total_entries"] == 1
    assert api.get("/dags/etl/").ok()["dag_id"] == "etl"
    assert api.post("/dags/etl/dagRuns/", {"dag_run_id": "r"}).ok()["dag_run_id"] == "r"
    assert api.get("/variables", role=None).status == api.get("/variables/", role=None).status == 401


def test_a_path_that_leads_nowhere_is_not_found(api: Api) -> None:
    for path in ("/nothing", "/nothing/", "//nothing", "//nothing//"):
        answer = api.get(path)
        assert (answer.status, "/openapi.json" in answer.json["detail"]) == (404, True)
    assert api.post("/version/").status == 405


def test_a_limit_without_a_value_is_none(api: Api) -> None:
    api.has(spec())
    assert api.get("/dags", limit="").ok()["total_entries"] == 1
    assert api.get("/dags", limit="x").status == api.get("/dags", limit=-1).status == 422
