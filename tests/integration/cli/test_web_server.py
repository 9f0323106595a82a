"""A real server on the network: TLS and its renewal, who is let in from where, and clients that take their time."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import urllib3

from support import warm
from support.self_signed import self_signed
from support.server import Server, free_port


def environment(home: Path, **settings: object) -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("TRADEWIND", "AIRFLOW"))}
    given = {f"TRADEWIND__API__{name.upper()}": str(value) for name, value in settings.items()}
    return {**clean, "TRADEWIND_HOME": str(home), **given}


def tradewind(home: Path, *args: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    command = [sys.executable, "-m", "tradewind", *args]
    env = environment(home, **settings)
    return warm.run(command, env=env, capture_output=True, text=True, timeout=90, check=False)


@contextmanager
def running(tmp_path: Path, **env: str) -> Iterator[Server]:
    (tmp_path / "dags").mkdir()
    with Server(tmp_path / "home", tmp_path / "dags", env=env) as server:
        yield server


# -- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Server]:
    """A server that speaks TLS, with a certificate that nobody vouches for."""
    self_signed(tmp_path)
    file = tmp_path / "self-signed.pem"
    (tmp_path / "dags").mkdir()
    # By Airflow's name of the setting; the key is in the same file.
    server = Server(tmp_path / "home", tmp_path / "dags", env={"AIRFLOW__API__SSL_CERT": str(file)})
    server.url = server.url.replace("http://", "https://")
    server._pool = urllib3.PoolManager(ca_certs=str(file), assert_hostname="localhost", retries=False, timeout=30.0)
    with server:
        yield server


def _shown(server: Server) -> bytes:
    """The certificate that the server shows now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=20) as plain,
        context.wrap_socket(plain) as connection,
    ):
        shown = connection.getpeercert(binary_form=True)
        assert shown
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
        return shown


@pytest.mark.slow
def test_a_server_with_a_certificate_speaks_tls_and_takes_a_renewed_one_while_it_runs(
    secured: Server, tmp_path: Path
) -> None:
    file = tmp_path / "self-signed.pem"
    answer = secured._pool.request("GET", f"https://localhost:{secured.port}/api/v2/version")
    assert answer.status == 200
    named = secured._pool.request("GET", f"{secured.url}/api/v2/version", headers={"Host": "flow.localhost"})
    assert "strict-transport-security" not in named.headers
    cookies = secured._pool.request(
        "POST", f"{secured.url}/auth/login", json={"username": "admin", "password": secured.password()}
    ).headers.getlist("set-cookie")
    assert all("; Secure" in line for line in cookies)

    # The command line knows the certificate by the home, and needs nobody to vouch for it.
    told = tradewind(secured.home, "pools", "list")
    assert (told.returncode, "default_pool" in told.stdout) == (0, True), told.stderr

    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.HTTPError):
        client.get(f"http://127.0.0.1:{secured.port}/api/v2/version")

    before = _shown(secured)
    good = file.read_bytes()
    file.write_text("-----BEGIN CERTIFICATE-----\nhalf a file")
    assert _shown(secured) == before
    file.write_bytes(good)
    self_signed(tmp_path)
    renewed = _shown(secured)
    assert renewed != before
    assert tradewind(secured.home, "pools", "list").returncode == 0
    assert "certificate.not_renewed" in secured.output()

    # Somebody else on this port is not told the token.
    self_signed(tmp_path / "home")
    text = (secured.home / "server.json").read_text()
    (secured.home / "server.json").write_text(text.replace(str(file), str(secured.home / "self-signed.pem")))
    refused = tradewind(secured.home, "pools", "list")
    assert (refused.returncode != 0, "does not show the certificate" in refused.stderr) == (True, True)


