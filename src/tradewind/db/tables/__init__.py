"""The schema: every table, key and index; the rest of `db` writes its SQL against these.

Each name belongs to a workspace. Runs and attempts have surrogate keys (`uid`, `id`), instances hang on their run.
`task_instance` is the current view, `attempt` the history: rows of `attempt` are only added and then ended, once.
"""

from tradewind.db.tables.access import (
    access_token,
    login_failure,
    login_session,
    oidc_login,
    revoked_token,
    role,
    role_holder,
    user,
)
from tradewind.db.tables.assets import (
    asset,
    asset_alias,
    asset_alias_member,
    asset_event,
    asset_event_alias,
    asset_queue,
    asset_reference,
    asset_refusal,
    asset_watcher,
    run_asset_event,
)
from tradewind.db.tables.audit import audit_head, event_log
from tradewind.db.tables.backfills import backfill, backfill_slot
from tradewind.db.tables.base import metadata, workspace
from tradewind.db.tables.changes import change_log
from tradewind.db.tables.dags import (
    bundle,
    dag,
    dag_code,
    dag_favorite,
    dag_tag,
    dag_version,
    dag_warning,
    import_error,
    parsed_file,
    spec,
    spec_task,
)
from tradewind.db.tables.deadlines import callback_order, deadline
from tradewind.db.tables.processes import inbox, lease, process
from tradewind.db.tables.runs import attempt, dag_run, rendered, task_instance, xcom
from tradewind.db.tables.setup import connection, pool, variable
from tradewind.db.tables.stores import asset_state, task_state
from tradewind.db.tables.waits import input_request, trigger

__all__ = [
    "access_token",
    "asset_state",
    "asset",
    "asset_alias",
    "asset_alias_member",
    "asset_event",
    "asset_event_alias",
    "asset_queue",
    "asset_reference",
    "asset_refusal",
    "asset_watcher",
    "run_asset_event",
    "attempt",
    "audit_head",
    "backfill",
    "backfill_slot",
    "bundle",
    "callback_order",
    "change_log",
    "connection",
    "dag",
    "dag_code",
    "dag_favorite",
    "dag_run",
    "dag_tag",
    "dag_version",
    "dag_warning",
    "deadline",
    "event_log",
    "import_error",
    "inbox",
    "input_request",
    "lease",
    "login_failure",
    "login_session",
    "metadata",
    "oidc_login",
    "parsed_file",
    "pool",
    "process",
    "rendered",
    "revoked_token",
    "role",
    "role_holder",
    "spec",
    "spec_task",
    "task_instance",
    "task_state",
    "trigger",
    "user",
    "variable",
    "workspace",
    "xcom",
]
