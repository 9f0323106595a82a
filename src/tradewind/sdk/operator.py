"""BaseOperator: what a task is declared with, and what the runner calls to execute it."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.dependency import connect
from tradewind.sdk.exceptions import AirflowFailException, TaskDeferralError, TaskDeferralTimeout, TaskDeferred
from tradewind.sdk.node import TaskNode, validate_key
from tradewind.sdk.operator_args import DEFAULT_QUEUE, DEFAULT_RETRY_DELAY, aware, coerce
from tradewind.sdk.operator_meta import GIVEN, OperatorMeta, Placement, accepted_names, check_fail_fast, find_place
from tradewind.sdk.param import ParamsDict
from tradewind.sdk.priority import PriorityWeightStrategy
from tradewind.sdk.resolve import references
from tradewind.sdk.setup_teardown import join_scopes
from tradewind.sdk.stack import call_site
from tradewind.sdk.templated import Templated
from tradewind.sdk.trigger_rule import Isolation, TriggerRule, WeightRule

if TYPE_CHECKING:
    from typing import Self

    from tradewind.sdk.context import Context
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.group import TaskGroup
    from tradewind.sdk.mapped import OperatorPartial

__all__ = ["TRIGGER_TIMEOUT", "BaseAsyncOperator", "BaseOperator"]

TRIGGER_TIMEOUT = "Trigger timeout"
"""The error that `resume_execution` is given where a trigger did not fire in time."""

Callback = Callable[[Any], Any]
Callbacks = Callback | Collection[Callback] | None


class BaseOperator(Templated, TaskNode, metaclass=OperatorMeta):
    """A task as it is declared; subclasses say in `execute` what it does.

    All arguments are keyword-only; the names, types and meanings are Airflow's, and two are ours: `isolation`, how much
    of a process the task gets to itself (``fork``, ``spawn`` or ``reuse``; None: what the server is set to), and
    `deadline`, one or several `DeadlineAlert`s by when the task must have succeeded.

    Raises:
        InvalidArgumentType: an argument is unknown or of the wrong type.
        InvalidArgument: a value that can't be.
        DuplicateTaskIdFound: the DAG has a task or group of this id.
    """

    template_fields: ClassVar[Collection[str]] = ()
    template_ext: ClassVar[Collection[str]] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {}
    ui_color: ClassVar[str] = "#fff"
    ui_fgcolor: ClassVar[str] = "#000"
    start_from_trigger: bool = False
    """Wait for the trigger of `start_trigger_args` before any process runs the task."""
    start_trigger_args: Any = None
    operator_extra_links: Collection[Any] = ()
    shallow_copy_attrs: ClassVar[Sequence[str]] = ()
    """Attributes that a deep copy of the operator takes over by a shallow one."""
    overwrite_rtif_after_execution: bool = False
    """The fields that people see are those after `execute`, which may change them."""
    custom_operator_name: ClassVar[str | None] = None
    inherits_from_empty_operator: ClassVar[bool] = False
    """Whether there is nothing to execute, so that no worker is needed."""
    mapped_arguments_validated_by_init: ClassVar[bool] = False
    is_async: ClassVar[bool] = False

    # set in one go by __init__; named here for readers and type checkers
    owner: str
    email: str | Sequence[str] | None
    retries: int
    retry_delay: timedelta
    retry_exponential_backoff: float
    max_retry_delay: timedelta | None
    retry_policy: Any
    start_date: datetime | None
    end_date: datetime | None
    depends_on_past: bool
    ignore_first_depends_on_past: bool
    wait_for_past_depends_before_skipping: bool
    wait_for_downstream: bool
    priority_weight: int
    weight_rule: WeightRule | PriorityWeightStrategy
    queue: str
    pool: str
    pool_slots: int
    execution_timeout: timedelta | None
    on_execute_callback: Callbacks
    on_failure_callback: Callbacks
    on_success_callback: Callbacks
    on_retry_callback: Callbacks
    on_skipped_callback: Callbacks
    run_as_user: str | None
    map_index_template: str | None
    max_active_tis_per_dag: int | None
    max_active_tis_per_dagrun: int | None
    executor: str | None
    executor_config: dict[str, Any]
    do_xcom_push: bool
    multiple_outputs: bool
    inlets: list[Any]
    outlets: list[Any]
    doc: str | None
    doc_md: str | None
    doc_json: str | None
    doc_yaml: str | None
    doc_rst: str | None
    logger_name: str | None
    render_template_as_native_obj: bool | None
    isolation: Isolation | None
    allow_nested_operators: bool
    _BaseOperator__instantiated: bool = False
    """Whether the whole constructor has run. Airflow's name, which packages read; so is the next."""
    _BaseOperator__from_mapped: bool = False
    mapped_fields: frozenset[str] = frozenset()
    """Template fields of a mapped instance that hold their final values: these are not rendered."""

    def __init__(
        self,
        *,
        task_id: str,
        owner: str = "airflow",
        email: str | Sequence[str] | None = None,
        email_on_retry: bool = True,
        email_on_failure: bool = True,
        retries: int | None = 0,
        retry_delay: timedelta | float = DEFAULT_RETRY_DELAY,
        retry_exponential_backoff: float = 0,
        max_retry_delay: timedelta | float | None = None,
        retry_policy: Any = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        depends_on_past: bool = False,
        ignore_first_depends_on_past: bool = False,
        wait_for_past_depends_before_skipping: bool = False,
        wait_for_downstream: bool = False,
        dag: DAG | None = None,
        params: MutableMapping[str, Any] | None = None,
        default_args: dict[str, Any] | None = None,
        priority_weight: int = 1,
        weight_rule: str | PriorityWeightStrategy | type[PriorityWeightStrategy] = WeightRule.DOWNSTREAM,
        queue: str = DEFAULT_QUEUE,
        pool: str | None = None,
        pool_slots: int = 1,
        sla: timedelta | None = None,
        execution_timeout: timedelta | None = None,
        on_execute_callback: Callbacks = None,
        on_failure_callback: Callbacks = None,
        on_success_callback: Callbacks = None,
        on_retry_callback: Callbacks = None,
        on_skipped_callback: Callbacks = None,
        pre_execute: Callable[[Any], None] | None = None,
        post_execute: Callable[[Any, Any], None] | None = None,
        trigger_rule: str = TriggerRule.ALL_SUCCESS,
        resources: dict[str, Any] | None = None,
        run_as_user: str | None = None,
        map_index_template: str | None = None,
        max_active_tis_per_dag: int | None = None,
        max_active_tis_per_dagrun: int | None = None,
        executor: str | None = None,
        executor_config: dict[str, Any] | None = None,
        do_xcom_push: bool = True,
        multiple_outputs: bool = False,
        inlets: Any = None,
        outlets: Any = None,
        task_group: TaskGroup | None = None,
        doc: str | None = None,
        doc_md: str | None = None,
        doc_json: str | None = None,
        doc_yaml: str | None = None,
        doc_rst: str | None = None,
        task_display_name: str | None = None,
        logger_name: str | None = None,
        allow_nested_operators: bool = True,
        render_template_as_native_obj: bool | None = None,
        isolation: str | None = None,
        deadline: Any = None,
        **kwargs: Any,
    ) -> None:
        fields = dict(locals())
        del fields["self"], fields["kwargs"]
        fields.pop("__class__", None)
        self._initialise(fields, unknown=kwargs)

    def _initialise(self, fields: dict[str, Any], unknown: dict[str, Any]) -> None:
        task_id = fields.pop("task_id")
        if unknown:
            raise InvalidArgumentType(
                f"Invalid arguments were passed to {type(self).__name__} (task_id: {task_id}). "
                f"Invalid arguments were:\n**kwargs: {unknown}"
            )
        where = f"{type(self).__name__} (task_id: {task_id})"
        coerce(fields, where)
        place: Placement = vars(self).get("_place") or find_place(fields["dag"], fields["task_group"])
        own = vars(self)
        own["_own_params"] = ParamsDict(fields.pop("params")).with_source("task") if fields["params"] else None
        own["_pre_execute_hook"] = fields.pop("pre_execute")
        own["_post_execute_hook"] = fields.pop("post_execute")
        own["_display_name"] = fields.pop("task_display_name")
        own["executor_config"] = fields.pop("executor_config") or {}
        own["_deadlines"] = _deadlines(fields.pop("deadline"), where)
        if fields["sla"] is not None:
            _warn_sla(where)
        timezone = place.dag.timezone if place.dag is not None else None
        for name in ("start_date", "end_date"):
            if fields[name] is not None and timezone is not None:
                fields[name] = aware(fields[name], timezone)
        for name in ("dag", "default_args", "sla"):
            del fields[name]
        own.update(fields)
        own["upstream_task_ids"], own["downstream_task_ids"] = set(), set()
        if place.joins:
            own["origin"] = call_site(past_constructors=True)
        self._join(validate_key(task_id), place)

    def _join(self, task_id: str, place: Placement) -> None:
        own = vars(self)
        own["task_group"] = place.group
        if not place.joins:
            own["task_id"], own["_dag"] = task_id, place.dag
            return
        own["task_id"] = validate_key(place.group.child_id(task_id) if place.group is not None else task_id)
        if place.group is not None and self.trigger_rule == TriggerRule.ALWAYS and self.get_closest_mapped_task_group():
            raise InvalidArgument(
                "Task-generated mapping within a mapped task group is not allowed with trigger rule 'always' "
                f"(task {self.task_id!r})"
            )
        if place.dag is not None:
            check_fail_fast(place.dag, self)
            place.dag.add_task(self)

    def declared(self, *, joins: bool) -> None:
        """Called once the whole constructor has run: the outputs in the template fields become upstream tasks."""
        vars(self)["_is_declared"] = vars(self)["_BaseOperator__instantiated"] = True
        if joins:
            for field in self.template_fields:
                self._depend_on(vars(self).get(field))
            join_scopes(self)

    def _depend_on(self, value: object) -> None:
        for operator, _ in references(value):
            if operator is not self and operator.task_id not in self.upstream_task_ids:
                connect([operator], [self])

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = object.__new__(type(self))
        memo[id(self)] = copied
        shallow = {"user_defined_macros", "user_defined_filters", "params", GIVEN, *self.shallow_copy_attrs}
        for name, value in vars(self).items():
            vars(copied)[name] = copy.copy(value) if name in shallow else copy.deepcopy(value, memo)
        return copied

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        # a field that is set from outside, after the constructor, may bring dependencies too
        if name in self.template_fields and "_is_declared" in vars(self):
            self._depend_on(value)

    # -- what it is ------------------------------------------------------------------------------------------------

    @property
    def operator_class(self) -> type[BaseOperator]:  # type: ignore[override]
        """The class; of a mapped operator, that of its instances."""
        return type(self)

    @property
    def task_type(self) -> str:
        """The name of the class."""
        return type(self).__name__

    @property
    def operator_name(self) -> str:
        """The name for people, such as ``@task``."""
        return self.custom_operator_name or type(self).__name__

    @property
    def task_display_name(self) -> str:
        """The name to show."""
        return self._display_name or self.task_id  # type: ignore[attr-defined]

    @property
    def params(self) -> ParamsDict:
        """The DAG's params and the task's own, which win."""
        own: ParamsDict | None = vars(self)["_own_params"]
        if self._dag is None or not self._dag.params:
            return own if own is not None else ParamsDict()
        return self._dag.params if own is None else self._dag.params.merged(own)

    @params.setter
    def params(self, params: Mapping[str, Any]) -> None:
        vars(self)["_own_params"] = ParamsDict(params).with_source("task")

    @property
    def own_params(self) -> ParamsDict:
        """The task's own params."""
        return vars(self)["_own_params"] or ParamsDict()

    @property
    def log(self) -> logging.Logger:
        """The task's logger."""
        name = self.logger_name or f"{type(self).__module__}.{type(self).__qualname__}"
        return logging.getLogger(f"tradewind.task.operators.{name}")

    def __repr__(self) -> str:
        return f"<Task({self.task_type}): {self.task_id}>"

    # -- what the runner calls -------------------------------------------------------------------------------------

    def execute(self, context: Context) -> Any:
        """Do the work, and return what is to be pushed as XCom."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it does: define execute(self, context)")

    def pre_execute(self, context: Context) -> None:
        """Called before `execute`."""
        hook = vars(self)["_pre_execute_hook"]
        if hook is not None:
            hook(context)

    def post_execute(self, context: Context, result: Any = None) -> None:
        """Called after `execute` with what it returned."""
        hook = vars(self)["_post_execute_hook"]
        if hook is not None:
            hook(context, result)

    def on_kill(self) -> None:
        """Called when the task is to stop, to clean up what its process does not take with it."""

    def defer(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> NoReturn:
        """Give the slot back until `trigger` fires; then `method_name` is called with ``(context, event=..., **kwargs)``.

        Raises:
            TaskDeferred: always; it ends this attempt, and must not be caught.
        """
        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Context) -> Any:
        """Go on after a wait. The method ``__fail__`` stands for a trigger that failed, or did not fire in time.

        Raises:
            TaskDeferralTimeout: it did not fire in time.
            TaskDeferralError: it failed.
        """
        given = dict(next_kwargs or {})
        if next_method == "__fail__":
            error = str(given.get("error", "Unknown"))
            if error == TRIGGER_TIMEOUT:
                raise TaskDeferralTimeout(error)
            raise TaskDeferralError(error)
        method = getattr(self, next_method, None)
        if method is None:
            raise AirflowFailException(f"{type(self).__name__} has no method {next_method!r} to go on with")
        return method(context, **given)

    def prepare_for_execution(self) -> Self:
        """A copy for one attempt, which rendering may change."""
        prepared = copy.copy(self)
        vars(prepared).pop("_is_declared", None)
        return prepared

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Replace templates and stand-ins in the template fields by their values, in place."""
        from tradewind.sdk.template import render_operator  # noqa: PLC0415 - Jinja is loaded where tasks run

        vars(self).pop("_is_declared", None)
        render_operator(self, context, jinja_env)

    @classmethod
    def get_serialized_fields(cls) -> frozenset[str]:
        """The names of the arguments that the operator keeps; subclasses add their own."""
        return accepted_names(cls)[0] | {"task_type", "template_fields", "template_ext", "ui_color", "ui_fgcolor"}

    @staticmethod
    def xcom_push(context: Context, key: str, value: Any) -> None:
        """Push a value under a key."""
        context["ti"].xcom_push(key=key, value=value)

    @staticmethod
    def xcom_pull(context: Context, task_ids: str | Iterable[str] | None = None, **kwargs: Any) -> Any:
        """Pull values; see `TaskInstance.xcom_pull`."""
        return context["ti"].xcom_pull(task_ids=task_ids, **kwargs)

    def get_extra_links(self, ti: Any, name: str) -> str | None:
        """The address of the extra link of this name."""
        for link in self.operator_extra_links:
            if link.name == name:
                return link.get_link(self, ti_key=ti.key)
        return None

    # -- mapping ---------------------------------------------------------------------------------------------------

    @classmethod
    def partial(
        cls, *, task_id: str, dag: DAG | None = None, task_group: TaskGroup | None = None, **kwargs: Any
    ) -> OperatorPartial:
        """Fix some arguments; `expand` or `expand_kwargs` then give the ones that vary from instance to instance."""
        from tradewind.sdk.mapped import OperatorPartial  # noqa: PLC0415 - it makes operators

        return OperatorPartial(cls, {"task_id": task_id, "dag": dag, "task_group": task_group, **kwargs})


class BaseAsyncOperator(BaseOperator):
    """An operator whose work is a coroutine, `aexecute`."""

    is_async: ClassVar[bool] = True

    async def aexecute(self, context: Context) -> Any:
        """Do the work, and return what is to be pushed as XCom."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it does: define aexecute(self, context)")

    def execute(self, context: Context) -> Any:
        from tradewind.sdk.coroutines import run_coroutine  # noqa: PLC0415 - only where a coroutine runs

        return run_coroutine(self.aexecute(context))


def _deadlines(given: Any, where: str) -> list[Any]:
    if given is None:
        return []
    from tradewind.sdk.deadline import deadlines_of  # noqa: PLC0415 - few tasks have a deadline

    return deadlines_of(given, where)


def _warn_sla(where: str) -> None:
    import warnings  # noqa: PLC0415 - only old DAG files get here

    warnings.warn(f"{where}: 'sla' has no effect", stacklevel=7)
