"""Asks a running Airflow over its REST API for its connections, variables and pools: version 3 (`/api/v2`), or 2 (`/api/v1`).

The API gives no passwords. In version 3 it says where one is, by a mask; in version 2 it does not say, so a connection with a
login or a host is taken to have one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import urllib3

from tradewind.base.errors import Forbidden, InvalidInput, TradewindError, Unauthenticated
from tradewind.cli.migration.holdings import MASK, Holdings

__all__ = ["RemoteAirflow", "connect", "read_remote"]

PAGE = 100
TIMEOUT_S = 30.0
CONNECTION_FIELDS = ("conn_type", "description", "host", "login", "schema", "port", "extra")


@dataclass(frozen=True, slots=True)
class RemoteAirflow:
    """A running Airflow that has let us in."""

    url: str
    api: str
    """`/api/v2` or `/api/v1`."""
    headers: Mapping[str, str]
    pool: urllib3.PoolManager

    def get(self, path: str, **query: Any) -> Any:
        """One request.

        Raises:
            TradewindError: it does not answer, or refuses.
        """
        target = f"{self.url}{self.api}{path}" + (f"?{urlencode(query)}" if query else "")
        return _json(_send(self.pool, "GET", target, headers=dict(self.headers)), target)

    def all(self, path: str, key: str) -> Iterator[dict[str, Any]]:
        """All entries of a list, page after page."""
        offset = 0
        while True:
            page = self.get(path, limit=PAGE, offset=offset)
            if not isinstance(page, dict) or not isinstance(page.get(key), list):
                raise TradewindError(f"{self.url}{self.api}{path} answers with something else than a list of {key}")
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page.get("total_entries", 0):
                return


def connect(url: str, username: str | None, password: str | None, token: str | None) -> RemoteAirflow:
    """Find out which API a server speaks, and log in.

    Raises:
        Unauthenticated: it does not let us in.
        TradewindError: it does not answer, or is no Airflow.
    """
    url = url.rstrip("/").removesuffix("/api/v1").removesuffix("/api/v2")
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(f"--url must begin with http:// or https://, not {url!r}")
    pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT_S)
    api = _api(pool, url)
    if token:
        headers = {"Authorization": f"Bearer {token}"}
    elif username and password is not None and api == "/api/v2":
        headers = {"Authorization": f"Bearer {_token(pool, url, username, password)}"}
    elif username and password is not None:
        both = base64.b64encode(f"{username}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {both}"}
    else:
        raise InvalidInput("say who asks: --username and --password, or --token")
    return RemoteAirflow(url, api, headers, pool)


def read_remote(airflow: RemoteAirflow, kinds: Collection[str]) -> Holdings:
    """What it holds of these kinds."""
    found = Holdings()
    if "connections" in kinds:
        _connections(airflow, found)
    if "variables" in kinds:
        for row in airflow.all("/variables", "variables"):
            body = {"value": row.get("value"), "description": row.get("description")}
            if row.get("value") in (MASK, None):
                found.to_fill_in[f"variables/{row['key']}"] = ["value"]
            if row.get("value") != MASK:
                found.variables[row["key"]] = {name: value for name, value in body.items() if value is not None}
    if "pools" in kinds:
        for row in airflow.all("/pools", "pools"):
            found.pools[row["name"]] = {
                "slots": row["slots"],
                "description": row.get("description") or "",
                "include_deferred": bool(row.get("include_deferred", False)),
            }
    found.variables = {key: body for key, body in found.variables.items() if "value" in body}
    return found


# -- connections ---------------------------------------------------------------------------------------------------


def _connections(airflow: RemoteAirflow, found: Holdings) -> None:
    for row in airflow.all("/connections", "connections"):
        conn_id = row["connection_id"]
        if airflow.api == "/api/v1":  # the list has no `extra`
            row = airflow.get(f"/connections/{quote(conn_id, safe='')}")  # noqa: PLW2901 - the same row with more of it
        body = {name: row[name] for name in CONNECTION_FIELDS if row.get(name) not in (None, "")}
        missing: list[str] = []
        if row.get("password") == MASK or ("password" not in row and body.keys() & {"login", "host"}):
            missing.append("password")
        if "extra" in body:
            body["extra"], hidden = _without_masks(str(body["extra"]))
            missing += [f"extra.{name}" for name in hidden]
            if body["extra"] in ("", "{}"):
                del body["extra"]
        found.connections[conn_id] = body
        if missing:
            found.to_fill_in[f"connections/{conn_id}"] = missing


def _without_masks(extra: str) -> tuple[str, list[str]]:
    """The extra without values that are masks, and the names of these."""
    if MASK not in extra:
        return extra, []
    try:
        content = json.loads(extra)
    except ValueError:
        return ("", ["(all of it)"]) if extra.strip() == MASK else (extra, [])
    if not isinstance(content, dict):
        return "", ["(all of it)"]
    hidden: list[str] = []
    kept = _kept(content, "", hidden)
    return json.dumps(kept), hidden


def _kept(content: dict[str, Any], path: str, hidden: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in content.items():
        if value == MASK:
            hidden.append(f"{path}{name}")
        elif isinstance(value, dict):
            found[name] = _kept(value, f"{path}{name}.", hidden)
        else:
            found[name] = value
    return found


# -- requests ------------------------------------------------------------------------------------------------------


def _api(pool: urllib3.PoolManager, url: str) -> str:
    """The newest API that the server speaks; both tell their version to anybody."""
    for api in ("/api/v2", "/api/v1"):
        reply = _send(pool, "GET", f"{url}{api}/version")
        if reply.status in (200, 401, 403):
            return api
    raise TradewindError(
        f"{url} has neither /api/v2/version nor /api/v1/version: is it the address of Airflow's web server?"
    )


def _token(pool: urllib3.PoolManager, url: str, username: str, password: str) -> str:
    target = f"{url}/auth/token"
    body = json.dumps({"username": username, "password": password}).encode()
    reply = _send(pool, "POST", target, body=body, headers={"Content-Type": "application/json"})
    content = _json(reply, target)
    if not isinstance(content, dict) or not isinstance(content.get("access_token"), str):
        raise TradewindError(f"{target} gives no token; make one there, and give it by --token")
    return content["access_token"]


def _send(
    pool: urllib3.PoolManager,
    method: str,
    target: str,
    *,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> urllib3.BaseHTTPResponse:
    try:
        return pool.request(method, target, body=body, headers=headers)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise TradewindError(f"{target} can't be reached: {error}") from error


def _json(reply: urllib3.BaseHTTPResponse, target: str) -> Any:
    text = reply.data[:300].decode(errors="replace")
    if reply.status == 401:
        raise Unauthenticated(f"{target} does not let you in: wrong user, password or token")
    if reply.status == 403:
        raise Forbidden(f"{target} refuses: the user may not read this")
    if reply.status >= 400:
        raise TradewindError(f"{target} answers {reply.status}: {text}")
    try:
        return reply.json()
    except ValueError as error:
        raise TradewindError(f"{target} answers with something else than JSON: {text}") from error
