"""Small functions that providers and DAG files import from `airflow.utils.helpers`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urljoin

from tradewind.sdk.edges import chain, cross_downstream
from tradewind.sdk.node import validate_key as _validate_key

__all__ = [
    "as_flattened_list", "as_tuple", "at_most_one", "build_airflow_dagrun_url", "build_airflow_url_with_query", "chain",
    "chunks", "convert_camel_to_snake", "cross_downstream", "exactly_one", "is_container", "is_set", "merge_dicts",
    "partition", "prune_dict", "reduce_in_chunks", "render_template_as_native", "render_template_to_string",
    "validate_group_key", "validate_key",
]  # fmt: skip

GROUP_KEY = re.compile(r"^[\w\-]+$")


def validate_key(k: str, max_length: int = 250) -> None:
    """Raise unless this may be the id of a DAG or task.

    Raises:
        TypeError: it is no text.
        ValueError: it is too long, or has a character that may not be.
    """
    if not isinstance(k, str):
        raise TypeError(f"The key has to be a string and is {type(k)}:{k}")
    if len(k) > max_length:
        raise ValueError(f"The key has to be less than {max_length} characters, not {len(k)}")
    _validate_key(k)


def validate_group_key(k: str, max_length: int = 200) -> None:
    """Raise unless this may be the id of a task group.

    Raises:
        TypeError: it is no text.
        ValueError: it is too long, or has a character that may not be.
    """
    if not isinstance(k, str):
        raise TypeError(f"The key has to be a string and is {type(k)}:{k}")
    if len(k) > max_length:
        raise ValueError(f"The key has to be less than {max_length} characters, not {len(k)}")
    if not GROUP_KEY.match(k):
        raise ValueError(f"The key {k!r} has to be made of alphanumeric characters, dashes and underscores exclusively")


def is_container(obj: Any) -> bool:
    """Whether it can be gone through, and is no text."""
    return hasattr(obj, "__iter__") and not isinstance(obj, str)


def as_tuple(obj: Any) -> tuple[Any, ...]:
    """What is in it; itself alone, if it is no container."""
    return tuple(obj) if is_container(obj) else (obj,)


def chunks(items: Sequence[Any], chunk_size: int) -> Generator[Sequence[Any]]:
    """The items in pieces of a size; the last may be shorter.

    Raises:
        ValueError: the size is not positive.
    """
    if chunk_size <= 0:
        raise ValueError("Chunk size must be a positive integer")
    for start in range(0, len(items), chunk_size):
        yield items[start : start + chunk_size]


def reduce_in_chunks(fn: Callable[[Any, Sequence[Any]], Any], iterable: Sequence[Any], initializer: Any,
                     chunk_size: int = 0) -> Any:  # fmt: skip
    """`functools.reduce`, with a piece of the items at a time."""
    if len(iterable) == 0:
        return initializer
    for piece in chunks(iterable, chunk_size or len(iterable)):
        initializer = fn(initializer, piece)
    return initializer


def as_flattened_list(iterable: Iterable[Iterable[Any]]) -> list[Any]:
    """The items of the items."""
    return list(itertools.chain.from_iterable(iterable))


def partition(pred: Callable[[Any], bool], iterable: Iterable[Any]) -> tuple[Iterator[Any], Iterator[Any]]:
    """The items that do not satisfy a condition, and those that do."""
    first, second = itertools.tee(iterable)
    return itertools.filterfalse(pred, first), filter(pred, second)


def is_set(val: Any) -> bool:
    """Whether an argument was given: neither None nor `NOTSET`."""
    from tradewind.sdk.notset import NOTSET  # noqa: PLC0415 - keeps this module's names Airflow's

    return val is not None and val is not NOTSET


def exactly_one(*args: Any) -> bool:
    """Whether one of these is true.

    Raises:
        ValueError: one of them is a list or the like: meant were its items.
    """
    if any(is_container(arg) for arg in args):
        raise ValueError("Not supported for iterable args. Use `*` to unpack your iterable in the function call.")
    return sum(map(bool, args)) == 1


def at_most_one(*args: Any) -> bool:
    """Whether no more than one of these was given."""
    return sum(is_set(arg) and bool(arg) for arg in args) <= 1


def prune_dict(val: Any, mode: str = "strict") -> Any:
    """A dict or list without what is empty, to any depth.

    Args:
        val: what to go through.
        mode: ``strict`` leaves out None, ``truthy`` all that is false.

    Raises:
        ValueError: there is no such mode.
    """
    if mode not in {"strict", "truthy"}:
        raise ValueError(f"Mode must be 'strict' or 'truthy', not {mode!r}")

    def is_empty(value: Any) -> bool:
        return value is None if mode == "strict" else not value

    def pruned(value: Any) -> Any:
        return prune_dict(value, mode) if isinstance(value, dict | list) and not is_empty(value) else value

    if isinstance(val, dict):
        inner = {key: pruned(value) for key, value in val.items()}
        return {key: value for key, value in inner.items() if not is_empty(value)}
    if isinstance(val, list):
        return [value for value in map(pruned, val) if not is_empty(value)]
    return val


def merge_dicts(dict1: dict[Any, Any], dict2: dict[Any, Any]) -> dict[Any, Any]:
    """Both, to any depth; the second wins. Neither is changed."""
    merged = dict(dict1)
    for key, value in dict2.items():
        both = isinstance(merged.get(key), dict) and isinstance(value, dict)
        merged[key] = merge_dicts(merged[key], value) if both else value
    return merged


def convert_camel_to_snake(camel_str: str) -> str:
    """``LocalTaskJob`` -> ``local_task_job``."""
    return re.sub("(?!^)([A-Z]+)", r"_\1", camel_str).lower()


def render_template_to_string(template: Any, context: Mapping[str, Any]) -> str:
    """What a Jinja template makes of a context, as text."""
    return str(template.render(dict(context)))


def render_template_as_native(template: Any, context: Mapping[str, Any]) -> Any:
    """What a Jinja template makes of a context, as a Python object."""
    from jinja2 import nativetypes  # noqa: PLC0415 - few ask

    return nativetypes.native_concat(template.root_render_func(template.new_context(dict(context))))


def build_airflow_url_with_query(query: dict[str, Any]) -> str:
    """An address of the web pages."""
    from airflow.configuration import conf  # noqa: PLC0415 - it loads settings

    base = str(conf.get("api", "base_url", fallback="") or "")
    return f"{base.rstrip('/')}/dags/{quote(str(query.get('dag_id', '')))}/grid?{urlencode(query)}"


def build_airflow_dagrun_url(dag_id: str, run_id: str) -> str:
    """The address of a run's page."""
    from airflow.configuration import conf  # noqa: PLC0415 - it loads settings

    return urljoin(str(conf.get("api", "base_url", fallback="") or "/"), f"dags/{quote(dag_id)}/runs/{quote(run_id)}")
