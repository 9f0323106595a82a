"""Found because the DAG file puts its folder on the path. No DAG in here."""

LIMIT = 5