def test_a_certificate_that_can_not_be_used_stops_the_start_and_says_which(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")
    for cert in (tmp_path / "cert.pem", tmp_path / "none.pem"):
        ended = tradewind(tmp_path / "home", "standalone", ssl_cert=cert, port=free_port())
        assert (ended.returncode != 0, "api.ssl_cert" in ended.stderr, str(cert) in ended.stderr) == (True, True, True)


# -- who is let in ---------------------------------------------------------------------------------------------------


def test_other_machines_are_not_let_in_over_plain_http_unless_somebody_says_that_it_is_fine(tmp_path: Path) -> None:
    ended = tradewind(tmp_path / "home", "standalone", "--host", "0.0.0.0", "--port", str(free_port()))
    assert ended.returncode != 0
    for way in ("api.ssl_cert", "api.trusted_proxies", "api.plain_http"):
        assert way in ended.stderr
    assert not (tmp_path / "home" / "tradewind.db").exists()


def test_other_machines_are_not_let_in_before_there_is_a_user(tmp_path: Path) -> None:
    settings = {"host": "0.0.0.0", "plain_http": True, "port": free_port()}
    ended = tradewind(tmp_path / "home", "standalone", **settings)
    assert (ended.returncode != 0, "tradewind users create" in ended.stderr) == (True, True)
    assert not (tmp_path / "home" / "admin-password").exists()


@pytest.mark.slow
def test_with_a_user_and_the_word_that_it_is_fine_they_are(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = tradewind(home, "users", "create", "-u", "admin", "-r", "Admin", "-p", "correct horse battery")
    assert made.returncode == 0, made.stderr
    (home / "admin-password").write_text("correct horse battery")
    (tmp_path / "dags").mkdir()
    given = {"TRADEWIND__API__HOST": "0.0.0.0", "TRADEWIND__API__PLAIN_HTTP": "true"}
    with Server(home, tmp_path / "dags", env=given) as server:
        assert f"url=http://127.0.0.1:{server.port} " in server.output()
        assert tradewind(home, "pools", "list").returncode == 0
        answer = httpx.get(f"{server.url}/api/v2/version", headers={"Host": "flow.example.com"})
        assert answer.status_code == 200


# -- clients that take their time, or too much -----------------------------------------------------------------------


def _raw(server: Server, *parts: bytes) -> bytes:
    """What a server answers to these bytes, until it hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        found = b""
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65536):
                found += chunk
        except (ConnectionResetError, BrokenPipeError):  # it hung up in the middle of what was sent
            return found
        return found


HEAD = b"GET /api/v2/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.slow
def test_a_server_does_not_wait_for_ever_nor_keep_what_has_no_end(tmp_path: Path) -> None:
    quick = {"TRADEWIND__API__HEADER_TIMEOUT_S": "1", "TRADEWIND__API__BODY_TIMEOUT_S": "1"}
    with running(tmp_path, **quick) as server:
        assert _raw(server, HEAD, b"\r\n").startswith(b"HTTP/1.1 200")

        began = time.monotonic()
        assert _raw(server) == b""  # nothing was asked
        assert _raw(server, HEAD).startswith(b"HTTP/1.1 408")
        body = b"POST /auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
        assert _raw(server, body).startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 15

        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as drip:
            drip.sendall(HEAD)
            with pytest.raises(OSError):  # a byte now and then does not help
                while time.monotonic() - began < 15:
                    drip.sendall(b"X")
                    time.sleep(0.05)
        assert time.monotonic() - began < 15

        for large in (b"X: " + b"x" * 70_000, b"".join(b"X-%d: y\r\n" % n for n in range(9000)) + b"X: y"):
            answer = _raw(server, HEAD, large, b"\r\n\r\n")
            assert answer == b"" or answer.startswith(b"HTTP/1.1 431"), answer[:100]
        assert _raw(server, HEAD, b"X: " + b"x" * 20_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 200")

        long = b"GET /api/v2/version?" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert _raw(server, long).startswith(b"HTTP/1.1 414")
        foreign = HEAD.replace(b"localhost", b"evil.example.com")
        assert _raw(server, foreign, b"\r\n").startswith(b"HTTP/1.1 421")
        twice = HEAD + b"Host: evil.example.com\r\n\r\n"
        assert re.match(rb"HTTP/1.1 4(00|21)", _raw(server, twice))
        assert b"uvicorn" not in _raw(server, HEAD, b"\r\n")

        # Several requests on one connection, some in one piece, some not.
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as kept:
            one = b"GET /api/v2/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
            kept.sendall(one + one[:20])
            answers = b""
            while answers.count(b"HTTP/1.1 200") < 1:
                answers += kept.recv(65536)
            kept.sendall(one[20:])
            while answers.count(b"HTTP/1.1 200") < 2:
                answers += kept.recv(65536)
        assert "Traceback" not in server.output()
