"""The operations of the API that are not Airflow's, one method each."""

# Written by tools/client_source.py from src/tradewind/api/openapi.json. Do not edit.

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Unpack

from tradewind.client.http import Http
from tradewind.client.queries import (
    CallAssetWebhookQuery,
    CanIQuery,
    ExecuteDagQuery,
    ExportAuditQuery,
    GetAuditEntriesQuery,
    GetConnectionTypesQuery,
    GetDagCalendarQuery,
    GetDagDeadlinesQuery,
    GetDagDurationsQuery,
    GetDagGridQuery,
    GetDagRunDeadlinesQuery,
    GetDagStructureQuery,
    GetLogPieceQuery,
    GetNextRunsQuery,
    GetRolesQuery,
    GetServiceAccountsQuery,
    GetTaskViewQuery,
    GetTokensQuery,
    GetUsersQuery,
    GetXcomContentQuery,
    PatchServiceAccountQuery,
    PatchUserQuery,
    StreamEventsQuery,
    UiAssetsGraphQuery,
    UiAssetsQuery,
    UiDagsQuery,
    UiRunsQuery,
    UiSearchQuery,
    VerifyAuditQuery,
    WhyTaskInstanceQuery,
)
from tradewind.client.shapes import (
    AssetsGraphResponse,
    AssetsViewResponse,
    AssetViewResponse,
    AuditCollectionResponse,
    AuditVerdictResponse,
    BackfillPlanResponse,
    BackfillPostBody,
    BackfillProgressResponse,
    CanIResponse,
    ConnectionTypeCollectionResponse,
    ConnectionTypeResponse,
    ConsumerResponse,
    DagCalendarResponse,
    DagDurationsResponse,
    DagGridResponse,
    DagPageResponse,
    DagRunResultResponse,
    DagStructureResponse,
    DagsViewResponse,
    DeadlineCollectionResponse,
    ExecuteResponse,
    HomeViewResponse,
    LoginResponse,
    MeResponse,
    NewTokenResponse,
    NextRunsResponse,
    PasswordBody,
    PermissionsResponse,
    RoleBody,
    RoleCollectionResponse,
    RoleDetailsResponse,
    RolePatchBody,
    RoleResponse,
    RunStatesResponse,
    RunsViewResponse,
    RunViewResponse,
    SearchResponse,
    ServiceAccountBody,
    ServiceAccountCollectionResponse,
    ServiceAccountPatchBody,
    ServiceAccountResponse,
    SessionCollectionResponse,
    StreamEvent,
    TaskViewResponse,
    TokenBody,
    TokenCollectionResponse,
    TriggerDAGRunPostBody,
    UserBody,
    UserCollectionResponse,
    UserPatchBody,
    UserResponse,
    WebhookResponse,
    WhyResponse,
)


