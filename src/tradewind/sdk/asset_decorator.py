"""`@asset`: a function becomes an asset, with a DAG of one task that makes it; `@asset.multi`: several assets."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from tradewind.sdk.asset import Asset, AssetNameRef, AssetRef, BaseAsset
from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType
from tradewind.sdk.context_keys import CONTEXT_KEYS
from tradewind.sdk.dag import DAG
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.yielded import run_function

__all__ = ["AssetDefinition", "MultiAssetDefinition", "asset"]

RESERVED = frozenset({"self", "context"})
"""Parameters that are neither a key of the context nor the name of an asset."""


class AssetDefinition(Asset):
    """An asset that a function makes. It stands for the asset wherever one is wanted."""

    def __init__(self, function: Callable[..., Any], source: asset) -> None:
        super().__init__(
            name=function.__name__ if source.name is None else source.name,
            uri=source.uri,
            group=source.group,
            extra=source.extra,
            watchers=source.watchers,
        )
        self._function = function
        self._source = source
        self.dag = source.build(source.dag_id or self.name, function, [self])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, as a test would."""
        return self._function(*args, **kwargs)


class MultiAssetDefinition(BaseAsset):
    """Several assets that one function makes."""

    def __init__(self, function: Callable[..., Any], source: asset, outlets: Sequence[BaseAsset]) -> None:
        if not outlets:
            raise InvalidArgument("no outlets provided to @asset.multi")
        self.outlets = list(outlets)
        self._function = function
        self.name = function.__name__
        self.dag = source.build(source.dag_id or self.name, function, self.outlets)

    def iter_assets(self) -> Iterator[Asset]:
        """The assets that it makes."""
        for outlet in self.outlets:
            yield from outlet.iter_assets()


class asset:  # noqa: N801 - a decorator, in Airflow's words
    """Make a function an asset, with a DAG that makes it: its id, and that of its task, are the asset's name.

    Parameters of the function named like keys of the context are filled from it, `self` is the asset, and any other
    is the upstream asset of that name.

    Args:
        schedule: when the DAG runs, as in `DAG`.
        name, uri, group, extra, watchers: those of the asset; the name is the function's by default.
        dag_id, dag_display_name, description, params, tags, owner_links, access_control, is_paused_upon_creation,
        on_success_callback, on_failure_callback: those of the DAG.
    """

    def __init__(
        self,
        *,
        schedule: Any,
        is_paused_upon_creation: bool | None = None,
        dag_id: str | None = None,
        dag_display_name: str | None = None,
        description: str | None = None,
        params: Any = None,
        on_success_callback: Any = None,
        on_failure_callback: Any = None,
        access_control: dict[str, Any] | None = None,
        owner_links: Mapping[str, str] | None = None,
        tags: Collection[str] = (),
        name: str | None = None,
        uri: Any = None,
        group: str = "asset",
        extra: Mapping[str, Any] | None = None,
        watchers: Sequence[Any] | None = None,
    ) -> None:
        self.dag_id = dag_id
        self.name, self.uri, self.group = name, uri, group
        self.extra, self.watchers = dict(extra or {}), list(watchers or ())
        options: dict[str, Any] = {
            "schedule": schedule,
            "is_paused_upon_creation": is_paused_upon_creation,
            "dag_display_name": dag_display_name,
            "description": description,
            "params": params,
            "on_success_callback": on_success_callback,
            "on_failure_callback": on_failure_callback,
            "access_control": access_control,
            "owner_links": dict(owner_links) if owner_links else None,
            "tags": set(tags) if tags else None,
        }
        self._options: dict[str, Any] = {
            key: value for key, value in options.items() if value is not None or key == "schedule"
        }

    def __call__(self, function: Callable[..., Any]) -> AssetDefinition:
        """The asset that the function makes.

        Raises:
            InvalidArgumentType: it is no plain function.
        """
        return AssetDefinition(checked(function), self)

    @classmethod
    def multi(
        cls, *, schedule: Any, outlets: Sequence[BaseAsset], **options: Any
    ) -> Callable[[Callable[..., Any]], MultiAssetDefinition]:
        """Make a function several assets, in one task.

        Args:
            schedule: when the DAG runs.
            outlets: the assets and aliases.
            options: those of the DAG.

        Raises:
            InvalidArgument: no outlets.
        """
        source = cls(schedule=schedule, **options)
        return lambda function: MultiAssetDefinition(checked(function), source, outlets)

    def build(self, dag_id: str, function: Callable[..., Any], outlets: Sequence[BaseAsset]) -> DAG:
        """The DAG that makes the assets."""
        options: dict[str, Any] = dict(self._options)
        if function.__doc__:
            options.setdefault("doc_md", inspect.cleandoc(function.__doc__))
        with DAG(dag_id, catchup=False, **options) as dag:
            parameters = list(inspect.signature(function).parameters.values())
            inlets = [AssetNameRef(name) for name in _upstream(parameters)]
            _main(function, outlets, inlets)
        return dag


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that `@asset` can take.

    Raises:
        InvalidArgumentType: it is none.
    """
    if not inspect.isfunction(function):
        raise InvalidArgumentType(f"@asset decorates plain functions, not {function!r}; it goes below no @task")
    if function.__name__ in RESERVED:
        raise InvalidArgument(f"{function.__name__!r} can't be the name of an asset's function")
    return function


def _upstream(parameters: Sequence[inspect.Parameter]) -> list[str]:
    """The parameters that name upstream assets."""
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [
        one.name
        for one in parameters
        if one.kind in plain and one.name not in RESERVED and one.name not in CONTEXT_KEYS and one.default is one.empty
    ]


def _main(function: Callable[..., Any], outlets: Sequence[BaseAsset], inlets: Sequence[AssetRef]) -> None:
    """The one task."""
    from tradewind.sdk.decorators import task  # noqa: PLC0415 - it pulls in the operators

    def make(**context: Any) -> Any:
        parameters = inspect.signature(function).parameters.values()
        arguments: dict[str, Any] = {}
        known = {one.name: one for one in inlets if isinstance(one, AssetNameRef)}
        for one in parameters:
            if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
                continue
            value = _argument(one, context, outlets, known)
            if value is not NOTSET:
                arguments[one.name] = value
        return run_function(lambda: function(**arguments), context)

    make.__name__ = make.__qualname__ = function.__name__
    make.__doc__ = function.__doc__
    make.__module__ = function.__module__
    name = next((one.name for one in outlets if isinstance(one, AssetDefinition)), function.__name__)
    task(task_id=name, outlets=list(outlets), inlets=list(inlets), multiple_outputs=False)(make)()


def _argument(
    parameter: inspect.Parameter,
    context: Mapping[str, Any],
    outlets: Sequence[BaseAsset],
    known: Mapping[str, AssetNameRef],
) -> Any:
    """What a parameter of the function is filled with; NOTSET: its default."""
    name = parameter.name
    if name == "self":
        return outlets[0] if len(outlets) == 1 else list(outlets)
    if name == "context":
        return context
    if name in context:
        return context[name]
    if name in known:
        found = context["inlet_events"].asset_named(name)
        if found is None:
            raise InvalidArgument(
                f"there is no asset named {name!r}, which the function takes as an argument; the names of its "
                "arguments are those of upstream assets"
            )
        return found
    return NOTSET
