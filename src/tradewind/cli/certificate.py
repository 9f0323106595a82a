"""The certificate that the server shows, read again once its files are newer."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

from tradewind.base.errors import InvalidInput

__all__ = ["Certificate"]

log = logging.getLogger("tradewind.standalone")


class Certificate:
    """A certificate in files, which may be renewed while the server runs: each handshake looks whether they are."""

    def __init__(self, cert: str, key: str) -> None:
        self._files = (Path(cert), Path(key or cert))
        self._seen = self._moments()
        try:
            self.context = self._loaded()
        except OSError as error:  # that of ssl is one
            raise InvalidInput(
                f"api.ssl_cert {cert} and api.ssl_key {key or 'in the same file'} can't be used: {error}",
                name="api.ssl_cert",
            ) from error
        self._current = self.context
        self.context.sni_callback = self._greet

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        cert, key = self._files
        # A key with a passphrase would have OpenSSL ask for it at a terminal that nobody looks at.
        context.load_cert_chain(cert, key, password=lambda: "")
        return context

    def _moments(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in self._files)

    def _greet(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        moments = self._moments()
        if moments != self._seen:
            self._seen = moments
            try:
                self._current = self._loaded()
            except OSError as error:
                log.warning("certificate.not_renewed: %s can't be used, the old one stays: %s", self._files[0], error)
            else:
                log.info("certificate.renewed: %s", self._files[0])
        if self._current is not self.context:
            connection.context = self._current
