"""A TLS connection to the server of this home: it must show the very certificate that the home says, whatever its names."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from typing import Any

__all__ = ["PinnedConnection"]

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class PinnedConnection(http.client.HTTPSConnection):
    """Nobody has to vouch for the certificate: who can read the home knows it. It is compared, not looked up."""

    def __init__(self, host: str, port: int | None, *, certificate: Path, timeout: float | None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        super().__init__(host, port, timeout=timeout, context=context)
        self._certificate = certificate

    def connect(self) -> None:
        """Connect, and look who is there before anything is said.

        Raises:
            OSError: it is not the server of this home, or its certificate can't be read.
        """
        super().connect()
        sock: Any = self.sock
        if sock.getpeercert(binary_form=True) != _first(self._certificate):
            self.close()
            raise OSError(f"it does not show the certificate in {self._certificate}")


def _first(file: Path) -> bytes:
    """The server's own certificate, which comes before those between it and its root."""
    text = file.read_text(encoding="ascii", errors="replace")
    begin, end = text.find(BEGIN), text.find(END)
    if begin < 0 or end < begin:
        raise OSError(f"{file} holds no certificate")
    return ssl.PEM_cert_to_DER_cert(text[begin : end + len(END)])
