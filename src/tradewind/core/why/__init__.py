"""Why? The true causes of what a DAG, a run or a task instance does or does not do, in words, from what is recorded.

Pure: a scene goes in, causes come out, the most decisive first. A cause may have causes behind it; the leaves are the
true ones. `scene` says what must be known, `db.why` gathers it from rows, and one module each explains DAGs, runs,
instances that wait and instances that ended.
"""

from tradewind.core.why.causes import Cause
from tradewind.core.why.dag import why_dag
from tradewind.core.why.run import why_run
from tradewind.core.why.scene import (
    AssetWait,
    AttemptFacts,
    BackfillUse,
    DagScene,
    FailedTask,
    Hand,
    PoolUse,
    RunScene,
    TaskScene,
    Use,
    Waiting,
)
from tradewind.core.why.task import why_task

__all__ = [
    "AssetWait",
    "AttemptFacts",
    "BackfillUse",
    "Cause",
    "DagScene",
    "FailedTask",
    "Hand",
    "PoolUse",
    "RunScene",
    "TaskScene",
    "Use",
    "Waiting",
    "why_dag",
    "why_run",
    "why_task",
]
