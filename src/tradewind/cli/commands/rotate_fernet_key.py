"""`tradewind rotate-fernet-key`: everything that is encrypted at rest, encrypted again with the newest key."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Any

import click

from tradewind.base.errors import InvalidInput
from tradewind.cli.session import Session, pass_session

if TYPE_CHECKING:
    from tradewind.db.cipher import Cipher

__all__ = ["rotate_fernet_key"]

AT_ONCE = 100
"""Rows in one transaction, so that others can write in between."""


@click.command("rotate-fernet-key")
@click.option("--new-key", is_flag=True, help="First put a new key on top of the file fernet.key.")
@click.option("--drop-old", is_flag=True, help="At the end remove all keys but the newest from that file.")
@pass_session
def rotate_fernet_key(session: Session, new_key: bool, drop_old: bool) -> None:
    """Encrypt passwords and variables again with the newest key.

    A server may run meanwhile. When this is interrupted, what was done stays done, and doing it again goes on from there.
    """
    from tradewind.db import connections, sealed_waits, variables
    from tradewind.db.cipher import KEY_FILE, add_key, cipher_of, keep_first_key

    settings, file = session.settings, session.settings.home / KEY_FILE
    if (new_key or drop_old) and settings.secrets.fernet_key:
        raise InvalidInput(
            "the keys are in the setting secrets.fernet_key (AIRFLOW__CORE__FERNET_KEY): put the new one first there, run "
            "this without options, then take the old one out",
            name="secrets.fernet_key",
        )
    if new_key:
        add_key(file)
    cipher, counts = cipher_of(settings), dict[str, int]()
    for what, rows in (("connections", connections), ("variables", variables), ("triggers", sealed_waits)):
        counts[what] = _rotated(session, cipher, rows)
    _note(session, counts)
    click.echo(", ".join(f"{count} {what} encrypted again" for what, count in counts.items()))
    if drop_old:
        click.echo(f"{keep_first_key(file)} old keys removed from {file}")
    elif not settings.secrets.fernet_key and len(file.read_text(encoding="utf-8").split()) == 1:
        click.echo(f"There is only one key in {file}; --new-key makes another and encrypts with it")
    elif not settings.secrets.fernet_key:
        click.echo(f"Nothing needs the older keys in {file} any more; --drop-old removes them")


def _rotated(session: Session, cipher: Cipher, rows: Any) -> int:
    """Until a whole pass has found nothing to do: somebody may have written with the old key meanwhile."""
    total = 0
    while changed := _pass(session, cipher, rows):
        total += changed
    return total


def _pass(session: Session, cipher: Cipher, rows: Any) -> int:
    changed, last = 0, ("", "")
    while last is not None:
        with session.database.write() as tx:
            done = rows.rotate_key(tx, cipher, last, AT_ONCE)
        changed, last = changed + done.changed, done.last
    return changed


def _note(session: Session, counts: dict[str, int]) -> None:
    from tradewind.base.clock import SystemClock
    from tradewind.db import event_logs

    with session.database.write() as tx:
        new = event_logs.NewEvent(
            workspace="default", timestamp=SystemClock().now(), event="rotate_fernet_key", owner=getpass.getuser(),
            via="process", resource="config", name="fernet_key", extra=json.dumps(counts),
        )  # fmt: skip
        event_logs.record(tx, new)
