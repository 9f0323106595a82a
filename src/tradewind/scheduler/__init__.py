"""The shell around the pure core: one thread that turns events into committed state and then into work.

    wait for events or the next deadline -> apply them -> one transaction -> effects

Events come through one channel: facts of the executor, rings of the inbox's bell, time. While a transaction is in
flight the next events gather in the channel, so that load makes batches by itself (group commit) and an idle
scheduler commits at once, with no timer to wait for. Dispatches and kills happen only after the transaction that
holds their transitions has committed: a crash between the two leaves a row that says `queued`, whose attempt the
restarted scheduler finds lost and starts again.

`loop` holds the walk; `channel` the ways in; `committer` the transaction; `dispatcher` the ways out; `loader` and
`leases` what happens at start and take-over.
"""

from tradewind.scheduler.loop import Scheduler, SchedulerParts

__all__ = ["Scheduler", "SchedulerParts"]
