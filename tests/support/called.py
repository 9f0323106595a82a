"""Functions for calls into forked children."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path


def echo(payload: bytes) -> bytes:
    return payload


def fail(payload: bytes) -> bytes:
    raise ValueError(payload.decode())


def die(payload: bytes) -> bytes:
    os.kill(os.getpid(), int(payload))
    return b""


def leave(payload: bytes) -> bytes:
    os._exit(int(payload))


def nap(payload: bytes) -> bytes:
    time.sleep(0.4)
    return payload


def hang_with_child(payload: bytes) -> bytes:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    Path(payload.decode()).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(600)
    return b""
