"""The pure machine: events in, commands out. No I/O, no clock, no randomness, no logging, no third party.

`Shard.apply(event, now)` is the only way in; every transition goes through `Run.move` and the table `MOVES`.
"""
