"""Run by Alembic: hands it the connection and transaction of `chain.upgrade`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
