"""An FTP server over a folder, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

__all__ = ["FtpSite", "ftp_server"]


@dataclass(frozen=True, slots=True)
class FtpSite:
    """Where it listens, and who may come in."""

    root: Path
    port: int
    login: str = "ada"
    password: str = "engine"


@contextmanager
def ftp_server(root: Path) -> Generator[FtpSite]:
    """A server whose one user may read and write below `root`."""

    class Handler(FTPHandler):
        authorizer = DummyAuthorizer()

    loop = IOLoop()
    server = FTPServer(("127.0.0.1", 0), Handler, ioloop=loop)
    site = FtpSite(root, server.socket.getsockname()[1])
    Handler.authorizer.add_user(site.login, site.password, str(root), perm="elradfmwMT")
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            server.serve_forever(timeout=0.05, blocking=False, handle_exit=False)
        server.close_all()
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield site
    finally:
        over.set()
        thread.join()
