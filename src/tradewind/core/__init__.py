"""The pure machine: events in, commands out. No I/O, no clock, no randomness, no logging, no third party.

`Shard.apply(event, now)` is the only way in. It takes one event in three steps. A handler (`tasks`, `runs`, `clearing`,
`dags`) changes what the event says. `advance.settle` then works off what follows: instances whose trigger rule is met
go on, mapped tasks expand, runs end, capacity is handed out. `Machine.flush` turns everything that was touched into
commands. Every change of state goes through `Run.move` and the table `MOVES`, and updates the tallies of the tasks
below, so that the cost of an event does not depend on the size of the DAG.
"""

from tradewind.core.graph import Graph
from tradewind.core.image import RunImage, TaskImage
from tradewind.core.selection import closure, select
from tradewind.core.shard import Limits, Shard
from tradewind.core.states import FINISHED, MOVES, RUN_FINISHED, RUN_MOVES, UNFINISHED, RunState, TaskState
from tradewind.core.timeline import PastRun

__all__ = [
    "FINISHED",
    "MOVES",
    "RUN_FINISHED",
    "RUN_MOVES",
    "UNFINISHED",
    "Graph",
    "Limits",
    "PastRun",
    "RunImage",
    "RunState",
    "Shard",
    "TaskImage",
    "TaskState",
    "closure",
    "select",
]
