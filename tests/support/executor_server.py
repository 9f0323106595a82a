"""A server that can be killed: a local executor that runs one task of each isolation, and then waits."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from support.local_executor import Harness


def main() -> None:
    folder, task, token, *attempts = sys.argv[1:]
    harness = Harness(Path(folder), (Path(folder) / "file.py").read_text(), token=token)
    for attempt in attempts:
        harness.submit(attempt, task, attempt.split("-")[0])
    threading.Event().wait()


if __name__ == "__main__":
    main()
