"""Asks for a password: on a terminal without showing it, else as one line of the input."""

from __future__ import annotations

import sys

import click

from tradewind.base.errors import InvalidInput

__all__ = ["ask_password"]


def ask_password(*, twice: bool = False) -> str:
    """What is typed or piped in; the question goes to the error stream.

    Args:
        twice: whether a person types it again, to be sure.

    Raises:
        InvalidInput: nobody is there to type, and nothing was piped in.
    """
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True)
    found = sys.stdin.readline().rstrip("\r\n")
    if not found:
        raise InvalidInput("no password: give it with --password, pipe it in as one line, or run this on a terminal")
    return found
