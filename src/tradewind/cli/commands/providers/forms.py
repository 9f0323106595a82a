"""`tradewind providers hooks`, `connection-types`, `behaviours`, `widgets`: connections and their forms."""

from __future__ import annotations

import click

from tradewind.cli.output import show
from tradewind.cli.provider_reads import catalogue_of
from tradewind.cli.session import Session, output_option, pass_session

__all__ = ["behaviours", "connection_types", "hooks", "widgets"]


@click.command()
@output_option
@pass_session
def hooks(session: Session, output: str) -> None:
    """List hooks."""
    from tradewind.sdk.provider_contents import attributes_of_hooks

    found = sorted(catalogue_of(session).hooks.items())
    attributes = attributes_of_hooks([hook.hook_class_name for _, hook in found])
    rows = [
        {
            "connection_type": kind,
            "class": hook.hook_class_name,
            "conn_id_attribute_name": attributes[hook.hook_class_name],
            "package_name": hook.package_name,
            "hook_name": hook.hook_name,
        }
        for kind, hook in found
    ]
    show(rows, ["connection_type", "class", "conn_id_attribute_name", "package_name", "hook_name"], output)


@click.command("connection-types")
@output_option
@pass_session
def connection_types(session: Session, output: str) -> None:
    """List connection types, with their fields."""
    rows = [
        {
            "connection_type": kind,
            "hook_name": hook.hook_name,
            "package_name": hook.package_name,
            "extra_fields": list(hook.conn_fields),
        }
        for kind, hook in sorted(catalogue_of(session).hooks.items())
    ]
    show(rows, ["connection_type", "hook_name", "package_name", "extra_fields"], output)


@click.command()
@output_option
@pass_session
def behaviours(session: Session, output: str) -> None:
    """List the connection types whose forms have hints of their own."""
    found = sorted(catalogue_of(session).hooks.items())
    show([{"field_behaviours": kind} for kind, hook in found if hook.ui_field_behaviour], ["field_behaviours"], output)


@click.command()
@output_option
@pass_session
def widgets(session: Session, output: str) -> None:
    """List the fields that forms of connections have beyond the common ones."""
    rows = [
        {
            "connection_parameter_name": f"extra__{kind}__{name}",
            "class": hook.hook_class_name,
            "package_name": hook.package_name,
            "field_type": _type(field),
        }
        for kind, hook in sorted(catalogue_of(session).hooks.items())
        for name, field in hook.conn_fields.items()
    ]
    show(rows, ["connection_parameter_name", "class", "package_name", "field_type"], output)


def _type(field: object) -> str:
    schema = field.get("schema") or {} if isinstance(field, dict) else {}
    kind = schema.get("type", "unknown")
    return kind if isinstance(kind, str) else " or ".join(kind)
