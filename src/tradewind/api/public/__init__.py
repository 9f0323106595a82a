"""The routes under `/api/v2`, one module a resource.

The order of the routers matters where one path could be read as another: what has a word at a place comes before what
has a parameter there.
"""

from tradewind.api.public import (
    catalog,
    connections,
    dag_runs,
    dags,
    insight,
    logs,
    monitor,
    pools,
    run_changes,
    task_changes,
    task_instances,
    tasks,
    variables,
    xcoms,
)

__all__ = ["ROUTERS"]

ROUTERS = (
    monitor.router,
    run_changes.router,
    dag_runs.router,
    tasks.router,
    logs.router,
    xcoms.router,
    task_instances.router,
    task_changes.router,
    catalog.router,
    dags.router,
    connections.router,
    variables.router,
    pools.router,
    insight.router,
)
