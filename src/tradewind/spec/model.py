"""What a DAG is once its code is left behind: frozen values that are hashed, stored, and compiled by the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

__all__ = [
    "ConcatInput",
    "DagKey",
    "DagSpec",
    "DeadlineSpec",
    "EdgeLabel",
    "GroupSpec",
    "Json",
    "LiteralInput",
    "LoopSpec",
    "MapInput",
    "MapSource",
    "MapSpec",
    "ParamSpec",
    "ScheduleSpec",
    "StartTriggerSpec",
    "TaskSpec",
    "XComInput",
    "ZipInput",
]

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""A JSON value."""


class DagKey(NamedTuple):
    """A DAG's name: unique in its workspace."""

    workspace: str
    dag_id: str


# -- what a mapped task or group is mapped over; the core needs only lengths, never values -------------------------


@dataclass(frozen=True, slots=True)
class LiteralInput:
    """A list or dict written in the DAG file, of known length."""

    length: int


@dataclass(frozen=True, slots=True)
class XComInput:
    """The output of a task under a key. Its length is the collection's length; where the task is itself mapped, the
    number of its instances that ended in success."""

    task_id: str
    key: str = "return_value"


@dataclass(frozen=True, slots=True)
class MapInput:
    """`source.map(f)`: as long as its source."""

    source: MapSource


@dataclass(frozen=True, slots=True)
class ZipInput:
    """`a.zip(b, ...)`: as long as the shortest source, or the longest where a fill value is given."""

    sources: tuple[MapSource, ...]
    longest: bool = False


@dataclass(frozen=True, slots=True)
class ConcatInput:
    """`a.concat(b, ...)`: as long as all its sources together."""

    sources: tuple[MapSource, ...]


MapSource = LiteralInput | XComInput | MapInput | ZipInput | ConcatInput


@dataclass(frozen=True, slots=True)
class LoopSpec:
    """A loop: one instance at first, and one more each time the last one's decider says so."""

    decider: str
    """The task whose result is judged."""
    most: int
    """How many iterations there are at most."""


@dataclass(frozen=True, slots=True)
class MapSpec:
    """How many instances a mapped task or group gets: the product of the lengths of its inputs (the last name varies
    fastest, as in Airflow). `expand_kwargs` has one input, named ``""``."""

    inputs: tuple[tuple[str, MapSource], ...]
    follows: tuple[str, ...] = ()
    """Mapped tasks that are followed one by one: instance 3 needs instance 3 of each of these, and there are as many
    as of them. None: the instances come when all sources have ended."""
    loop: LoopSpec | None = None
    """Where it is a loop; it has no inputs then."""


