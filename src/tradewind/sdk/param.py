"""Params: values of a DAG or task that a run may set, each with a JSON schema that they must satisfy."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any, Literal

from tradewind.sdk.authoring_errors import AuthoringError, InvalidArgumentType, ParamValidationError
from tradewind.sdk.json_schemas import SchemaBroken, worst_mistake
from tradewind.sdk.notset import NOTSET, ArgNotSet
from tradewind.sdk.resolve import Resolvable

if TYPE_CHECKING:
    from tradewind.sdk.dag import DAG

__all__ = ["DagParam", "Param", "ParamsDict"]

Source = Literal["dag", "task"]


class Param:
    """A default, a description, and the JSON schema of a value.

    Args:
        default: the value where a run gives none; without it a run must give one.
        description: words for the trigger form.
        source: whether the param is of the DAG or of a task; filled in by them.
        schema: keywords of JSON schema, such as ``type="integer", minimum=1, title="How many"``.
    """

    def __init__(
        self, default: Any = NOTSET, description: str | None = None, source: Source | None = None, **schema: Any
    ) -> None:
        if not isinstance(default, ArgNotSet):
            _must_be_json(default)
        self.value = default
        self.description = description
        self.source: Source | None = source
        self.schema: dict[str, Any] = dict(schema["schema"]) if isinstance(schema.get("schema"), Mapping) else schema

    @property
    def has_value(self) -> bool:
        """Whether there is a default, and it is not None."""
        return self.value is not NOTSET and self.value is not None

    @property
    def has_default(self) -> bool:
        """Whether there is a default."""
        return self.value is not NOTSET

    def resolve(self, value: Any = NOTSET, suppress_exception: bool = False) -> Any:
        """The value, else the default, checked against the schema.

        Raises:
            ParamValidationError: neither is there, or the schema is not satisfied (unless suppressed: then None).
        """
        final = self.value if isinstance(value, ArgNotSet) else value
        if isinstance(final, ArgNotSet):
            if suppress_exception:
                return None
            raise ParamValidationError("No value passed and Param has no default value")
        try:
            _must_be_json(final)
            self._check(final)
        except ParamValidationError:
            if suppress_exception:
                return None
            raise
        self.value = final
        return final

    def _check(self, value: Any) -> None:
        if not self.schema:
            return
        try:
            worst = worst_mistake(value, self.schema)
        except SchemaBroken as error:
            raise ParamValidationError(f"the schema itself is not valid: {error}") from None
        if worst is not None:
            raise ParamValidationError(worst.message, value=repr(value))

    def dump(self) -> dict[str, Any]:
        """The param as a JSON object."""
        value = None if isinstance(self.value, ArgNotSet) else self.value
        return {"value": value, "schema": self.schema, "description": self.description, "source": self.source}

    def serialize(self) -> dict[str, Any]:
        """The same, by Airflow's newer name."""
        return self.dump()

    def copy(self, source: Source | None = None) -> Param:
        """Another param like this one; a run's value does not change the DAG's."""
        made = Param(self.value, self.description, self.source or source)
        made.schema = dict(self.schema)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Param) and self.dump() == other.dump() and self.has_default == other.has_default

    __hash__ = None  # type: ignore[assignment] - params change

    def __repr__(self) -> str:
        return f"Param({self.value!r}, {self.description!r}, schema={self.schema!r})"


class ParamsDict(MutableMapping[str, Any]):
    """Params by name. Looking one up gives its checked value; setting one checks the new value."""

    def __init__(self, dict_obj: Mapping[str, Any] | None = None, suppress_exception: bool = False) -> None:
        self.suppress_exception = suppress_exception
        self._params: dict[str, Param] = {}
        for name, value in (dict_obj or {}).items():  # of a ParamsDict, the params
            if not isinstance(name, str):
                raise InvalidArgumentType(f"the name of a param must be a string, not {name!r}")
            self._params[name] = value.copy() if isinstance(value, Param) else Param(value)

    def __getitem__(self, key: str) -> Any:
        try:
            return self._params[key].resolve(suppress_exception=self.suppress_exception)
        except ParamValidationError as error:
            raise ParamValidationError(f"Invalid input for param {key}: {error.message}", param=key) from None

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, Param):
            self._params[key] = value
        elif key in self._params:
            try:
                self._params[key].resolve(value, suppress_exception=self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"Invalid input for param {key}: {error.message}", param=key) from None
        else:
            self._params[key] = Param(value)

    def __delitem__(self, key: str) -> None:
        del self._params[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __contains__(self, key: object) -> bool:
        return key in self._params

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ParamsDict):
            return self._params == other._params
        return isinstance(other, Mapping) and self.dump() == dict(other)

    __hash__ = None  # type: ignore[assignment] - params change

    def __repr__(self) -> str:
        return repr({name: param.value for name, param in self._params.items()})

    def items(self) -> ItemsView[str, Param]:
        """Names and params, not values, as in Airflow."""
        return self._params.items()

    def values(self) -> ValuesView[Param]:
        """The params, not their values, as in Airflow."""
        return self._params.values()

    def get_param(self, key: str) -> Param:
        """The param itself.

        Raises:
            KeyError: there is none of this name.
        """
        return self._params[key]

    def dump(self) -> dict[str, Any]:
        """The values by name, checked."""
        return {name: self[name] for name in self._params}

    def validate(self) -> dict[str, Any]:
        """The values by name.

        Raises:
            ParamValidationError: one is missing or does not satisfy its schema; the sentence names it.
        """
        strict = ParamsDict(self)
        return strict.dump()

    def merged(self, other: ParamsDict) -> ParamsDict:
        """These params and those of `other`, which win."""
        both = ParamsDict(self)
        both.update_params(other)
        return both

    def update_params(self, other: ParamsDict) -> None:
        """Take over copies of the params of `other`."""
        for name, param in other.items():
            self._params[name] = param.copy()

    def with_source(self, source: Source) -> ParamsDict:
        """The same, each marked as of the DAG or of a task unless it is marked already."""
        marked = ParamsDict()
        marked._params = {name: param.copy(source) for name, param in self._params.items()}
        return marked

    @staticmethod
    def filter_params_by_source(params: ParamsDict, source: Source) -> ParamsDict:
        """Only the params of the DAG, or only those of the task."""
        return ParamsDict({name: param for name, param in params.items() if param.source == source})


class DagParam(Resolvable):
    """A stand-in for a param's value in a run: `dag.param("name")`, or an argument of a `@dag` function."""

    def __init__(self, current_dag: DAG, name: str, default: Any = NOTSET) -> None:
        if not isinstance(default, ArgNotSet):
            current_dag.params[name] = default if isinstance(default, Param) else Param(default, source="dag")
        self._name = name
        self._default = default.value if isinstance(default, Param) else default

    def resolve(self, context: Mapping[str, Any]) -> Any:
        """The run's value, else the default.

        Raises:
            AuthoringError: there is neither.
        """
        params = context["params"]
        if self._name in params:
            return params[self._name]
        if not isinstance(self._default, ArgNotSet):
            return self._default
        raise AuthoringError(f"No value could be resolved for parameter {self._name}", param=self._name)

    def __repr__(self) -> str:
        return f"DagParam({self._name!r})"


def _must_be_json(value: Any) -> None:
    if value is None or isinstance(value, str | bool | int | float):
        return
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise ParamValidationError(
            "All provided parameters must be json-serializable, "
            f"but this one of type {type(value).__name__} is not: {error}"
        ) from None
