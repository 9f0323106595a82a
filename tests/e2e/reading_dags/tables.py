"""DAGs that are made of what Variables and Connections say, each in one of the three isolations."""

from tradewind import DAG, BaseHook, Variable, task

TABLES = Variable.get("tables", default=["orders"], deserialize_json=True)
PREFIX = Variable.get("prefix", default="none")
HOST = BaseHook.get_connection("lake").host

for isolation in ("fork", "reuse", "spawn"):
    with DAG(f"tables_{isolation}", schedule=None, default_args={"isolation": isolation}):
        for table in TABLES:

            @task(task_id=f"copy_{table}")
            def copy(name=table):
                return f"{PREFIX}:{name}@{HOST}"

            copy()
