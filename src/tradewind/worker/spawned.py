"""A fresh interpreter for attempts that must not be forked: `python -m tradewind.worker.spawned`.

It imports the DAG file ahead, then waits for its work on the socket it was started with.
"""

from __future__ import annotations

import importlib
import signal
import socket
import sys
from typing import NoReturn

import msgspec

from tradewind.worker.child import Attempts, Entries, LoadedFile, leave
from tradewind.worker.comms import Channel, FileRef
from tradewind.worker.importing import answered_over
from tradewind.worker.process_tree import Mark, die_with_parent

__all__ = ["main"]


def main() -> NoReturn:
    """Arguments: the socket's descriptor, the entries and the file as JSON, how many attempts to run."""
    die_with_parent()
    mark = Mark()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    sock = socket.socket(fileno=int(sys.argv[1]))
    sock.set_inheritable(False)
    entries = msgspec.json.decode(sys.argv[2], type=Entries)
    file = msgspec.json.decode(sys.argv[3], type=FileRef)
    for name in entries.preload:
        importlib.import_module(name)
    channel = Channel(sock)
    loaded = LoadedFile.load(entries, file, answered_over(channel))
    Attempts(channel, entries, loaded, mark).serve(int(sys.argv[4]))
    leave(0)


if __name__ == "__main__":
    main()
