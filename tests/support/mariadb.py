"""A real MariaDB for tests, of its own folder and port, gone with the session."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.brokers import Broker
from support.ports import free_port

__all__ = ["mariadb_server"]


@contextlib.contextmanager
def mariadb_server(database: str = "shop") -> Iterator[Broker]:
    """A running server with an empty database; its user is `root`, without a password. Skips where there is none."""
    server, install = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    client = shutil.which("mariadb")
    if server is None or install is None or client is None:
        pytest.skip("MariaDB is not installed")
    folder = Path(tempfile.mkdtemp(prefix="tw-maria-"))
    user = "mysql" if os.geteuid() == 0 else Path.home().owner()
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql")
    options = ["--no-defaults", f"--datadir={folder}/data", f"--user={user}"]
    made = subprocess.run(
        [install, *options, "--auth-root-authentication-method=normal", "--skip-test-db"],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    port = free_port()
    socket = f"--socket={folder}/s.sock"
    running = Broker([server, *options, "--bind-address=127.0.0.1", f"--port={port}", socket], port)
    running.start()
    try:
        subprocess.run([client, "--no-defaults", "-u", "root", socket, "-e", f"CREATE DATABASE {database}"], check=True)
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
