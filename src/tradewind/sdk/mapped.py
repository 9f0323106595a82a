"""Mapped tasks: `partial(...).expand(...)`, the node it makes in the DAG, and the operator of one map index."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.dependency import connect
from tradewind.sdk.expansion import DictOfLists, ExpandInput, ListOfDicts, check_mappable
from tradewind.sdk.flow import followed_by_task
from tradewind.sdk.node import TaskNode
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_meta import Placement, accepted_names, check_fail_fast, find_place, required_names
from tradewind.sdk.param import ParamsDict
from tradewind.sdk.resolve import literal, references
from tradewind.sdk.setup_teardown import join_scopes
from tradewind.sdk.stack import call_site, nowhere
from tradewind.sdk.xcom_arg import XComArg

__all__ = ["DecoratedMappedOperator", "MappedOperator", "OperatorPartial", "check_complete", "check_names"]

NOT_MAPPABLE = frozenset(
    {
        "task_id", "dag", "task_group", "start_date", "end_date", "owner", "trigger_rule", "depends_on_past",
        "ignore_first_depends_on_past", "wait_for_past_depends_before_skipping", "wait_for_downstream", "retries",
        "queue", "pool", "pool_slots", "execution_timeout", "max_retry_delay", "retry_delay",
        "retry_exponential_backoff", "priority_weight", "weight_rule", "sla", "map_index_template",
        "max_active_tis_per_dag", "max_active_tis_per_dagrun", "on_execute_callback", "on_failure_callback",
        "on_success_callback", "on_retry_callback", "on_skipped_callback", "run_as_user", "executor",
        "executor_config", "inlets", "outlets", "default_args", "task_display_name", "isolation", "pre_execute",
        "post_execute", "email", "resources", "deadline", "do_xcom_push", "multiple_outputs", "logger_name",
    }
)  # fmt: skip
"""Arguments that are one for all instances, since scheduling looks at them."""


class OperatorPartial:
    """An operator with some of its arguments; `expand` says which vary."""

    def __init__(self, operator_class: type[BaseOperator], kwargs: dict[str, Any]) -> None:
        check_names(operator_class, "partial", kwargs)
        self.operator_class = operator_class
        self.kwargs = kwargs
        self._is_expanded = False

    def expand(self, **mapped_kwargs: Any) -> MappedOperator:
        """One instance for each combination of the items of these lists, dicts or outputs.

        Raises:
            InvalidArgumentType: nothing is given, or something that can't be mapped.
        """
        if not mapped_kwargs:
            raise InvalidArgumentType("no arguments to expand against")
        check_names(self.operator_class, "expand", mapped_kwargs)
        _check_mapped(mapped_kwargs, self.kwargs)
        check_mappable("expand()", mapped_kwargs)
        place = find_place(self.kwargs.get("dag"), self.kwargs.get("task_group"))
        known = {*self.kwargs, *mapped_kwargs, *place.default_args(self.kwargs.get("default_args"))}
        check_complete(self.operator_class.__name__, required_names(self.operator_class) - known)
        return self._expanded(DictOfLists(mapped_kwargs))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> MappedOperator:
        """One instance for each dict of arguments in the list.

        Args:
            kwargs: a list of dicts, or an output that will be one.
            strict: whether arguments of `partial` may not come again.

        Raises:
            InvalidArgumentType: it is neither.
        """
        if not isinstance(kwargs, XComArg | Sequence) or isinstance(kwargs, str):
            raise InvalidArgumentType(f"expected XComArg or list[dict], not {type(kwargs).__name__}")
        for item in () if isinstance(kwargs, XComArg) else kwargs:
            if isinstance(item, Mapping):
                check_names(self.operator_class, "expand_kwargs", item)
                if strict:
                    _check_mapped(item, self.kwargs)
            elif not isinstance(item, XComArg):
                raise InvalidArgumentType(f"expected XComArg or list[dict], not a list with {type(item).__name__}")
        return self._expanded(ListOfDicts(kwargs), strict=strict)

    def _expanded(self, expand_input: ExpandInput, *, strict: bool = True) -> MappedOperator:
        self._is_expanded = True
        place = find_place(self.kwargs.get("dag"), self.kwargs.get("task_group"))
        names, takes_more = accepted_names(self.operator_class)
        defaults = place.default_args(self.kwargs.get("default_args"))
        filled = {name: value for name, value in defaults.items() if takes_more or name in names}
        given = {n: v for n, v in self.kwargs.items() if n not in {"dag", "task_group", "default_args"}}
        return MappedOperator(self.operator_class, given, expand_input, place, defaults=filled, strict=strict)

    def __del__(self) -> None:
        if not getattr(self, "_is_expanded", True):
            warnings.warn(
                f"Task {self.kwargs.get('task_id')!r} was never mapped: .partial() needs .expand() behind it",
                stacklevel=1,
            )

    def __repr__(self) -> str:
        return f"<OperatorPartial({self.operator_class.__name__}): {self.kwargs.get('task_id')}>"


class MappedOperator(TaskNode):
    """A task of which there is one instance for each map index.

    What scheduling needs of it, it takes from a prototype: an operator with the constant arguments only.
    """

    is_mapped: ClassVar[bool] = True

    def __init__(
        self,
        operator_class: type[BaseOperator],
        partial_kwargs: dict[str, Any],
        expand_input: ExpandInput,
        place: Placement,
        *,
        defaults: Mapping[str, Any] | None = None,
        strict: bool = True,
        op_kwargs_input: bool = False,
    ) -> None:
        self.operator_class = operator_class
        self.expand_input = expand_input
        expand_input.follows = self._followed
        expand_input.depth = 1 + sum(1 for _ in place.group.iter_mapped_task_groups()) if place.group is not None else 1
        self._follows: tuple[TaskNode, ...] | None = None
        self.partial_kwargs = partial_kwargs
        self.strict = strict
        self.op_kwargs_input = op_kwargs_input
        self.upstream_task_ids = set()
        self.downstream_task_ids = set()
        self.origin = call_site()
        self.task_group = None
        self._given = frozenset(partial_kwargs)
        partial_kwargs = {**(defaults or {}), **partial_kwargs}
        self.common = _common(partial_kwargs, place)
        self.trigger_rule = self.common.trigger_rule
        self.task_id = self.common.task_id
        if place.group is not None:
            self.task_id = place.group.child_id(self.task_id)
            self.task_group = place.group
        self.partial_kwargs = {**partial_kwargs, "task_id": self.task_id}
        if place.dag is not None:
            check_fail_fast(place.dag, self)
            place.dag.add_task(self)
        self._depend(expand_input, partial_kwargs)
        join_scopes(self)

    def _depend(self, expand_input: ExpandInput, constants: Mapping[str, Any]) -> None:
        found = [*expand_input.iter_references()]
        for name in self.operator_class.template_fields:
            found += references(constants.get(name))
        for operator, _ in found:
            connect([operator], [self])

    def __getattr__(self, name: str) -> Any:
        # what this class does not say itself is the same for all instances: the prototype knows it
        if name.startswith("__") or name == "common":
            raise AttributeError(name)
        return getattr(self.common, name)

    @property
    def task_type(self) -> str:
        """The name of the operator's class."""
        return self.operator_class.__name__

    @property
    def operator_name(self) -> str:
        """The name for people, such as ``@task``."""
        return self.operator_class.custom_operator_name or self.operator_class.__name__

    @property
    def task_display_name(self) -> str:
        """The name to show."""
        return self.partial_kwargs.get("task_display_name") or self.task_id

    @property
    def params(self) -> ParamsDict:
        """The DAG's params and the task's own."""
        return self._dag.params.merged(self.own_params) if self._dag is not None else self.own_params

    @property
    def own_params(self) -> ParamsDict:
        """The task's own params."""
        return ParamsDict(self.partial_kwargs.get("params") or {}).with_source("task")

    @property
    def log(self) -> logging.Logger:
        """The task's logger."""
        return self.common.log

    def template_value(self, name: str) -> Any:
        """The unrendered value of a field, for display."""
        if name in self.expand_input.sources:
            return self.expand_input.sources[name]
        return self.partial_kwargs.get(name)

    def _followed(self) -> Sequence[TaskNode]:
        if self._follows is None:
            self._follows = followed_by_task(self)
        return self._follows

    def resolve_map_inputs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The varying arguments of the instance that runs."""
        return self.expand_input.values_at(context["ti"].map_index, context)

    def unmap(self, resolve: Mapping[str, Any]) -> BaseOperator:
        """The operator of one instance.

        Args:
            resolve: its varying arguments, from `resolve_map_inputs`.

        Raises:
            InvalidArgumentType: an argument is unknown, or it was given to `partial` already.
        """
        if self.op_kwargs_input:
            kwargs = self._with_op_kwargs(resolve)
        else:
            check_names(self.operator_class, "expand", resolve)
            if self.strict:
                _check_mapped(resolve, self._given)
            kwargs = {**self.partial_kwargs, **resolve}
        if "params" in resolve and self.partial_kwargs.get("params"):
            kwargs["params"] = {**self.partial_kwargs["params"], **resolve["params"]}
        with nowhere():
            operator: BaseOperator = self.operator_class.build(
                kwargs, Placement(self._dag, self.task_group, joins=False)
            )
        vars(operator)["_BaseOperator__from_mapped"] = True
        operator.upstream_task_ids = self.upstream_task_ids
        operator.downstream_task_ids = self.downstream_task_ids
        for name in ("is_setup", "is_teardown", "on_failure_fail_dagrun", "trigger_rule"):
            setattr(operator, name, getattr(self, name))
        if not self.op_kwargs_input:  # a mapped value is not a template
            operator.mapped_fields = frozenset(name for name in operator.template_fields if name in resolve)
        return operator

    def _with_op_kwargs(self, resolve: Mapping[str, Any]) -> dict[str, Any]:
        constant = self.partial_kwargs.get("op_kwargs") or {}
        twice = constant.keys() & resolve.keys()
        if twice and self.strict:
            raise InvalidArgumentType(f"mapping already partial argument: {', '.join(map(repr, sorted(twice)))}")
        return {**self.partial_kwargs, "op_kwargs": {**constant, **{n: literal(v) for n, v in resolve.items()}}}

    def __repr__(self) -> str:
        return f"<Mapped({self.task_type}): {self.task_id}>"


class DecoratedMappedOperator(MappedOperator):
    """A mapped task made of a function with `@task`."""


def check_names(operator_class: type[BaseOperator], function: str, kwargs: Mapping[str, Any]) -> None:
    """Check that an operator's constructors take all of these arguments.

    Raises:
        InvalidArgumentType: one is unknown.
    """
    names, takes_more = accepted_names(operator_class)
    unknown = [name for name in kwargs if name not in names]
    if unknown and not takes_more:
        listed = ", ".join(map(repr, unknown))
        raise InvalidArgumentType(
            f"{operator_class.__name__}.{function}() got {'an ' if len(unknown) == 1 else ''}unexpected keyword "
            f"argument{'' if len(unknown) == 1 else 's'} {listed}"
        )


def check_complete(name: str, missing: Collection[str]) -> None:
    """Check that nothing is missing for a mapped task to be built when it runs.

    Raises:
        InvalidArgumentType: something is.
    """
    if missing:
        listed = ", ".join(map(repr, sorted(missing)))
        raise InvalidArgumentType(
            f"{name}: missing keyword argument{'s' if len(missing) > 1 else ''} {listed}; "
            "give what is the same for all instances to partial(), the rest to expand()"
        )


def _check_mapped(mapped: Mapping[str, Any], constants: Collection[str]) -> None:
    wrong = [name for name in mapped if name in NOT_MAPPABLE or (name in constants and name != "params")]
    if wrong:
        listed = ", ".join(map(repr, wrong))
        raise InvalidArgumentType(f"unmappable or already specified argument{'s' if len(wrong) > 1 else ''}: {listed}")


def _common(kwargs: Mapping[str, Any], place: Placement) -> BaseOperator:
    """An operator with those of the arguments that every operator takes."""
    names, _ = accepted_names(BaseOperator)
    shared = {name: value for name, value in kwargs.items() if name in names}
    with nowhere():
        return BaseOperator.build(shared, Placement(place.dag, place.group, joins=False))
