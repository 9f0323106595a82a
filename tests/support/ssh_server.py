"""An SSH server with SFTP: commands run in a folder's shell, files are those of that folder."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

__all__ = ["SshServer", "ssh_server"]

LOGIN, PASSWORD = "ada", "engine"


@dataclass(slots=True)
class SshServer:
    """Where it listens, what it shows to prove who it is, and what it was told to run."""

    root: Path
    port: int = 0
    host_key: str = ""
    """The public key of the server, as `known_hosts` has it: type and data."""
    login: str = LOGIN
    password: str = PASSWORD
    commands: list[str] = field(default_factory=list)

    async def run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run a command in the folder; whoever hangs up ends it."""
        self.commands.append(process.command or "")
        child = await asyncio.create_subprocess_exec(
            "/bin/bash", "-c", process.command or ":", cwd=self.root, env={**os.environ, **_texts(process.env)},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        said = asyncio.ensure_future(child.communicate())
        gone = asyncio.ensure_future(process.channel.wait_closed())
        await asyncio.wait({said, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not said.done():
            os.killpg(child.pid, signal.SIGTERM)  # SIGHUP is ignored below nohup
            await said
            return
        gone.cancel()
        output, errors = said.result()
        process.stdout.write(output)
        process.stderr.write(errors)
        process.exit(child.returncode or 0)


class _Door(asyncssh.SSHServer):
    def __init__(self, guests: set[asyncssh.SSHServerConnection]) -> None:
        self.guests = guests

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.guests.add(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (LOGIN, PASSWORD)


def _texts(given: object) -> dict[str, str]:
    items = dict(given) if given else {}  # pyright: ignore[reportArgumentType, reportCallIssue]
    return {_text(name): _text(value) for name, value in items.items()}


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def _serve(server: SshServer, ready: threading.Event, over: asyncio.Event) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    guests: set[asyncssh.SSHServerConnection] = set()
    listener = await asyncssh.create_server(
        lambda: _Door(guests), "127.0.0.1", 0, server_host_keys=[key], process_factory=server.run, encoding=None,
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(server.root)),
    )  # fmt: skip
    server.port = listener.get_port()
    server.host_key = " ".join(key.export_public_key().decode().split()[:2])
    ready.set()
    await over.wait()
    listener.close()
    for guest in guests:
        guest.abort()
    await listener.wait_closed()
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)


@contextmanager
def ssh_server(root: Path) -> Generator[SshServer]:
    """A server whose users see `root`."""
    server, ready = SshServer(root), threading.Event()
    loop, over = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_serve(server, ready, over),))
    thread.start()
    try:
        assert ready.wait(60), "the SSH server did not start"
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
