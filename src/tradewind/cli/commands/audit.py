"""`tradewind audit`: who did what; read from the database itself, so that no server needs to be trusted or running.

Where `TRADEWIND_URL` names a server elsewhere, that one is asked, and shows what its token may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from tradewind.cli.dates import MOMENT
from tradewind.cli.output import show
from tradewind.cli.session import Session, output_option, pass_session

if TYPE_CHECKING:
    from tradewind.db.audit_entries import AuditFilter

__all__ = ["audit"]

COLUMNS = ("id", "timestamp", "owner", "via", "address", "event", "resource", "name", "before", "after")
AUDIT = ("/auth", "audit")
_AT_ONCE = 1000
_PAGE = 100


@click.group()
def audit() -> None:
    """Look at the audit log, take it away, verify that nobody has changed it."""


@audit.command("list")
@click.option("-u", "--owner", help="Only what this user did.")
@click.option("-e", "--event", help="Only these, as post_variable or denied.")
@click.option("-r", "--resource", help="Only what was done to this kind of thing.")
@click.option("-n", "--name", help="Only what was done to the thing of this name.")
@click.option("--after", type=MOMENT, help="Only what came after this moment.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="So many, the newest.")
@output_option
@pass_session
def list_audit(session: Session, *, after: datetime | None, limit: int, output: str, **like: str | None) -> None:
    """List the newest entries, the oldest of them first."""
    if session.is_remote:
        wanted = {**like, "after": after.isoformat() if after else None}
        show(reversed(_newest(session, wanted, limit)), COLUMNS, output)
        return
    from tradewind.api.audit_export import entry_out
    from tradewind.db import audit_entries
    from tradewind.db.listing import Page, Range

    wanted = audit_entries.AuditFilter(**like, when=Range(gt=after) if after else None)
    with session.database.read() as tx:
        found, _ = audit_entries.list_entries(tx, wanted, Page(limit, 0, ("-id",)))
    show((entry_out(one) for one in reversed(found)), COLUMNS, output)


def _newest(session: Session, wanted: Mapping[str, str | None], limit: int) -> list[dict[str, Any]]:
    """From the server elsewhere, page by page."""
    found: list[dict[str, Any]] = []
    while len(found) < limit:
        at_once = min(limit - len(found), _PAGE)
        page = session.client.get(*AUDIT, **wanted, order_by="-id", limit=at_once, offset=len(found))["entries"]
        found += page
        if len(page) < at_once:
            break
    return found


@audit.command("export")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True), default="-")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True, help="Form of a line."
)
@click.option("--after", type=MOMENT, help="Only what came after this moment.")
@pass_session
def export_audit(session: Session, file: str, form: str, after: datetime | None) -> None:
    """Write all entries, of all workspaces, one a line. From a server elsewhere: those of the workspace that its address names."""
    from tradewind.db.audit_entries import AuditFilter
    from tradewind.db.listing import Range

    if session.is_remote:
        lines = session.client.raw_lines(*AUDIT, "export", format=form, after=after.isoformat() if after else None)
        with click.open_file(file, "wb") as to:
            count = sum(1 for line in lines if to.write(line)) - (form == "csv")
        click.echo(f"{count} entries exported to {file}", err=True)
        return
    wanted = AuditFilter(when=Range(gt=after) if after else None)
    with click.open_file(file, "w", encoding="utf-8") as to:
        count = _write(session, wanted, form, to.write)
    click.echo(f"{count} entries exported to {file}", err=True)


def _write(session: Session, wanted: AuditFilter, form: str, write: object) -> int:
    from tradewind.api.audit_export import csv_head, csv_lines, json_lines
    from tradewind.db.audit_entries import entries_after

    assert callable(write)
    if form == "csv":
        write(csv_head())
    count = last = 0
    while True:
        with session.database.read() as tx:
            some = entries_after(tx, wanted, last, _AT_ONCE)
        write(csv_lines(some) if form == "csv" else json_lines(some))
        count += len(some)
        if len(some) < _AT_ONCE:
            return count
        last = some[-1]["id"]


@audit.command("verify")
@click.option("--head", help="A hash that an earlier verification printed: its entry must still be there.")
@pass_session
def verify_audit(session: Session, head: str | None) -> int:
    """Check that every entry is as it was written and none is missing; else name the first that is not, and exit with 1."""
    from tradewind.db import audit_chain, audit_entries

    if session.is_remote:
        said = session.client.get(*AUDIT, "verify", head=head)
        if not said["holds"]:
            place = "" if said["broken_id"] is None else f" at entry {said['broken_id']}"
            click.echo(f"BROKEN{place}: {said['reason']}")
            return 1
        return _holds(said["entries"], said["first_id"], said["last_id"], said["head"])
    with session.database.read() as tx:
        found = audit_chain.verify(tx)
        is_known = head is None or audit_entries.has_hash(tx, head)
    if found.broken is not None:
        click.echo(f"BROKEN at entry {found.broken.id}: {found.broken.reason}")
        return 1
    if not is_known:
        click.echo("BROKEN: no entry has the hash given by --head; it was cut off, or the whole log was written anew")
        return 1
    return _holds(found.entries, found.first_id, found.last_id, found.head)


def _holds(entries: int, first_id: int, last_id: int, head: str) -> int:
    click.echo(f"{entries} entries hold, from {first_id} to {last_id}")
    click.echo(f"Head: {head}")
    return 0
