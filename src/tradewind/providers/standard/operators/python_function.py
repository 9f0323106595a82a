"""Operators that call a Python function in the task's own process."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.branch import BaseBranchOperator, SkipMixin
from tradewind.sdk.keywords import keyword_arguments
from tradewind.sdk.operator import BaseOperator

__all__ = ["BranchPythonOperator", "PythonOperator", "ShortCircuitOperator", "skipped_by_short_circuit"]

log = logging.getLogger("tradewind.task")


class PythonOperator(BaseOperator):
    """Calls a Python function.

    Args:
        python_callable: what to call; a coroutine function is run to its end.
        op_args: positional arguments, templated.
        op_kwargs: keyword arguments, templated. Parameters named like keys of the context are filled from it.
        templates_dict: a dict of templates, which the function gets as `templates_dict`.
        templates_exts: endings of texts in these that name template files.
        show_return_value_in_logs: whether the log says what was returned.
    """

    template_fields = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers = {"templates_dict": "json", "op_args": "py", "op_kwargs": "py"}  # noqa: RUF012 - Airflow's shape
    ui_color = "#ffefeb"
    shallow_copy_attrs = ("python_callable", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        templates_exts: Sequence[str] | None = None,
        show_return_value_in_logs: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(python_callable):
            raise InvalidArgumentType("`python_callable` param must be callable")
        if inspect.iscoroutinefunction(python_callable):
            import asyncio  # noqa: PLC0415, F401 - once where the file is imported, not in each attempt

        self.python_callable = python_callable
        self.op_args = () if op_args is None else op_args
        self.op_kwargs = {} if op_kwargs is None else op_kwargs
        self.templates_dict = templates_dict
        if templates_exts:
            vars(self)["template_ext"] = tuple(templates_exts)
        self.show_return_value_in_logs = show_return_value_in_logs

    def execute(self, context: Any) -> Any:
        """Call the function with what it asks for."""
        if self.templates_dict is not None:
            context["templates_dict"] = self.templates_dict
        self.op_kwargs = self.determine_kwargs(context)
        result = self.execute_callable()
        if self.outlets and inspect.isgenerator(result):
            from tradewind.sdk.yielded import run_generator  # noqa: PLC0415 - few functions yield

            result = run_generator(result, context["outlet_events"])
        if self.show_return_value_in_logs:
            log.info("Done. Returned value was: %s", result)
        else:
            log.info("Done. Returned value not shown")
        return result

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The keyword arguments of the call."""
        return keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, context)

    def execute_callable(self) -> Any:
        """The call itself; subclasses may do it elsewhere."""
        result = self.python_callable(*self.op_args, **self.op_kwargs)
        if not inspect.iscoroutine(result):
            return result
        from tradewind.sdk.coroutines import run_coroutine  # noqa: PLC0415 - few functions need an event loop

        return run_coroutine(result)


class BranchPythonOperator(BaseBranchOperator, PythonOperator):
    """Calls a function that returns the id of the task or group to follow, a list of them, or None for none."""

    def choose_branch(self, context: Any) -> Any:
        """What the function returns."""
        return PythonOperator.execute(self, context)


class ShortCircuitOperator(PythonOperator, SkipMixin):
    """Goes on only if a function returns something true.

    Args:
        ignore_downstream_trigger_rules: skip everything downstream; else only the tasks right after this one, so that
            trigger rules further down have their say.
    """

    inherits_from_skipmixin = True

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules

    def execute(self, context: Any) -> Any:
        """Call it, and skip what follows unless it returns something true."""
        condition = super().execute(context)
        log.info("Condition result is %s", condition)
        if not condition:
            self.skip(context["ti"], skipped_by_short_circuit(self))
        return condition


def skipped_by_short_circuit(task: Any) -> list[Any]:
    """The tasks after a short circuit that did not pass: teardowns run all the same, unless they fail the run."""
    after = task.get_flat_relatives(upstream=False) if task.ignore_downstream_trigger_rules else task.downstream_list
    return [one for one in after if not (one.is_teardown and not one.on_failure_fail_dagrun)]
