"""What a DAG file may ask while it is imported, and what it hears where it asks for more."""

from __future__ import annotations

from tradewind.protocol import messages as m

__all__ = ["READS", "refusal"]

READS = (m.GetVariable, m.ListVariables, m.GetConnection)
WRITES = (m.SetVariable, m.DeleteVariable)


def refusal(file: m.FileImport, request: m.Request) -> m.ErrorReply:
    """The answer to a request that only a running task can make."""
    name = type(request).__name__
    why = "the file is imported often, and at any time" if isinstance(request, WRITES) else "there is no run"
    return m.ErrorReply(
        code="not_at_import",
        message=f"{name} was asked while {file.relative_fileloc} was imported: {why}; at the top of a DAG file, "
        "Variables and Connections can be read, and nothing else. Move it into a task",
    )
