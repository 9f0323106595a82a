"""`@dag`: a function becomes a factory of DAGs, its arguments become params."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.dag import DAG
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.param import Param
from tradewind.sdk.results import is_result

__all__ = ["dag"]


def dag(dag_id_or_func: str | Callable[..., Any] | None = None, **decorator_kwargs: Any) -> Any:
    """Make a function that creates tasks a DAG factory: calling it makes the DAG. Usable as ``@dag``, ``@dag()``,
    ``@dag("id")`` or ``@dag(dag_id="id", schedule=...)``; the arguments are those of `DAG`.

    Raises:
        InvalidArgumentType: what is decorated is no function.
    """
    if callable(dag_id_or_func):
        return _factory(dag_id_or_func, None, decorator_kwargs)
    dag_id = decorator_kwargs.pop("dag_id", None) if dag_id_or_func is None else dag_id_or_func
    return lambda function: _factory(function, dag_id, decorator_kwargs)


def _factory(function: Callable[..., Any], dag_id: str | None, options: dict[str, Any]) -> Callable[..., DAG]:
    if not callable(function):
        raise InvalidArgumentType(f"@dag decorates functions, not {function!r}")
    signature = inspect.signature(function)
    any_number = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    required = {name for name, p in signature.parameters.items() if p.default is p.empty and p.kind not in any_number}

    @functools.wraps(function)
    def factory(*args: Any, **kwargs: Any) -> DAG:
        bound = signature.bind_partial(*args, **kwargs)
        given = set(bound.arguments)
        bound.apply_defaults()
        made = DAG(dag_id or function.__name__, **{"doc_md": _doc(function), **options})
        with made:
            arguments: dict[str, Any] = {}
            for name in signature.parameters:
                if name in required and name not in given:
                    made.params[name] = Param(source="dag")
                    arguments[name] = made.param(name)
                else:
                    value = bound.arguments[name]
                    arguments[name] = made.param(name, NOTSET if name in made.params and value is None else value)
            returned = function(**arguments)
            if is_result(returned):
                made.add_result(returned)
        return made

    return factory


def _doc(function: Callable[..., Any]) -> str | None:
    return inspect.cleandoc(function.__doc__) if function.__doc__ else None