class Client(Http):
    """Calls of one server; each raises `ApiError` where the server refuses."""

    def get_audit_entries(self, **query: Unpack[GetAuditEntriesQuery]) -> AuditCollectionResponse:
        """Who did what to which thing, from where, and what it was before and after; in this workspace."""
        return self._json("GET", "/auth/audit", {}, query)

    def export_audit(self, **query: Unpack[ExportAuditQuery]) -> Iterator[dict[str, Any]]:
        """All entries of this workspace in their order, one a line."""
        return self._lines("GET", "/auth/audit/export", {}, query)

    def verify_audit(self, **query: Unpack[VerifyAuditQuery]) -> AuditVerdictResponse:
        """Whether every entry, of all workspaces, is as it was written, and none is missing."""
        return self._json("GET", "/auth/audit/verify", {}, query)

    def create_token(self, body: dict[str, Any]) -> LoginResponse:
        """A token for a name and password."""
        return self._json("POST", "/auth/token", {}, {}, body)

    def create_token_cli(self, body: dict[str, Any]) -> LoginResponse:
        """A token with a shorter life, for command lines."""
        return self._json("POST", "/auth/token/cli", {}, {}, body)

    def delete_session(self) -> None:
        """End the session of this browser, or take back the token that came with the request."""
        self._json("POST", "/auth/logout", {}, {})

    def get_me(self) -> MeResponse:
        """Who the server takes one for, and what one may do in this workspace."""
        return self._json("GET", "/auth/me", {}, {})

    def put_my_password(self, body: PasswordBody) -> None:
        """Change one's own password. All sessions and tokens of log-ins end but this session, which is replaced."""
        self._json("PUT", "/auth/me/password", {}, {}, body)

    def get_my_sessions(self) -> SessionCollectionResponse:
        """One's own sessions that still count, the newest first."""
        return self._json("GET", "/auth/sessions", {}, {})

    def delete_my_other_sessions(self) -> None:
        """End all of one's own sessions but the one that asks."""
        self._json("DELETE", "/auth/sessions", {}, {})

    def delete_my_session(self, session_id: str) -> None:
        """End one of one's own sessions."""
        self._json("DELETE", "/auth/sessions/{session_id}", {"session_id": session_id}, {})

    def get_users(self, **query: Unpack[GetUsersQuery]) -> UserCollectionResponse:
        """Users."""
        return self._json("GET", "/auth/users", {}, query)

    def post_user(self, body: UserBody) -> UserResponse:
        """Make a user; without a password nobody can log in as them by one."""
        return self._json("POST", "/auth/users", {}, {}, body)

    def get_user(self, username: str) -> UserResponse:
        """One user."""
        return self._json("GET", "/auth/users/{username}", {"username": username}, {})

    def patch_user(self, username: str, body: UserPatchBody, **query: Unpack[PatchUserQuery]) -> UserResponse:
        """Change a user. A new password and an end to it all end their sessions and the tokens of their log-ins."""
        return self._json("PATCH", "/auth/users/{username}", {"username": username}, query, body)

    def delete_user(self, username: str) -> None:
        """Remove a user; their tokens and sessions end with them."""
        self._json("DELETE", "/auth/users/{username}", {"username": username}, {})

    def unlock_user(self, username: str) -> None:
        """Let a user log in again who is locked out after too many failures."""
        self._json("POST", "/auth/users/{username}/unlock", {"username": username}, {})

    def get_service_accounts(self, **query: Unpack[GetServiceAccountsQuery]) -> ServiceAccountCollectionResponse:
        """Service accounts."""
        return self._json("GET", "/auth/service-accounts", {}, query)

    def post_service_account(self, body: ServiceAccountBody) -> ServiceAccountResponse:
        """Make a service account; `POST /auth/tokens` with its name makes its tokens."""
        return self._json("POST", "/auth/service-accounts", {}, {}, body)

    def get_service_account(self, account_name: str) -> ServiceAccountResponse:
        """One service account."""
        return self._json("GET", "/auth/service-accounts/{account_name}", {"account_name": account_name}, {})

    def patch_service_account(
        self, account_name: str, body: ServiceAccountPatchBody, **query: Unpack[PatchServiceAccountQuery]
    ) -> ServiceAccountResponse:
        """Change a service account. One that is not active has no tokens that count."""
        return self._json("PATCH", "/auth/service-accounts/{account_name}", {"account_name": account_name}, query, body)

    def delete_service_account(self, account_name: str) -> None:
        """Remove a service account; its tokens end with it."""
        self._json("DELETE", "/auth/service-accounts/{account_name}", {"account_name": account_name}, {})

    def get_tokens(self, **query: Unpack[GetTokensQuery]) -> TokenCollectionResponse:
        """One's own tokens; those of others for who may read users."""
        return self._json("GET", "/auth/tokens", {}, query)

    def post_token(self, body: TokenBody) -> NewTokenResponse:
        """Make a token; it is shown this once. Never good for more than what asks for it."""
        return self._json("POST", "/auth/tokens", {}, {}, body)

    def delete_token(self, token_id: str) -> None:
        """Take a token back; within seconds no server takes it any more."""
        self._json("DELETE", "/auth/tokens/{token_id}", {"token_id": token_id}, {})

    def get_roles(self, **query: Unpack[GetRolesQuery]) -> RoleCollectionResponse:
        """Roles: the built-in ones, then those that people made."""
        return self._json("GET", "/auth/roles", {}, query)

    def create_role(self, body: RoleBody) -> RoleResponse:
        """Make a role."""
        return self._json("POST", "/auth/roles", {}, {}, body)

    def get_role(self, role_name: str) -> RoleDetailsResponse:
        """One role, with who holds it, as far as you may see them."""
        return self._json("GET", "/auth/roles/{role_name}", {"role_name": role_name}, {})

    def patch_role(self, role_name: str, body: RolePatchBody) -> RoleResponse:
        """Change what a role allows; who holds it has that within five seconds."""
        return self._json("PATCH", "/auth/roles/{role_name}", {"role_name": role_name}, {}, body)

    def delete_role(self, role_name: str) -> None:
        """Delete a role that nobody holds."""
        self._json("DELETE", "/auth/roles/{role_name}", {"role_name": role_name}, {})

    def get_permissions(self) -> PermissionsResponse:
        """The words that permissions are made of: `action:resource:names`. Scopes of tokens may also use short words."""
        return self._json("GET", "/auth/permissions", {}, {})

    def can_i(self, **query: Unpack[CanIQuery]) -> CanIResponse:
        """Whether you may do something, and why; without a name: to anything at all. Of others, for those who may read users."""
        return self._json("GET", "/auth/can-i", {}, query)

    def why_dag(self, dag_id: str) -> WhyResponse:
        """Why no new run of the DAG starts now, or when it will."""
        return self._json("GET", "/api/v2/dags/{dag_id}/why", {"dag_id": dag_id}, {})

    def why_dag_run(self, dag_id: str, dag_run_id: str) -> WhyResponse:
        """Why the run is in its state."""
        return self._json(
            "GET", "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/why", {"dag_id": dag_id, "dag_run_id": dag_run_id}, {}
        )

    def why_task_instance(
        self, dag_id: str, dag_run_id: str, task_id: str, **query: Unpack[WhyTaskInstanceQuery]
    ) -> WhyResponse:
        """Why the task instance is in its state; of a mapped task without an index, its first one that is not successful."""
        return self._json(
            "GET",
            "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/why",
            {"dag_id": dag_id, "dag_run_id": dag_run_id, "task_id": task_id},
            query,
        )

    def get_dag_deadlines(self, dag_id: str, **query: Unpack[GetDagDeadlinesQuery]) -> DeadlineCollectionResponse:
        """Deadlines of a DAG, the latest first: of its runs, of tasks in them, and of the run that is expected next."""
        return self._json("GET", "/api/v2/dags/{dag_id}/deadlines", {"dag_id": dag_id}, query)

    def get_dag_run_deadlines(
        self, dag_id: str, dag_run_id: str, **query: Unpack[GetDagRunDeadlinesQuery]
    ) -> DeadlineCollectionResponse:
        """Deadlines of a run and its tasks, the latest first."""
        return self._json(
            "GET",
            "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/deadlines",
            {"dag_id": dag_id, "dag_run_id": dag_run_id},
            query,
        )

    def execute_dag(
        self, dag_id: str, body: TriggerDAGRunPostBody, **query: Unpack[ExecuteDagQuery]
    ) -> ExecuteResponse:
        """Start a run and wait for its end: the answer has its state and what the DAG returns."""
        return self._json("POST", "/api/v2/dags/{dag_id}/dagRuns/execute", {"dag_id": dag_id}, query, body)

    def get_dag_run_result(self, dag_id: str, dag_run_id: str) -> DagRunResultResponse:
        """What a run returned; so far, if it has not ended."""
        return self._json(
            "GET", "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/result", {"dag_id": dag_id, "dag_run_id": dag_run_id}, {}
        )

    def get_xcom_content(
        self, dag_id: str, dag_run_id: str, task_id: str, xcom_key: str, **query: Unpack[GetXcomContentQuery]
    ) -> bytes:
        """The file of a value in the artifact store: a picture, a Parquet file, an array. It is handed on as it is."""
        return self._bytes(
            "GET",
            "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomContents/{xcom_key}",
            {"dag_id": dag_id, "dag_run_id": dag_run_id, "task_id": task_id, "xcom_key": xcom_key},
            query,
        )

    def plan_backfill(self, body: BackfillPostBody) -> BackfillPlanResponse:
        """What a backfill would do, date by date: make a run, run one again, or leave it; how much work that is, and how long it takes if runs take what they took so far."""
        return self._json("POST", "/api/v2/backfills/plan", {}, {}, body)

    def get_backfill_progress(self, backfill_id: int) -> BackfillProgressResponse:
        """How many of its dates are done, how their runs ended, and what is left."""
        return self._json("GET", "/api/v2/backfills/{backfill_id}/progress", {"backfill_id": backfill_id}, {})

    def ui_assets(self, **query: Unpack[UiAssetsQuery]) -> AssetsViewResponse:
        """A page of assets, with who makes them and who waits for them."""
        return self._json("GET", "/api/v2/ui/assets", {}, query)

    def ui_assets_graph(self, **query: Unpack[UiAssetsGraphQuery]) -> AssetsGraphResponse:
        """Which DAGs make which assets, and which these start."""
        return self._json("GET", "/api/v2/ui/assets/graph", {}, query)

    def ui_asset(self, asset_id: int) -> AssetViewResponse:
        """An asset: its last events, what they started, what still waits, and what is around it."""
        return self._json("GET", "/api/v2/ui/assets/{asset_id}", {"asset_id": asset_id}, {})

    def ui_dags(self, **query: Unpack[UiDagsQuery]) -> DagsViewResponse:
        """A page of DAGs with their last runs."""
        return self._json("GET", "/api/v2/ui/dags", {}, query)

    def ui_runs(self, **query: Unpack[UiRunsQuery]) -> RunsViewResponse:
        """A page of the runs of all DAGs."""
        return self._json("GET", "/api/v2/ui/runs", {}, query)

    def ui_home(self) -> HomeViewResponse:
        """What needs a person now, how the system is, what has run lately and what comes next."""
        return self._json("GET", "/api/v2/ui/home", {}, {})

    def ui_search(self, **query: Unpack[UiSearchQuery]) -> SearchResponse:
        """DAGs, runs, tasks, assets, connections and variables by a part of their names, as far as the caller may see them."""
        return self._json("GET", "/api/v2/ui/search", {}, query)

    def get_dag_asset_state(self, dag_id: str) -> ConsumerResponse:
        """Where the DAG stands: what it waits for, what has arrived and from whom, and what started its last run."""
        return self._json("GET", "/api/v2/dags/{dag_id}/assets/state", {"dag_id": dag_id}, {})

    def call_asset_webhook(
        self, path: str, body: Any | None = None, **query: Unpack[CallAssetWebhookQuery]
    ) -> WebhookResponse:
        """Say that the assets whose watchers listen at this path were updated; the body, JSON, goes with the event."""
        return self._json("POST", "/api/v2/assets/webhooks/{path}", {"path": path}, query, body)

    def get_next_runs(self, dag_id: str, **query: Unpack[GetNextRunsQuery]) -> NextRunsResponse:
        """What each coming run covers and when it fires; from `start` on, or after those that there were."""
        return self._json("GET", "/api/v2/dags/{dag_id}/nextRuns", {"dag_id": dag_id}, query)

    def get_dag_page(self, dag_id: str) -> DagPageResponse:
        """A DAG with its last runs, and with the parameters that a run of it takes."""
        return self._json("GET", "/api/v2/ui/dags/{dag_id}", {"dag_id": dag_id}, {})

    def get_dag_grid(self, dag_id: str, **query: Unpack[GetDagGridQuery]) -> DagGridResponse:
        """The last runs of a DAG, and the states of all tasks in them."""
        return self._json("GET", "/api/v2/ui/dags/{dag_id}/grid", {"dag_id": dag_id}, query)

    def get_dag_structure(self, dag_id: str, **query: Unpack[GetDagStructureQuery]) -> DagStructureResponse:
        """Tasks, groups and edges of a version; without one, of a run's, or of the newest."""
        return self._json("GET", "/api/v2/ui/dags/{dag_id}/structure", {"dag_id": dag_id}, query)

    def get_run_states(self, dag_id: str, run_id: str) -> RunStatesResponse:
        """How the tasks of a run stand."""
        return self._json(
            "GET", "/api/v2/ui/dags/{dag_id}/runs/{run_id}/states", {"dag_id": dag_id, "run_id": run_id}, {}
        )

    def get_dag_calendar(self, dag_id: str, **query: Unpack[GetDagCalendarQuery]) -> DagCalendarResponse:
        """How many runs there were in which hour, by state."""
        return self._json("GET", "/api/v2/ui/dags/{dag_id}/calendar", {"dag_id": dag_id}, query)

    def get_dag_durations(self, dag_id: str, **query: Unpack[GetDagDurationsQuery]) -> DagDurationsResponse:
        """How long the last runs took, and their slowest tasks."""
        return self._json("GET", "/api/v2/ui/dags/{dag_id}/durations", {"dag_id": dag_id}, query)

    def get_connection_types(self, **query: Unpack[GetConnectionTypesQuery]) -> ConnectionTypeCollectionResponse:
        """Known connection types, with what a form for such a connection shows; other types can be stored as well."""
        return self._json("GET", "/api/v2/connectionTypes", {}, query)

    def get_connection_type(self, connection_type: str) -> ConnectionTypeResponse:
        """One connection type."""
        return self._json("GET", "/api/v2/connectionTypes/{connection_type}", {"connection_type": connection_type}, {})

    def stream_events(self, **query: Unpack[StreamEventsQuery]) -> Iterator[StreamEvent]:
        """What changes, as it changes: states of runs and task instances, DAGs, asset events, import errors, backfills."""
        return self._events("GET", "/api/v2/events", {}, query)

    def get_run_view(self, dag_id: str, run_id: str) -> RunViewResponse:
        """Everything that the page of a run shows."""
        return self._json("GET", "/api/v2/ui/dags/{dag_id}/runs/{run_id}", {"dag_id": dag_id, "run_id": run_id}, {})

    def get_task_view(
        self, dag_id: str, run_id: str, task_id: str, **query: Unpack[GetTaskViewQuery]
    ) -> TaskViewResponse:
        """Everything that the page of a task in a run shows; without a map index, of a mapped task only what all share."""
        return self._json(
            "GET",
            "/api/v2/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}",
            {"dag_id": dag_id, "run_id": run_id, "task_id": task_id},
            query,
        )

    def get_log_piece(
        self, dag_id: str, run_id: str, task_id: str, try_number: int, **query: Unpack[GetLogPieceQuery]
    ) -> Iterator[dict[str, Any]]:
        """A piece of a log; as `application/x-ndjson` one after the other from `at` on, until the try has ended."""
        return self._lines(
            "GET",
            "/api/v2/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}/log/{try_number}",
            {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "try_number": try_number},
            query,
        )
