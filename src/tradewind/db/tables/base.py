"""What all tables share: the metadata, the keys they hang on, and the workspace that names belong to."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, MetaData, String, Table, Text

from tradewind.db.columns import Moment

__all__ = ["NAME", "UID", "dag_key", "metadata", "run_key", "workspace"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UID = String(36)
NAME = String(250)


def dag_key(*, is_primary: bool = False) -> tuple[Column[str], Column[str], ForeignKeyConstraint]:
    """The columns that name a DAG, gone when the DAG goes."""
    return (
        Column("workspace", NAME, primary_key=is_primary, nullable=False),
        Column("dag_id", NAME, primary_key=is_primary, nullable=False),
        ForeignKeyConstraint(["workspace", "dag_id"], ["dag.workspace", "dag.dag_id"], ondelete="CASCADE"),
    )


def run_key() -> Column[str]:
    return Column("run_uid", UID, ForeignKey("dag_run.uid", ondelete="CASCADE"), primary_key=True)


workspace = Table(
    "workspace",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("parent", NAME, ForeignKey("workspace.name")),
    Column("description", Text),
    Column("created_at", Moment, nullable=False),
)
