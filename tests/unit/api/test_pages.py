"""The web UI's files: what is served, to whom, and what stays the API's."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from tradewind.api.pages import Pages

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "static").mkdir(parents=True)
    (folder / "index.html").write_text("<title>the page</title>")
    (folder / "pages").mkdir()
    (folder / "pages" / "pool.html").write_text("<title>a pool</title>")
    (folder / "pages.json").write_text('{"/pools/$name": "pages/pool.html"}')
    (folder / "static" / "index-abc.js").write_text("run()")
    (folder / "static" / "index-abc.js.gz").write_bytes(gzip.compress(b"run()"))
    (folder / "static" / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("not for you")
    return folder


def ask(
    built: Path, path: str, headers: dict[str, str] | None = None, method: str = "GET", *, pages: Pages | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer; 418 is what the API behind the pages would say."""
    sent = list[Any]()

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    given = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "headers": given, "query_string": b""}
    asyncio.run((pages or Pages(PlainTextResponse("the API", 418), built))(scope, receive, send))
    answer = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answer, b"".join(one.get("body", b"") for one in sent[1:])


@pytest.mark.parametrize("path", ["/", "/dags", "/dags/etl/runs/r1", "/w/team/dags", "/apish", "/dags/api"])
def test_every_address_of_a_page_gets_the_page(built: Path, path: str) -> None:
    status, headers, body = ask(built, path, HTML)
    assert (status, body) == (200, b"<title>the page</title>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/pools/gpu", "/pools/gpu/", "/w/team/pools/gpu"])
def test_an_address_gets_the_page_that_was_built_for_it(built: Path, path: str) -> None:
    status, headers, body = ask(built, path, HTML)
    assert (status, body) == (200, b"<title>a pool</title>")
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/pools", "/pools/gpu/slots", "/pages/pool.html"])
def test_an_address_that_no_page_was_built_for_gets_what_all_begin_with(built: Path, path: str) -> None:
    assert ask(built, path, HTML)[2] == b"<title>the page</title>"


def test_pages_that_are_built_anew_are_served_at_once(built: Path) -> None:
    pages = Pages(PlainTextResponse("the API", 418), built)
    assert ask(built, "/pools/gpu", HTML, pages=pages)[2] == b"<title>a pool</title>"
    (built / "pages" / "other.html").write_text("<title>other</title>")
    (built / "pages.json").write_text('{"/pools/$name": "pages/other.html"}')
    os.utime(built / "pages.json", (1, 1))
    assert ask(built, "/pools/gpu", HTML, pages=pages)[2] == b"<title>other</title>"


@pytest.mark.parametrize(
    "path", ["/api/v2/dags", "/auth/login", "/docs", "/openapi.json", "/execution/x", "/w/team/api/v2/dags", "/api"]
)
def test_what_is_the_api_s_stays_the_api_s_also_for_a_browser(built: Path, path: str) -> None:
    assert ask(built, path, HTML)[0] == 418


def test_a_script_that_asks_for_data_at_the_address_of_a_page_gets_no_page(built: Path) -> None:
    assert ask(built, "/dags", {"accept": "application/json"})[0] == 418
    assert ask(built, "/dags", HTML, "POST")[0] == 418


def test_files_are_kept_for_good_and_sent_as_small_as_the_browser_takes_them(built: Path) -> None:
    status, headers, body = ask(built, "/static/index-abc.js", {"accept-encoding": "gzip, deflate"})
    assert (status, gzip.decompress(body)) == (200, b"run()")
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"].startswith("text/javascript")
    _, headers, body = ask(built, "/static/index-abc.js")
    assert body == b"run()"
    assert "content-encoding" not in headers
    assert ask(built, "/static/icon.svg")[1]["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../../secret.txt", "/static/../secret.txt", "/static//etc/passwd", "/static/", "/static/none.js"]
)
def test_nothing_but_what_was_built_can_be_had(built: Path, path: str) -> None:
    assert ask(built, path)[0] == 418


def test_a_head_brings_the_length_and_no_body(built: Path) -> None:
    status, headers, body = ask(built, "/static/icon.svg", method="HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", "6")


def test_an_installation_without_the_ui_says_so(tmp_path: Path) -> None:
    status, _, body = ask(tmp_path, "/dags", HTML)
    assert status == 200
    assert b"make ui" in body
    assert ask(tmp_path, "/static/index-abc.js")[0] == 418


@pytest.mark.parametrize("name", ["a\0b", "a" * 300, "a/" * 3000 + "b"], ids=["NUL", "long", "deep"])
def test_a_name_that_no_file_can_have_is_none_that_is_served(built: Path, name: str) -> None:
    assert ask(built, f"/static/{name}")[0] == 418


@pytest.mark.parametrize("path", ["/static/any/../index-abc.js", "/static//index-abc.js", "/static/./index-abc.js"])
def test_a_file_has_one_address_as_each_that_is_served_is_kept_in_memory(built: Path, path: str) -> None:
    assert ask(built, path)[0] == 418


def test_files_are_served_from_a_folder_that_a_link_leads_to(built: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(built)
    assert ask(tmp_path / "link", "/static/index-abc.js")[0] == 200
