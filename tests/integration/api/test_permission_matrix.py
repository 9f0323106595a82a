"""Every operation of the OpenAPI document, asked for by everybody, gives what the policy says.

What the policy says is written here by hand: which permission each operation takes, and which role has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from support.api import Api
from support.databases import sqlite_database
from tradewind.db import tables, tokens, users
from tradewind.db.tokens import TokenRecord
from tradewind.spec import DagSpec, ScheduleSpec


def words(text: str) -> list[str]:
    return text.split()


OPEN = words("""
    call_asset_webhook create_session create_token create_token_all_admins create_token_cli get_health get_version
    login login_page logout oidc_callback oidc_login
""")
"""Nobody has to be known for these; a webhook knows its callers by their signature."""

SIGNED_IN = words("""
    can_i delete_my_other_sessions delete_my_session delete_session get_me get_my_sessions get_permissions
    put_my_password stream_events
""")
"""These are about the caller alone."""

TAKES = {
    "read asset": """
        get_asset get_asset_alias get_asset_aliases get_asset_events get_asset_queued_events get_asset_state_store
        get_assets get_dag_asset_queued_event get_dag_asset_queued_events get_dag_asset_state list_asset_state_store
        ui_asset ui_assets ui_assets_graph
    """,
    "create asset": "create_asset_event materialize_asset",
    "edit asset": "clear_asset_state_store delete_asset_state_store set_asset_state_store",
    "delete asset": "delete_asset_queued_events delete_dag_asset_queued_event delete_dag_asset_queued_events",
    "read backfill": "get_backfill get_backfill_progress list_backfills",
    "create backfill": "create_backfill create_backfill_dry_run plan_backfill",
    "edit backfill": "cancel_backfill pause_backfill unpause_backfill",
    "read config": "get_config get_config_value",
    "read connection": "get_connection get_connection_test get_connections",
    "create connection": "create_default_connections post_connection",
    "edit connection": "enqueue_connection_test patch_connection test_connection",
    "delete connection": "delete_connection",
    "create edit delete connection": "bulk_connections",
    "read dag": """
        get_dag get_dag_details get_dag_source get_dag_stats get_dag_tags get_dag_version get_dag_versions get_dags
        get_dag_page get_next_runs list_dag_warnings ui_dags ui_home ui_search
        why_dag
    """,
    "edit dag": "patch_dag patch_dags reparse_dag_file",
    "delete dag": "delete_dag",
    "read dag_run": """
        get_dag_deadlines get_dag_run get_dag_run_deadlines get_dag_run_result get_dag_runs get_list_dag_runs_batch
        get_dag_calendar get_run_view get_upstream_asset_events ui_runs wait_dag_run_until_finished why_dag_run
    """,
    "create dag_run": "execute_dag trigger_dag_run",
    "edit dag_run": "clear_dag_run clear_dag_run_partitions clear_dag_runs patch_dag_run",
    "delete dag_run": "delete_dag_run",
    "create edit delete dag_run": "bulk_dag_runs",
    "read audit": "export_audit get_audit_entries verify_audit",
    "read event_log": "get_event_log get_event_logs",
    "create favorite": "favorite_dag",
    "delete favorite": "unfavorite_dag",
    "read import_error": "get_import_error get_import_errors",
    "read job": "get_jobs",
    "read log": "get_external_log_url get_log get_log_piece",
    "read plugin": "get_plugins import_errors",
    "read pool": "get_pool get_pools",
    "create pool": "post_pool",
    "edit pool": "patch_pool",
    "delete pool": "delete_pool",
    "create edit delete pool": "bulk_pools",
    "read provider": "get_connection_type get_connection_types get_providers",
    "read role": "get_role get_roles",
    "create role": "create_role",
    "edit role": "patch_role",
    "delete role": "delete_role",
    "read service_account": "get_service_account get_service_accounts",
    "create service_account": "post_service_account",
    "edit service_account": "patch_service_account",
    "delete service_account": "delete_service_account",
    "read task": "get_dag_structure get_task get_tasks",
    "read task_instance": """
        get_extra_links get_hitl_detail get_hitl_detail_try_detail get_hitl_details get_mapped_task_instance
        get_task_view
        get_mapped_task_instance_tries get_mapped_task_instance_try_details get_mapped_task_instances get_task_instance
        get_task_instance_dependencies get_task_instance_dependencies_by_map_index get_task_instance_tries
        get_task_instance_try_details get_task_instances get_task_instances_batch get_task_state_store
        get_dag_durations get_dag_grid get_run_states list_task_state_store why_task_instance
    """,
    "edit task_instance": """
        clear_task_state_store delete_task_state_store patch_task_group_instances patch_task_group_instances_dry_run
        patch_task_instance patch_task_instance_by_map_index patch_task_instance_dry_run
        patch_task_instance_dry_run_by_map_index patch_task_state_store post_clear_task_instances set_task_state_store
        update_hitl_detail
    """,
    "delete task_instance": "delete_task_instance",
    "create edit delete task_instance": "bulk_task_instances",
    "read token": "get_tokens",
    "create token": "post_token",
    "delete token": "delete_token",
    "read user": "get_user get_users",
    "create user": "post_user",
    "edit user": "patch_user unlock_user",
    "delete user": "delete_user",
    "read variable": "get_variable get_variables",
    "create variable": "post_variable",
    "edit variable": "patch_variable",
    "delete variable": "delete_variable",
    "create edit delete variable": "bulk_variables",
    "read xcom": "get_xcom_content get_xcom_entries get_xcom_entry",
    "create xcom": "create_xcom_entry",
    "edit xcom": "update_xcom_entry",
    "delete xcom": "delete_xcom_entry",
}
"""Action, or several of which one is enough, and resource -> operations."""

NAMED_BY_DAG = words("""
    backfill dag dag_run event_log favorite import_error log task task_instance xcom
