"""What refusals say: what was wrong, where, and what to do instead."""

from __future__ import annotations

import pytest

from support.api import Api
from support.rows import spec


def test_a_method_that_a_path_does_not_take_is_refused_with_those_it_takes(api: Api) -> None:
    refused = api.put("/dags", {})
    assert refused.status == 405
    assert refused.json["detail"] == "/api/v2/dags takes no PUT; it takes GET, PATCH"
    assert refused.headers["allow"] == "GET, PATCH"


def test_what_is_no_token_is_refused_with_the_way_to_one(api: Api) -> None:
    refused = api.get("/dags", role=None, headers={"authorization": "Bearer garbage"})
    assert refused.status == 401
    assert "POST /auth/token gives one" in refused.json["detail"]


def test_json_that_was_sent_as_a_form_is_told_by_its_header(api: Api) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    refused = api.post("//auth/token", {"username": "admin", "password": "x"}, role=None, headers=form)
    assert refused.status == 400
    assert "Content-Type: application/json" in refused.json["detail"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_is_out_of_the_years_in_utc_is_refused_wherever_it_stands(api: Api, moment: str) -> None:
    api.has(spec())
    for refused in (
        api.get("/dags/etl/dagRuns", run_after_gte=moment),
        api.get("/eventLogs", before=moment),
        api.post("/dags/etl/dagRuns", {"logical_date": moment}),
    ):
        assert refused.status == 422
        assert "out of the years" in refused.text
