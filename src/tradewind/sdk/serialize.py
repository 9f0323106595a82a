"""From a DAG's objects to its spec: everything that scheduling and display need, and no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tradewind.sdk.asset import BaseAsset
from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.display import display_value, map_arguments, qualified_name
from tradewind.sdk.expansion import ExpandInput
from tradewind.sdk.graph import effective_weights, topological_order
from tradewind.sdk.group import MappedTaskGroup, TaskGroup
from tradewind.sdk.loop import LoopInput
from tradewind.sdk.mapped import MappedOperator
from tradewind.sdk.notset import ArgNotSet
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_args import callback_kinds, seconds
from tradewind.sdk.operator_link import link_key, links_of
from tradewind.sdk.param import ParamsDict
from tradewind.sdk.plugins import PLUGINS, RUN_HOOKS
from tradewind.sdk.priority import PriorityWeightStrategy, weights_of
from tradewind.sdk.schedule import PLAIN, ScheduleOptions, schedule_spec
from tradewind.sdk.trigger_rule import WeightRule
from tradewind.sdk.xcom_arg import ConcatXComArg, MapXComArg, PlainXComArg, XComArg, ZipXComArg
from tradewind.sdk.zones import zone_name
from tradewind.spec import (
    ConcatInput,
    DagSpec,
    DeadlineSpec,
    EdgeLabel,
    GroupSpec,
    Json,
    LiteralInput,
    LoopSpec,
    MapInput,
    MapSource,
    MapSpec,
    ParamSpec,
    StartTriggerSpec,
    TaskSpec,
    XComInput,
    ZipInput,
)

if TYPE_CHECKING:
    from tradewind.sdk.dag import DAG

__all__ = ["map_spec", "serialize_dag"]


def serialize_dag(dag: DAG, relative_fileloc: str = "", options: ScheduleOptions = PLAIN) -> DagSpec:
    """Check the DAG and turn it into its spec; the same DAG gives the same spec in every process.

    Args:
        dag: the DAG, complete.
        relative_fileloc: path of its file inside the bundle, ``/`` separated.
        options: how plain cron texts and timedeltas are read.

    Raises:
        AuthoringError: a kind of it, for the first thing that is wrong with the DAG.
    """
    dag.validate()
    order = topological_order(dag.task_dict, dag.dag_id)
    weights = effective_weights(order)
    zone = zone_name(dag.timezone)
    owners = dict.fromkeys(task.owner for task in order)  # type: ignore[attr-defined] - both kinds of tasks have one
    return DagSpec(
        dag_id=dag.dag_id,
        schedule=schedule_spec(dag.schedule, zone, options, seed=dag.dag_id),
        tasks=tuple(_task(task, weights[task.task_id]) for task in order),
        groups=tuple(_group(group) for group in dag.task_group.iter_groups() if not group.is_root),
        edge_labels=_labels(dag),
        start_date=dag.start_date,
        end_date=dag.end_date,
        catchup=dag.catchup or (options.catchup and not dag.is_catchup_given),
        max_active_tasks=dag.max_active_tasks,
        max_active_runs=dag.max_active_runs,
        max_consecutive_failed_dag_runs=dag.max_consecutive_failed_dag_runs,
        dagrun_timeout_s=seconds(dag.dagrun_timeout),
        fail_fast=dag.fail_fast,
        allowed_run_types=dag.allowed_run_types,
        is_paused_upon_creation=dag.is_paused_upon_creation,
        display_name=dag.dag_display_name,
        description=dag.description,
        doc_md=dag.doc_md,
        tags=tuple(sorted(dag.tags)),
        owners=tuple(sorted(owners)),
        owner_links=dict(dag.owner_links),
        params=_params(dag.params, "dag"),
        timezone=zone,
        render_template_as_native_obj=dag.render_template_as_native_obj,
        template_searchpath=tuple(dag.template_searchpath or ()),
        has_callbacks=tuple(
            kind for kind, hook in RUN_HOOKS.items() if getattr(dag, f"{kind}_callback", None) or PLUGINS.hears(hook)
        ),
        access_control=_object(dag.access_control),
        default_args=_object(dag.default_args),
        disable_bundle_versioning=dag.disable_bundle_versioning,
        rerun_with_latest_version=dag.rerun_with_latest_version,
        deadlines=_deadlines(dag.deadline, f"Dag {dag.dag_id!r}"),
        run_retries=dag.run_retries,
        run_retry_delay_s=dag.run_retry_delay.total_seconds(),
        relative_fileloc=relative_fileloc,
    )


def _task(task: Any, weight: int) -> TaskSpec:
    mapped = isinstance(task, MappedOperator)
    operator = task.common if mapped else task
    operator_class = task.operator_class
    callbacks = callback_kinds(vars(operator))
    tries = weights_of(task, operator)
    kills = ("on_kill",) if operator_class.on_kill is not BaseOperator.on_kill else ()
    group = task.task_group
    links = links_of(operator_class if mapped else task)
    return TaskSpec(
        task_id=task.task_id,
        upstream=tuple(one.task_id for one in task.upstream_list),
        group_id=group.group_id if group is not None else None,
        mapped=map_spec(task.expand_input) if mapped else None,
        trigger_rule=str(task.trigger_rule),
        retries=operator.retries,
        retry_delay_s=operator.retry_delay.total_seconds(),
        retry_exponential_backoff=operator.retry_exponential_backoff,
        max_retry_delay_s=seconds(operator.max_retry_delay),
        execution_timeout_s=seconds(operator.execution_timeout),
        depends_on_past=operator.depends_on_past,
        ignore_first_depends_on_past=operator.ignore_first_depends_on_past,
        wait_for_past_depends_before_skipping=operator.wait_for_past_depends_before_skipping,
        wait_for_downstream=operator.wait_for_downstream,
        priority_weight=tries[0] if tries else weight,
        weights=tries if len(tries) > 1 else (),
        pool=operator.pool,
        pool_slots=operator.pool_slots,
        queue=operator.queue,
        executor=operator.executor,
        isolation=str(operator.isolation) if operator.isolation else None,
        max_active_tis_per_dag=operator.max_active_tis_per_dag,
        max_active_tis_per_dagrun=operator.max_active_tis_per_dagrun,
        is_setup=task.is_setup,
        is_teardown=task.is_teardown,
        on_failure_fail_dagrun=task.on_failure_fail_dagrun,
        is_noop=_is_noop(operator, operator_class, callbacks),
        start_date=operator.start_date,
        end_date=operator.end_date,
        owner=operator.owner,
        label=task.label,
        display_name=task.task_display_name,
        task_type=task.task_type,
        operator_name=task.operator_name,
        operator_class=qualified_name(operator_class),
        weight_rule=_rule_name(operator.weight_rule),
        base_priority_weight=operator.priority_weight,
        template_fields=tuple(operator_class.template_fields),
        template_fields_renderers=dict(operator_class.template_fields_renderers),
        template_sources=_template_sources(task),
        map_index_template=operator.map_index_template,
        do_xcom_push=operator.do_xcom_push,
        multiple_outputs=operator.multiple_outputs,
        run_as_user=operator.run_as_user,
        params=_params(task.own_params, "task"),
        doc_md=operator.doc_md,
        ui_color=operator_class.ui_color,
        ui_fgcolor=operator_class.ui_fgcolor,
        extra_links=tuple(str(link.name) for link in links),
        link_keys=tuple(link_key(link) for link in links),
        has_callbacks=(*callbacks, *kills),
        deadlines=_deadlines(vars(operator).get("_deadlines"), f"task {task.task_id!r}", is_task=True),
        mails_on=_mails(operator),
        inlets=tuple(_asset(one) for one in operator.inlets),
        outlets=tuple(_asset(one) for one in operator.outlets),
        start_trigger=None if mapped else _start_trigger(operator),
        returns_dag_result=task.returns_dag_result,
        marks_depth=getattr(operator, "recursion_depth", 10) if _is_marker(operator_class) else 0,
    )


def _rule_name(rule: WeightRule | PriorityWeightStrategy) -> str:
    return qualified_name(type(rule)) if isinstance(rule, PriorityWeightStrategy) else str(rule)


def _start_trigger(operator: Any) -> StartTriggerSpec | None:
    args = operator.start_trigger_args
    if not operator.start_from_trigger or args is None:
        return None
    given = args.trigger_kwargs or {}
    if any(
        "{{" in repr(given[name]) or "{%" in repr(given[name]) for name in operator.template_fields if name in given
    ):
        return None  # a template is rendered where the DAG is: the task begins in a process, and defers from there
    from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec  # noqa: PLC0415 - few DAGs come here

    codec = XComCodec(MemoryArtifacts(), inline_bytes=2**30)
    return StartTriggerSpec(
        classpath=args.trigger_cls,
        kwargs=codec.encode(dict(args.trigger_kwargs or {}), "trigger_kwargs").value,
        method=args.next_method,
        method_kwargs=codec.encode(dict(args.next_kwargs or {}), "next_kwargs").value,
        timeout_s=seconds(args.timeout),
    )


def _deadlines(given: Any, where: str, *, is_task: bool = False) -> tuple[DeadlineSpec, ...]:
    if not given:
        return ()
    from tradewind.sdk.deadline import deadline_specs  # noqa: PLC0415 - few DAGs have deadlines

    return deadline_specs(given, where, is_task=is_task)


def _mails(operator: Any) -> tuple[str, ...]:
    if not operator.email:
        return ()
    return tuple(kind for kind in ("on_failure", "on_retry") if getattr(operator, f"email_{kind}", True))


def _is_noop(operator: Any, operator_class: Any, callbacks: Sequence[str]) -> bool:
    hooks = vars(operator)["_pre_execute_hook"] or vars(operator)["_post_execute_hook"]
    if hooks or callbacks or operator.outlets or _is_marker(operator_class):
        return False
    return bool(operator_class.inherits_from_empty_operator)


def _is_marker(operator_class: Any) -> bool:
    """Whether it is an `ExternalTaskMarker`, ours or that of Airflow's provider: it runs, so that its fields are rendered."""
    return any(kind.__name__ == "ExternalTaskMarker" for kind in operator_class.__mro__)


