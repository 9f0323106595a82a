"""Parts that need no database: masks, update masks, error bodies, durations, tokens."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tradewind.api.auth.tokens import Tokens
from tradewind.api.deps import masked
from tradewind.api.problems import problem, status_of
from tradewind.api.public.dag_shapes import _iso_duration
from tradewind.api.public.insight import _hidden, config_sections
from tradewind.api.secrecy import hide, unhide
from tradewind.base import errors
from tradewind.base.settings import DbSettings, Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = b"a key of at least thirty-two bytes, for tests"


def test_secrets_are_hidden_at_any_depth_and_come_back_unharmed() -> None:
    value = {"password": "p", "inner": {"api_key": "k", "url": "u"}, "list": [{"token": "t"}, 1], "empty_secret": ""}
    shown = hide(value)
    assert shown == {
        "password": "***", "inner": {"api_key": "***", "url": "u"}, "list": [{"token": "***"}, 1], "empty_secret": "",
    }  # fmt: skip
    assert json.loads(unhide(json.dumps(shown), json.dumps(value))) == value
    assert json.loads(unhide('{"password": "***"}', None)) == {"password": "***"}


def test_an_update_mask_picks_from_what_was_given() -> None:
    given = {"state": "failed", "note": "n"}
    assert masked(("state", "note"), given, None) == given
    assert masked(("state", "note"), given, ["note"]) == {"note": "n"}
    assert masked(("state", "note"), given, ["note,state"]) == given
    with pytest.raises(errors.InvalidInput, match="conf"):
        masked(("state", "note"), given, ["conf"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound("x"), 404), (errors.Conflict("x"), 409), (errors.InvalidInput("x"), 400),
        (errors.Forbidden("x"), 403), (errors.Unauthenticated("x"), 401), (errors.DatabaseUnavailable("x"), 503),
        (errors.BrokenInvariant("x"), 500),
    ],
)  # fmt: skip
def test_every_error_of_the_tree_has_its_status(error: errors.TradewindError, status: int) -> None:
    assert status_of(error) == status


def test_an_error_body_has_detail_code_and_facts() -> None:
    body = json.loads(problem(404, "no such thing", "not_found", {"when": NOW, "what": KEY}).body)
    assert (body["detail"], body["code"]) == ("no such thing", "not_found")
    assert body["facts"]["when"].startswith("2026-01-01")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, None), (0, "PT0S"), (60, "PT1M"), (86_400, "P1D"), (93_784.5, "P1DT2H3M4.5S")],
)
def test_durations_are_written_as_iso_8601(seconds: float | None, text: str | None) -> None:
    assert _iso_duration(seconds) == text


def test_passwords_in_urls_are_not_shown(tmp_path: object) -> None:
    assert _hidden("postgresql://ann:s3cret@db/x?password=y") == "postgresql://ann:***@db/x"
    assert _hidden("sqlite:////home/x.db") == "sqlite:////home/x.db"
    settings = Settings(home=tmp_path, db=DbSettings(url="postgresql://ann:s3cret@db/x"))  # type: ignore[arg-type]
    assert "s3cret" not in json.dumps(config_sections(settings))


def test_a_token_says_who_until_it_expires() -> None:
    tokens = Tokens(KEY)
    token = tokens.mint("ann", "id-1", NOW, 60)
    assert (tokens.verify(token, NOW).username, tokens.verify(token, NOW).token_id) == ("ann", "id-1")
    with pytest.raises(errors.Unauthenticated, match="expired"):
        tokens.verify(token, NOW + timedelta(seconds=60))
    with pytest.raises(errors.Unauthenticated, match="not valid"):
        tokens.verify(token[:-3] + "abc", NOW)
    with pytest.raises(errors.Unauthenticated, match="not valid"):
        Tokens(b"another key, also with thirty-two bytes").verify(token, NOW)