# -- the DAG -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """When runs come to be. `kind` picks the timetable (`tradewind.timetables.build`), `args` are its JSON arguments.

    Kinds: ``none``, ``once``, ``continuous``, ``cron_trigger``, ``cron_interval``, ``multi_cron_trigger``,
    ``delta_trigger``, ``delta_interval``, ``events``, ``assets``, ``custom``.
    """

    kind: str
    args: Mapping[str, Json] = field(default_factory=dict[str, Json])
    summary: str = ""
    """Short form for lists, e.g. ``0 9 * * 5``; `timetable_summary` in the REST API."""
    description: str = ""
    """In words, e.g. ``At 09:00, only on Friday``."""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """A parameter of a DAG or task: its default and the JSON schema that values must satisfy."""

    name: str
    default: Json
    has_default: bool
    schema: Mapping[str, Json]
    description: str | None = None
    source: str = "dag"


@dataclass(frozen=True, slots=True)
class EdgeLabel:
    """The words on an edge."""

    upstream: str
    downstream: str
    label: str


@dataclass(frozen=True, slots=True)
class GroupSpec:
    """A task group. Members carry its id in `TaskSpec.group_id` and `GroupSpec.parent_id`."""

    group_id: str
    parent_id: str | None = None
    display_name: str = ""
    tooltip: str = ""
    doc_md: str | None = None
    ui_color: str = "CornflowerBlue"
    ui_fgcolor: str = "#000"
    mapped: MapSpec | None = None


@dataclass(frozen=True, slots=True)
class StartTriggerSpec:
    """A trigger that a task waits for from its start, and how it goes on then."""

    classpath: str
    kwargs: str = "{}"
    """JSON as the XCom codec writes it."""
    method: str = ""
    method_kwargs: str = "{}"
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSpec:
    """By when something must have succeeded: a run, a task, or a run that the schedule asks for."""

    reference: str
    """What the moment is counted from: ``logical_date``, ``queued_at``, ``fixed``, ``average_runtime``, ``expected`` (when
    the schedule asks for the run, which may never come), or ``asked`` (the code says, when the run is made)."""
    interval_s: float = 0.0
    at: datetime | None = None
    max_runs: int = 10
    min_runs: int = 10
    """Runs whose durations are averaged, at most and at least."""
    name: str | None = None
    reference_name: str = ""
    """For people: the class of the reference, as Airflow names it."""
    callback: str = ""
    """For people: what is called on a miss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task: what scheduling needs, then what is only shown. Durations are seconds."""

    task_id: str
    upstream: tuple[str, ...] = ()
    group_id: str | None = None
    mapped: MapSpec | None = None
    trigger_rule: str = "all_success"
    retries: int = 0
    retry_delay_s: float = 300.0
    retry_exponential_backoff: float = 0.0
    max_retry_delay_s: float | None = None
    execution_timeout_s: float | None = None
    depends_on_past: bool = False
    ignore_first_depends_on_past: bool = False
    wait_for_past_depends_before_skipping: bool = False
    wait_for_downstream: bool = False
    priority_weight: int = 1
    """The effective weight, after the weight rule was applied over the DAG."""
    pool: str = "default_pool"
    pool_slots: int = 1
    queue: str = "default"
    executor: str | None = None
    isolation: str | None = None
    """``fork``, ``spawn``, ``reuse``; None: the server's setting."""
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    is_noop: bool = False
    """Nothing to run: ends in success without a worker (EmptyOperator without callbacks)."""
    start_date: datetime | None = None
    end_date: datetime | None = None

    owner: str = "airflow"
    label: str = ""
    display_name: str = ""
    task_type: str = ""
    operator_name: str = ""
    operator_class: str = ""
    weight_rule: str = "downstream"
    base_priority_weight: int = 1
    template_fields: tuple[str, ...] = ()
    template_fields_renderers: Mapping[str, str] = field(default_factory=dict[str, str])
    template_sources: Mapping[str, Json] = field(default_factory=dict[str, Json])
    """Unrendered values of the template fields, for display; long ones are cut."""
    map_index_template: str | None = None
    do_xcom_push: bool = True
    multiple_outputs: bool = False
    run_as_user: str | None = None
    params: tuple[ParamSpec, ...] = ()
    doc_md: str | None = None
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    extra_links: tuple[str, ...] = ()
    """Names of the links that its operator has for people."""
    link_keys: tuple[str, ...] = ()
    """For each of `extra_links`, the key of the XCom that holds its address."""
    has_callbacks: tuple[str, ...] = ()
    """Which callbacks the code defines: ``on_execute``, ``on_failure``, ``on_success``, ``on_retry``, ``on_skipped``, ``on_kill``."""
    inlets: tuple[Json, ...] = ()
    outlets: tuple[Json, ...] = ()
    start_trigger: StartTriggerSpec | None = None
    weights: tuple[int, ...] = ()
    """The effective weight of each try (the last one holds for all that follow), where a strategy of the user's says so."""
    """What the task waits for before any process runs its code."""
    returns_dag_result: bool = False
    """What it returns is (part of) what the DAG returns."""
    marks_depth: int = 0
    """It stands for a task of another DAG, which is cleared with it: through how many DAGs that may go. 0: it does not."""
    deadlines: tuple[DeadlineSpec, ...] = ()
    mails_on: tuple[str, ...] = ()
    """When the task wants to be mailed about: ``on_failure``, ``on_retry``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagSpec:
    """A DAG. Tasks are in topological order, ties by the order of the file."""

    dag_id: str
    schedule: ScheduleSpec
    tasks: tuple[TaskSpec, ...] = ()
    groups: tuple[GroupSpec, ...] = ()
    edge_labels: tuple[EdgeLabel, ...] = ()
    start_date: datetime | None = None
    end_date: datetime | None = None
    catchup: bool = False
    max_active_tasks: int = 16
    max_active_runs: int = 16
    max_consecutive_failed_dag_runs: int = 0
    dagrun_timeout_s: float | None = None
    fail_fast: bool = False
    allowed_run_types: tuple[str, ...] | None = None
    is_paused_upon_creation: bool | None = None

    display_name: str = ""
    description: str | None = None
    doc_md: str | None = None
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    owner_links: Mapping[str, str] = field(default_factory=dict[str, str])
    params: tuple[ParamSpec, ...] = ()
    timezone: str = "UTC"
    render_template_as_native_obj: bool = False
    template_searchpath: tuple[str, ...] = ()
    has_callbacks: tuple[str, ...] = ()
    """``on_success``, ``on_failure``."""
    access_control: Mapping[str, Json] = field(default_factory=dict[str, Json])
    default_args: Mapping[str, Json] = field(default_factory=dict[str, Json])
    disable_bundle_versioning: bool = False
    rerun_with_latest_version: bool | None = None
    relative_fileloc: str = ""
    """Path of the DAG file inside its bundle, ``/`` separated."""
    deadlines: tuple[DeadlineSpec, ...] = ()
    run_retries: int = 0
    """How often a run whose tasks failed tries them again by itself."""
    run_retry_delay_s: float = 300.0
