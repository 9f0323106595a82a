"""Starts a triggerer process; the server calls it with the numbers of the two sockets that it hands over."""

import socket
import sys

from tradewind.triggerer.process import run_triggerer

if __name__ == "__main__":
    control, ask = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    run_triggerer(control, ask, log_level=sys.argv[3])
