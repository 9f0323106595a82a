"""Not Python."""

from tradewind import dag

def broken(:
    pass