""")
OWN = ("favorite", "token")
SEEN_BY_ALL = (*NAMED_BY_DAG, "asset", "config", "job", "plugin", "pool", "provider")
RUN_BY_USERS = ("asset", "backfill", "dag", "dag_run", "task_instance", "xcom")
KEPT_BY_OPS = ("audit", "connection", "pool", "variable")

NAMED_INSIDE = {"create_default_connections"}
"""The names are in the code of the route, so that a caller bound to another name is turned away there."""

NOT_WHILE_BOUND = {"delete_my_other_sessions", "delete_my_session"}
"""About the caller, who is more than a token with bounds: it ends nobody's sessions."""

CALLERS = (
    "nobody", "expired", "revoked", "elsewhere", "bound elsewhere", "viewer", "user", "op", "admin",
    "bound to a dag", "bound to a connection",
)  # fmt: skip


def role_has(role: str, action: str, resource: str) -> bool:
    """What the roles are for, as docs/howto/permissions.md tells it."""
    if role == "admin":
        return True
    if resource in OWN or (action == "read" and resource in SEEN_BY_ALL):
        return True
    if role in {"user", "op"} and resource in RUN_BY_USERS:
        return True
    return role == "op" and (resource in KEPT_BY_OPS or (action, resource) == ("read", "audit"))


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str

    @property
    def takes(self) -> tuple[list[str], str] | None:
        """Actions and resource; None: nothing."""
        for words, names in TAKES.items():
            if self.name in names.split():
                *actions, resource = words.split()
                return actions, resource
        return None

    def at(self, dag: str, connection: str) -> str:
        """The path with names filled in."""
        path = self.path.replace("{dag_id}", dag).replace("{connection_id}", connection)
        for word in ("map_index", "try_number", "task_try_number", "version_number"):
            path = path.replace(f"{{{word}}}", "1")
        while "{" in path:
            start, _, rest = path.partition("{")
            word, _, end = rest.partition("}")
            path = f"{start}{'1' if word.endswith('_id') and word not in TEXTS else 'nothing'}{end}"
        return path


TEXTS = ("dag_run_id", "task_id", "group_id", "token_id", "session_id")


