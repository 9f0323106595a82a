"""The operators behind `@task`: a class that takes a function's call, before the operator that does the work."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.context_keys import CONTEXT_KEYS
from tradewind.sdk.keywords import keyword_arguments
from tradewind.sdk.notset import SET_DURING_EXECUTION, SetDuringExecution
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_meta import OperatorMeta, accepted_names

__all__ = [
    "CallDecorated",
    "CommandDecorated",
    "DecoratedOperator",
    "call_signature",
    "check_call",
    "decorated_class",
]

CLASS_NAMES = {"external_python": "_PythonExternalDecoratedOperator", "sensor": "DecoratedSensorOperator"}
"""Where Airflow's name for the class does not follow from the operator's."""


class DecoratedOperator(BaseOperator):
    """What the operators behind `@task` have in common; a base before the operator that does the work.

    Args:
        python_callable: the decorated function.
        op_args, op_kwargs: the arguments of the call; outputs of tasks among them are its upstream tasks.
        kwargs_to_upstream: arguments for the operator that does the work alone.

    Raises:
        InvalidArgumentType: the function can't be called with these arguments.
    """

    template_fields: ClassVar[Collection[str]] = ("op_args", "op_kwargs")
    template_fields_renderers: ClassVar[dict[str, str]] = {"op_args": "py", "op_kwargs": "py"}
    shallow_copy_attrs: ClassVar[Sequence[str]] = ("python_callable",)

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        task_id: str,
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        kwargs_to_upstream: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.python_callable = python_callable
        self.op_args = list(op_args or ())
        self.op_kwargs = dict(op_kwargs or {})
        if not isinstance(self, (CallDecorated, CommandDecorated)):  # their calls are checked where they stand
            name = getattr(python_callable, "__name__", type(python_callable).__name__)
            check_call(call_signature(python_callable), name, self.op_args, self.op_kwargs)
        super().__init__(task_id=task_id, **(kwargs_to_upstream or {}), **kwargs)  # of the operator behind it

    def get_python_source(self) -> str:
        """The source of the function at the left margin, without the decorator that made it this task; operators that
        run it elsewhere write it to a file there."""
        from tradewind.sdk.function_source import without_decorator  # noqa: PLC0415 - few operators ask

        source = textwrap.dedent(inspect.getsource(self.python_callable))
        return without_decorator(source, self.custom_operator_name or "@task")


class CallDecorated(DecoratedOperator):
    """For operators that call the function themselves, as `PythonOperator` does."""

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        call = {"python_callable": python_callable, "op_args": list(op_args or ()), "op_kwargs": dict(op_kwargs or {})}
        super().__init__(kwargs_to_upstream=call, **call, **kwargs)


class CommandDecorated(DecoratedOperator):
    """For operators that run a command: the function returns the command, at run time."""

    command_field: ClassVar[str] = "bash_command"
    overwrite_rtif_after_execution = True  # what the command was is only known then

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(kwargs_to_upstream={self.command_field: SET_DURING_EXECUTION}, **kwargs)

    def execute(self, context: Any) -> Any:
        """Ask the function for the command, render it, and run it."""
        arguments = keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        command = self.python_callable(*self.op_args, **arguments)
        if not isinstance(command, str) or isinstance(command, SetDuringExecution) or not command.strip():
            raise InvalidArgumentType(
                f"the function of task {self.task_id!r} must return the command as a non-empty string, not {command!r}"
            )
        setattr(self, self.command_field, self.render_template(command, context))
        return super().execute(context)


def call_signature(function: Callable[..., Any]) -> inspect.Signature:
    """The function's signature, with parameters that the context fills made optional.

    Raises:
        InvalidArgument: such a parameter has a default that the context would hide.
    """
    parameters = []
    has_default = False
    for one in inspect.signature(function).parameters.values():
        parameter = one
        if one.name in CONTEXT_KEYS and one.kind in {one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY}:
            if one.default not in {one.empty, None}:
                raise InvalidArgument(f"Context key parameter {one.name} can't have a default other than None")
            parameter = one.replace(default=None)
        elif has_default and one.kind is one.POSITIONAL_OR_KEYWORD and one.default is one.empty:
            # behind a context parameter; Signature insists that defaults come last
            parameter = one.replace(kind=one.KEYWORD_ONLY)
        has_default = has_default or parameter.default is not parameter.empty
        parameters.append(parameter)
    order = {p.name: n for n, p in enumerate(parameters)}
    return inspect.Signature(sorted(parameters, key=lambda p: (p.kind, order[p.name])))


def check_call(signature: inspect.Signature, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Check that a function can be called so.

    Raises:
        InvalidArgumentType: it can't be; the error says why, and names the function.
    """
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise InvalidArgumentType(f"{name}(): {error}") from None


def decorated_class(name: str, operator_class: type[BaseOperator]) -> type[BaseOperator]:
    """The operator class behind `@task.<name>`: the mixin and the operator, under a name of its own."""
    takes_function = "python_callable" in accepted_names(operator_class)[0]
    mixin: type = CallDecorated if takes_function else CommandDecorated
    fields = tuple(dict.fromkeys([*DecoratedOperator.template_fields, *operator_class.template_fields]))
    namespace = {
        "__module__": operator_class.__module__,
        "custom_operator_name": "@task" if name == "python" else f"@task.{name}",
        "template_fields": fields,
        "template_fields_renderers": {
            **DecoratedOperator.template_fields_renderers,
            **operator_class.template_fields_renderers,
        },
        "__doc__": operator_class.__doc__,
    }
    class_name = CLASS_NAMES.get(name, f"_{operator_class.__name__.removesuffix('Operator')}DecoratedOperator")
    return OperatorMeta(class_name, (mixin, operator_class), namespace)  # type: ignore[return-value] - a class of these
