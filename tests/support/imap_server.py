"""A mail server to read from (IMAP), with just what the standard library's client asks to log in, search and fetch."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager
from email.message import EmailMessage

__all__ = ["MailServer", "mail_server"]

LOGIN, PASSWORD = "ada", "engine"


class MailServer(socketserver.ThreadingTCPServer):
    """One folder, INBOX, with the messages it is given."""

    allow_reuse_address = True
    daemon_threads = True
    login, password = LOGIN, PASSWORD

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[EmailMessage] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("* OK here")
        while line := self.rfile.readline():
            tag, command, *words = line.decode().split()
            getattr(self, f"_{command.lower()}", self._unknown)(tag, words)
            if command.upper() == "LOGOUT":
                return

    def _capability(self, tag: str, _: list[str]) -> None:
        self._say("* CAPABILITY IMAP4rev1")
        self._say(f"{tag} OK done")

    def _login(self, tag: str, words: list[str]) -> None:
        is_known = [word.strip('"') for word in words] == [LOGIN, PASSWORD]
        self._say(f"{tag} OK come in" if is_known else f"{tag} NO [AUTHENTICATIONFAILED] who are you")

    def _select(self, tag: str, words: list[str]) -> None:
        if words[0].strip('"') != "INBOX":
            self._say(f"{tag} NO no such folder")
            return
        self._say(f"* {len(self._mails)} EXISTS")
        self._say(f"{tag} OK [READ-WRITE] chosen")

    def _search(self, tag: str, _: list[str]) -> None:
        self._say(" ".join(["* SEARCH", *(str(number) for number, _ in enumerate(self._mails, 1))]))
        self._say(f"{tag} OK done")

    def _fetch(self, tag: str, words: list[str]) -> None:
        data = self._mails[int(words[0]) - 1].as_bytes()
        self.wfile.write(f"* {words[0]} FETCH (RFC822 {{{len(data)}}}\r\n".encode() + data + b")\r\n")
        self._say(f"{tag} OK done")

    def _close(self, tag: str, _: list[str]) -> None:
        self._say(f"{tag} OK done")

    def _logout(self, tag: str, _: list[str]) -> None:
        self._say("* BYE")
        self._say(f"{tag} OK done")

    def _unknown(self, tag: str, _: list[str]) -> None:
        self._say(f"{tag} BAD what?")

    @property
    def _mails(self) -> list[EmailMessage]:
        assert isinstance(self.server, MailServer)
        return self.server.messages

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mail_server() -> Generator[MailServer]:
    """A server whose folder is empty."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
