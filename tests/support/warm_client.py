"""The program `tradewind` of shells in tests: has the warm process become it, and passes signals on.

Started by `python -IS` with the warm process's socket and the words of the command line.
"""

import json
import os
import signal
import socket
import struct
import sys

NUMBER = struct.Struct("<q")


def main() -> int:
    """The exit code of the command."""
    order = {
        "words": ["-m", "tradewind", *sys.argv[2:]],
        "cwd": os.getcwd(),  # noqa: PTH109 - loading pathlib would take as long as all else here
        "env": dict(os.environ),
        "start_new_session": False,
        "process_group": None,
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as warm:
        warm.connect(sys.argv[1])
        socket.send_fds(warm, [json.dumps(order).encode()], [0, 1, 2])
        [pid] = NUMBER.unpack(warm.recv(NUMBER.size))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _frame: os.kill(pid, number))
        answer = warm.recv(NUMBER.size)
    [exit_code] = NUMBER.unpack(answer)
    if exit_code < 0:  # as it ended
        signal.signal(-exit_code, signal.SIG_DFL) if -exit_code != signal.SIGKILL else None
        os.kill(os.getpid(), -exit_code)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
