"""A process beside the server that keeps task logs elsewhere (S3, ...) by the code of a provider package.

The server never runs such code, so it asks this process: lines of JSON come on stdin, each is answered by one on stdout.
`remote_logging`, `remote_base_log_folder` and `remote_log_conn_id` of Airflow's `[logging]` say where logs go; the provider
package that knows the scheme of that folder brings the class. A store that takes no files, but lines while they are written
(CloudWatch), gets them when the file is complete.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from types import SimpleNamespace
from typing import Any, TextIO
from urllib.parse import urlsplit

from tradewind.base.errors import NotFound
from tradewind.base.settings import load_settings
from tradewind.sdk.provider_catalogue import catalogue, imported
from tradewind.worker.logs import read_log
from tradewind.worker.secrets_masking import MASKER, MaskedFormatter, mask_connection

__all__ = ["main", "store_of"]

log = logging.getLogger("tradewind.remote_logs")


def store_of(folder: str) -> Any:
    """The store for a folder such as ``s3://bucket/logs``, made by the provider package that knows it.

    Raises:
        NotFound: no installed package does.
    """
    scheme = urlsplit(folder).scheme
    known = {entry["scheme"]: entry["classpath"] for _, entry in catalogue().section("remote-logging")}
    if scheme not in known:
        raise NotFound(
            f"no installed provider package keeps logs in {folder!r}; there are: {', '.join(sorted(known)) or 'none'}",
            scheme=scheme,
        )
    return imported(known[scheme]).from_config()


class _Keeper:
    def __init__(self) -> None:
        self._folder = load_settings(os.environ).logs.remote_folder
        self._store: Any = None

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What comes of one order; whatever goes wrong is told."""
        if "connection" in asked:
            conn_id, fields = asked["connection"]
            mask_connection(fields)
            os.environ.setdefault(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))
            return {}
        try:
            if self._store is None:
                self._store = store_of(self._folder)
            ti = SimpleNamespace(**asked["ti"], is_mapped=asked["ti"]["map_index"] >= 0)
            if asked["order"] == "upload":
                self._tell_lines(asked["path"])
                self._store.upload(asked["path"], ti)
                return {}
            _, texts = self._store.read(asked["path"], ti)
            return {"text": None if texts is None else "".join(map(_text, texts))}
        except Exception as error:
            log.exception("%s of %s failed", asked["order"], asked["path"])
            return {"error": MASKER.redact(f"{type(error).__name__}: {error}")}

    def _tell_lines(self, path: str) -> None:
        """Each line of the log, to a store that takes them so: by structlog's protocol, with the logger that wrote it."""
        processors = getattr(self._store, "processors", ())
        if not processors:
            return
        file = load_settings(os.environ).log_folder / path
        logger = SimpleNamespace(_file=SimpleNamespace(name=str(file)))
        for line in read_log(file, limit=sys.maxsize):
            event = {"timestamp": line.timestamp, "event": line.event, "level": line.level, "logger": line.logger}
            for processor in processors:
                processor(logger, line.level, {**event, **line.fields})


def _text(piece: Any) -> str:
    return piece if isinstance(piece, str) else "".join(f"{line}" for line in piece)


def main(orders: TextIO, answers: TextIO) -> None:
    """Answer orders until there are no more."""
    keeper = _Keeper()
    for line in orders:
        answers.write(json.dumps(keeper.answer(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskedFormatter(logging.BASIC_FORMAT))
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as own:
        os.dup2(2, 1)  # what libraries print goes to the server's log, not among the answers
        main(sys.stdin, own)