@dataclass(frozen=True)
class World:
    """One application for all operations, and tokens to be had."""

    api: Api
    runner: asyncio.Runner

    def token(self, caller: str) -> str | None:
        """A new token: an operation may take the one away that it was asked with."""
        mint, new, now = self._mint(), self.api.services.ids.new, self.api.services.clock.now()
        match caller:
            case "nobody":
                return None
            case "expired":
                return mint("admin", new(), now - timedelta(seconds=61), 60)
            case "revoked":
                token_id = new()
                with self.api.database.write() as tx:
                    tokens.revoke(tx, token_id, now + timedelta(hours=1))
                return mint("admin", token_id, now, 60)
            case "elsewhere":
                return mint("stranger", new(), now, 60)
            case "bound elsewhere":
                return self._named("other", None)
            case "bound to a dag":
                return self._named("*", ["manage:mine"])
            case "bound to a connection":
                return self._named("*", ["*:connection:mine"])
            case _:
                return mint(caller, new(), now, 60)

    def _mint(self) -> Any:
        return self.api.app.state.desk.sessions.tokens.mint

    def _named(self, workspace: str, scopes: list[str] | None) -> str:
        now, token_id = self.api.services.clock.now(), self.api.services.ids.new()
        record = TokenRecord(
            id=token_id, username="admin", name=token_id, workspace=workspace, scopes=scopes, created_at=now,
            created_by="admin", expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        with self.api.database.write() as tx:
            tokens.add_token(tx, record)
        return self._mint()("admin", token_id, now, 60, "named")

    def status(self, operation: Operation, path: str, token: str | None) -> int:
        """The status of an answer, however long its body would go on."""
        return self.runner.run(_status(self.api.app, operation.method, path, token))


async def _status(app: Any, method: str, path: str, token: str | None) -> int:
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    is_sent = False

    async def receive() -> dict[str, Any]:
        nonlocal is_sent
        if is_sent:
            await asyncio.Event().wait()
        is_sent = True
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and not begun.done():
            begun.set_result(message["status"])

    running = asyncio.create_task(app(scope, receive, send))
    await asyncio.wait([running, begun], return_when=asyncio.FIRST_COMPLETED)
    if running.done() and not begun.done():
        running.result()
    status = await begun
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return status


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("matrix")
    with sqlite_database(home) as database, Api.open(database, home) as api:
        now = datetime.now(UTC)
        with database.write() as tx:
            tx.execute(tables.workspace.insert(), {"name": "other", "created_at": now})
            held = (users.Holding("Admin", workspace="other"),)
            users.add_user(tx, users.UserRecord(username="stranger", password_hash=None, created_at=now, roles=held))
        api.has(*(DagSpec(dag_id=name, schedule=ScheduleSpec("none", {})) for name in ("mine", "other")))
        with asyncio.Runner() as runner:
            yield World(api, runner)


def operations() -> dict[str, Operation]:
    """All operations that are served and told of."""
    from tradewind.api.auth.routers import auth_routers
    from tradewind.api.public import all_routers

    served = [("", router) for router in auth_routers()] + [("/api/v2", router) for router in all_routers()]
    routes = [(prefix, one) for prefix, router in served for one in router.routes if isinstance(one, APIRoute)]
    return {
        str(route.operation_id): Operation(str(route.operation_id), method, prefix + route.path_format)
        for prefix, route in routes
        for method in route.methods
        if route.include_in_schema
    }


OPERATIONS = operations()


def test_every_operation_is_in_the_table_once(world: World) -> None:
    """An operation that is new here: write what it takes into `TAKES`, `SIGNED_IN` or `OPEN`."""
    listed = [*OPEN, *SIGNED_IN, *(name for names in TAKES.values() for name in names.split())]
    assert sorted(listed) == sorted(OPERATIONS)
    served = {one["operationId"] for methods in world.api.app.openapi()["paths"].values() for one in methods.values()}
    assert served == set(OPERATIONS)


def test_the_document_says_what_each_operation_takes(world: World) -> None:
    said = {
        one["operationId"]: one.get("x-permission")
        for methods in world.api.app.openapi()["paths"].values()
        for one in methods.values()
    }
    for name, operation in OPERATIONS.items():
        if operation.takes is None:
            assert said[name] is None
            continue
        actions, resource = operation.takes
        assert said[name] is not None, name
        assert (set(said[name]["action"].split("|")), said[name]["resource"]) == (set(actions), resource)
        least = next(
            role
            for role in ("viewer", "user", "op", "admin")
            if any(role_has(role, action, resource) for action in actions)
        )
        assert said[name]["role"].lower() == least, name


def expected(caller: str, operation: Operation, *, names_mine: bool) -> str:
    """``401``, ``403`` or ``through``."""
    if caller in {"nobody", "expired", "revoked"}:
        return "401"
    if operation.name in SIGNED_IN:
        return "403" if caller.startswith("bound") and operation.name in NOT_WHILE_BOUND else "through"
    if caller in {"elsewhere", "bound elsewhere"}:
        return "403"
    assert operation.takes is not None
    actions, resource = operation.takes
    if caller == "bound to a dag":
        return "through" if resource in NAMED_BY_DAG and names_mine else "403"
    if caller == "bound to a connection":
        is_named = names_mine and operation.name not in NAMED_INSIDE
        return "through" if resource == "connection" and is_named else "403"
    return "through" if any(role_has(caller, action, resource) for action in actions) else "403"


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", [name for name in sorted(OPERATIONS) if name not in OPEN])
def test_the_policy_is_kept(world: World, name: str, caller: str) -> None:
    operation = OPERATIONS[name]
    # What a DAG is asked for by is in the path or in none; what is about none of ours must not be let through by it.
    places = {operation.at("mine", "mine"): True}
    if caller in {"bound to a dag", "bound to a connection"}:
        other = operation.at("other", "other")
        places.setdefault(other, False)
    for path, names_mine in places.items():
        status = world.status(operation, path, world.token(caller))
        got = str(status) if status in {401, 403} else "through"
        assert got == expected(caller, operation, names_mine=names_mine), f"{operation.method} {path}: {status}"
        assert status < 500
