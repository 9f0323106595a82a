"""A sensor that asks a Python function."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.keywords import keyword_arguments
from tradewind.sdk.sensor import BaseSensorOperator, PokeReturnValue

__all__ = ["PythonSensor"]


class PythonSensor(BaseSensorOperator):
    """Waits until a function returns something true.

    Args:
        python_callable: returns whether the wait is over, or a `PokeReturnValue`.
        op_args, op_kwargs: its arguments, templated.
        templates_dict: a dict of templates, which the function gets as `templates_dict`.
    """

    template_fields = ("templates_dict", "op_args", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable[..., PokeReturnValue | bool | Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(python_callable):
            raise InvalidArgumentType("`python_callable` param must be callable")
        self.python_callable = python_callable
        self.op_args = () if op_args is None else op_args
        self.op_kwargs = {} if op_kwargs is None else op_kwargs
        self.templates_dict = templates_dict

    def poke(self, context: Any) -> Any:
        """Ask once."""
        if self.templates_dict is not None:
            context["templates_dict"] = self.templates_dict
        kwargs = keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, context)
        logging.getLogger("tradewind.task").info("Poking callable: %s", self.python_callable)
        return self.python_callable(*self.op_args, **kwargs)
