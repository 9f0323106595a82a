"""Bodies, queries and responses about what people set up: connections, variables, pools; and what they look into."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from tradewind.api.models.base import Body, EndDateQuery, ListQuery, Moment, Out, StartDateQuery, Total

__all__ = [
    "AsyncConnectionTestResponse", "Config", "ConnectionBody", "ConnectionCollectionResponse", "ConnectionQuery", "ConnectionResponse",
    "ConnectionTestQueuedResponse", "ConnectionTestRequestBody", "ConnectionTestResponse", "EventLogCollectionResponse", "EventLogQuery", "EventLogResponse",
    "JobCollectionResponse", "JobQuery", "PluginCollectionResponse", "PluginImportErrorCollectionResponse", "PoolBody",
    "PoolCollectionResponse", "PoolPatchBody", "PoolQuery", "PoolResponse", "ProviderCollectionResponse",
    "VariableBody", "VariableCollectionResponse", "VariableQuery", "VariableResponse",
]  # fmt: skip


class ConnectionQuery(ListQuery):
    connection_id_pattern: str | None = None
    connection_id_prefix_pattern: str | None = None


class ConnectionBody(Body):
    connection_id: str = Field(max_length=200, pattern=r"^[\w.-]+$")
    conn_type: str
    description: str | None = None
    host: str | None = None
    login: str | None = None
    schema_: str | None = Field(None, alias="schema")
    port: int | None = None
    password: str | None = None
    extra: str | None = None
    team_name: str | None = Field(None, max_length=50)


class ConnectionResponse(Out):
    connection_id: str
    conn_type: str
    description: str | None
    host: str | None
    login: str | None
    schema_: str | None = Field(alias="schema")
    port: int | None
    password: str | None
    extra: str | None
    team_name: str | None


class ConnectionCollectionResponse(Total):
    connections: list[ConnectionResponse]


class ConnectionTestResponse(Out):
    status: bool
    message: str


class ConnectionTestRequestBody(ConnectionBody):
    commit_on_success: bool = False
    executor: str | None = None
    queue: str | None = None


class ConnectionTestQueuedResponse(Out):
    token: str
    connection_id: str
    state: str


class AsyncConnectionTestResponse(ConnectionTestQueuedResponse):
    result_message: str | None = None
    created_at: datetime


class VariableQuery(ListQuery):
    variable_key_pattern: str | None = None
    variable_key_prefix_pattern: str | None = None


class VariableBody(Body):
    key: str = Field(max_length=250)
    value: Any
    description: str | None = None
    team_name: str | None = Field(None, max_length=50)


class VariableResponse(Out):
    key: str
    value: str | None
    description: str | None
    is_encrypted: bool
    team_name: str | None


class VariableCollectionResponse(Total):
    variables: list[VariableResponse]


class PoolQuery(ListQuery):
    pool_name_pattern: str | None = None
    pool_name_prefix_pattern: str | None = None


class PoolBody(Body):
    name: str = Field(max_length=256)
    slots: int = Field(ge=-1)
    description: str | None = None
    include_deferred: bool = False
    team_name: str | None = Field(None, max_length=50)


class PoolPatchBody(Body):
    pool: str | None = None
    slots: int | None = Field(None, ge=-1)
    description: str | None = None
    include_deferred: bool | None = None
    team_name: str | None = Field(None, max_length=50)


class PoolResponse(Out):
    name: str
    slots: int
    description: str | None
    include_deferred: bool
    occupied_slots: int
    running_slots: int
    queued_slots: int
    scheduled_slots: int
    open_slots: int
    deferred_slots: int
    team_name: str | None


class PoolCollectionResponse(Total):
    pools: list[PoolResponse]


class EventLogQuery(ListQuery):
    dag_id: str | None = None
    task_id: str | None = None
    run_id: str | None = None
    map_index: int | None = None
    try_number: int | None = None
    owner: str | None = None
    event: str | None = None
    excluded_events: list[str] = []
    included_events: list[str] = []
    before: Moment | None = None
    after: Moment | None = None
    dag_id_pattern: str | None = None
    task_id_pattern: str | None = None
    run_id_pattern: str | None = None
    owner_pattern: str | None = None
    event_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    owner_prefix_pattern: str | None = None
    event_prefix_pattern: str | None = None


class EventLogResponse(Out):
    event_log_id: int
    when: datetime
    dag_id: str | None
    task_id: str | None
    run_id: str | None
    map_index: int | None
    try_number: int | None
    event: str
    logical_date: datetime | None
    owner: str | None
    extra: str | None
    dag_display_name: str | None
    task_display_name: str | None


class EventLogCollectionResponse(Total):
    event_logs: list[EventLogResponse]


class JobQuery(ListQuery, StartDateQuery, EndDateQuery):
    is_alive: bool | None = None
    job_state: str | None = None
    job_type: str | None = None
    hostname: str | None = None
    executor_class: str | None = None


class JobResponse(Out):
    id: int
    dag_id: str | None
    state: str | None
    job_type: str | None
    start_date: datetime | None
    end_date: datetime | None
    latest_heartbeat: datetime | None
    executor_class: str | None
    hostname: str | None
    unixname: str | None
    dag_display_name: str | None


class JobCollectionResponse(Total):
    jobs: list[JobResponse]


class ConfigOption(Out):
    key: str
    value: str


class ConfigSection(Out):
    name: str
    options: list[ConfigOption]


class Config(Out):
    sections: list[ConfigSection]


class ProviderResponse(Out):
    package_name: str
    description: str
    version: str
    documentation_url: str | None


class ProviderCollectionResponse(Total):
    providers: list[ProviderResponse]


class ConnectionTypeResponse(Out):
    connection_type: str
    hook_name: str
    hook_class_name: str
    package_name: str
    conn_fields: dict[str, Any]
    ui_field_behaviour: dict[str, Any]


class ConnectionTypeCollectionResponse(Total):
    connection_types: list[ConnectionTypeResponse]


class PluginCollectionResponse(Total):
    plugins: list[dict[str, Any]]


class PluginImportErrorCollectionResponse(Total):
    import_errors: list[dict[str, str]]
