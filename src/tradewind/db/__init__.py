"""The metadata database: schema, transactions, and one module of query functions per aggregate.

A query is a function whose first argument is a transaction (`Tx`); it returns records or numbers and never commits.
Time comes in as an argument; only leases use the database's own clock.
"""

from tradewind.db.engine import Database, Tx, open_database

__all__ = ["Database", "Tx", "open_database"]