def _template_sources(task: Any) -> dict[str, Json]:
    if isinstance(task, MappedOperator):
        found = {name: map_arguments(task, name) for name in task.operator_class.template_fields}
    else:
        found = {name: getattr(task, name, None) for name in task.template_fields}
    return {name: display_value(value) for name, value in found.items() if value is not None}


def map_spec(expand_input: ExpandInput) -> MapSpec:
    """What a task or group is mapped over, as lengths to come."""
    if isinstance(expand_input, LoopInput):
        assert expand_input.decider is not None
        return MapSpec((), loop=LoopSpec(expand_input.decider.task_id, expand_input.most))
    follows = expand_input.follows() if expand_input.follows is not None else ()
    return MapSpec(
        tuple((name, _map_source(source)) for name, source in expand_input.sources.items()),
        follows=tuple(task.task_id for task in follows),
    )


def _map_source(source: Any) -> MapSource:
    match source:
        case PlainXComArg():
            return XComInput(source.operator.task_id, source.key)
        case MapXComArg():
            return MapInput(_map_source(source.arg))
        case ZipXComArg():
            return ZipInput(tuple(_map_source(arg) for arg in source.args), longest=source.is_longest)
        case ConcatXComArg():
            return ConcatInput(tuple(_map_source(arg) for arg in source.args))
        case XComArg():
            raise InvalidArgumentType(f"it is not known how long {source!r} will be, so nothing can be mapped over it")
    return LiteralInput(len(source))


