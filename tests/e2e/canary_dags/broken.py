"""Fails while it is imported, with a secret in its error."""

from tradewind import Connection, Variable

raise RuntimeError(f"no DAG with {Variable.get('canary_token')} and {Connection.get('canary').password}")
