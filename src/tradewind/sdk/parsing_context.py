"""Which DAG and task a file is read for, so that files that make many DAGs can make only the one that is needed."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

__all__ = ["ParsingContext", "get_parsing_context", "parsing_context"]


class ParsingContext(NamedTuple):
    """The DAG and task wanted; both None when the file is read for all that it has."""

    dag_id: str | None
    task_id: str | None


parsing_context: ContextVar[ParsingContext] = ContextVar("parsing_context")
"""Set by whoever reads a file for one task."""


def get_parsing_context() -> ParsingContext:
    """What the file is read for now."""
    return parsing_context.get(ParsingContext(None, None))
