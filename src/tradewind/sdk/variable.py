"""Variables: named texts that DAGs read while they run; a secrets backend and the environment win over the server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tradewind.sdk.exceptions import VariableNotFound
from tradewind.sdk.notset import NOTSET
from tradewind.sdk.secrets import secrets
from tradewind.sdk.task_api import NoTaskApi, TaskApi, mask_secret, task_api

__all__ = ["Variable", "VariableAccessor"]


def variable_text(key: str) -> str | None:
    """The text of a variable from the secrets backend, else from the environment, else from the server; None: nowhere."""
    text = secrets().variable(key)
    if text is None:
        api = task_api()
        text = None if api is None else api.variable(key)
    if text is not None:
        mask_secret(text, key)
    return text


class Variable:
    """A variable; the class methods are what tasks use."""

    def __init__(self, key: str, value: str | None = None, description: str | None = None) -> None:
        self.key, self.value, self.description = key, value, description

    @classmethod
    def get(cls, key: str, default: Any = NOTSET, deserialize_json: bool = False, **legacy: Any) -> Any:
        """The value of a variable.

        Args:
            key: its name.
            default: returned where there is no such variable.
            deserialize_json: the text is JSON; return what it says.
            legacy: `default_var`, the name of `default` in Airflow 2.

        Raises:
            VariableNotFound: there is none, and no default was given.
        """
        if "default_var" in legacy:
            default = legacy.pop("default_var")
        if legacy:
            raise TypeError(f"Variable.get() got an unexpected keyword argument {next(iter(legacy))!r}")
        text = variable_text(key)
        if text is None:
            if default is NOTSET:
                raise VariableNotFound(
                    f"Variable {key} does not exist. Set it with `tradewind variables set {key} VALUE`, or in the "
                    f"environment as TRADEWIND_VAR_{key.upper()}."
                )
            return default
        if not deserialize_json:
            return text
        value = json.loads(text)
        mask_secret(value, key)
        return value

    @classmethod
    def set(cls, key: str, value: Any, description: str | None = None, serialize_json: bool = False) -> None:
        """Store a variable on the server."""
        text = json.dumps(value, indent=2) if serialize_json else str(value)
        _api("set").set_variable(key, text, description)

    @classmethod
    def update(cls, key: str, value: Any, serialize_json: bool = False) -> None:
        """Store a variable on the server, as `set` does, which takes the place of this name of Airflow 2."""
        cls.set(key, value, serialize_json=serialize_json)

    @classmethod
    def setdefault(cls, key: str, default: Any, description: str | None = None, deserialize_json: bool = False) -> Any:
        """The value of a variable; where there is none, `default`, which is stored then, with `deserialize_json` as JSON.

        Raises:
            ValueError: there is none, and nothing to store.
        """
        value = cls.get(key, default=None, deserialize_json=deserialize_json)
        if value is not None:
            return value
        if default is None:
            raise ValueError(f"there is no variable {key!r} yet: give a default that is not None")
        cls.set(key, default, description, serialize_json=deserialize_json)
        return default

    @classmethod
    def delete(cls, key: str) -> None:
        """Delete a variable from the server, if it is there."""
        _api("delete").delete_variable(key)

    @classmethod
    def keys(cls, prefix: str | None = None) -> Sequence[str]:
        """Names of the variables on the server."""
        return _api("list").variable_keys(prefix)


def _api(verb: str) -> TaskApi:
    api = task_api()
    if api is None:
        raise NoTaskApi(f"only a running task can {verb} variables; on the command line use `tradewind variables`")
    return api


class VariableAccessor:
    """`var.value.name` and `var.json.name` of templates."""

    __slots__ = ("_deserialize_json",)

    def __init__(self, *, deserialize_json: bool) -> None:
        self._deserialize_json = deserialize_json

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return Variable.get(key, deserialize_json=self._deserialize_json)

    def __getitem__(self, key: str) -> Any:
        return Variable.get(key, deserialize_json=self._deserialize_json)

    def get(self, key: str, default: Any = NOTSET, default_var: Any = NOTSET) -> Any:
        """The value, or `default`."""
        chosen = default if default_var is NOTSET else default_var
        return Variable.get(key, default=chosen, deserialize_json=self._deserialize_json)

    def __repr__(self) -> str:
        return f"<VariableAccessor json={self._deserialize_json}>"