def _group(group: TaskGroup) -> GroupSpec:
    parent = group.parent_group
    return GroupSpec(
        group_id=group.node_id,
        parent_id=parent.group_id if parent is not None else None,
        display_name=group.label or "",
        tooltip=group.tooltip,
        doc_md=group.doc_md,
        ui_color=group.ui_color,
        ui_fgcolor=group.ui_fgcolor,
        mapped=map_spec(group.expand_input) if isinstance(group, MappedTaskGroup) else None,
    )


def _labels(dag: DAG) -> tuple[EdgeLabel, ...]:
    found = [
        EdgeLabel(upstream, downstream, str(info["label"]))
        for upstream, others in dag.edge_info.items()
        for downstream, info in others.items()
        if info.get("label")
    ]
    return tuple(sorted(found, key=lambda edge: (edge.upstream, edge.downstream)))


def _params(params: ParamsDict, source: str) -> tuple[ParamSpec, ...]:
    return tuple(
        ParamSpec(
            name=name,
            default=None if isinstance(param.value, ArgNotSet) else param.value,
            has_default=param.has_default,
            schema=display_value(param.schema, longest=None),  # type: ignore[arg-type] - a dict stays one
            description=param.description,
            source=param.source or source,
        )
        for name, param in params.items()
    )


def _asset(value: Any) -> Json:
    return value.as_json() if isinstance(value, BaseAsset) else display_value(value)


def _object(values: Mapping[str, Any] | None) -> dict[str, Json]:
    return {str(name): display_value(value) for name, value in (values or {}).items()}
