"""Runs triggers: what deferred tasks and watched assets wait for.

The server keeps, per triggerer process, two socket pairs. Over the first go `Watch` and `Unwatch` one way and `Fired` the
other; the process reads and writes it in its event loop. Over the second, threads and blocking calls of triggers ask
for connections and variables (`AskFor`), and the watchdog tells of a trigger that blocks the loop (`Blocked`): it must
get through while the loop stands still.

The rows of the database say what is waited for. A process that dies is replaced and told everything anew; a trigger
runs at least once, and its first `Fired` counts. A trigger that blocks the loop again and again, or for seconds, is
moved to a second process, where it can hold up only its like.

User code runs in these processes, never in the server. The modules of a DAG folder are those of the snapshot that the
waiting run is bound to; a function that imports a module of the folder only when it runs gets that of the snapshot
which was asked for last.
"""

from tradewind.triggerer.local import LocalTriggerer, TriggererOptions

__all__ = ["LocalTriggerer", "TriggererOptions"]
