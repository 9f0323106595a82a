"""Operators that call a Python function in another interpreter, or in a virtual environment made for it.

The function travels as its source, so that it must import what it needs inside; arguments and the result travel
pickled, by files in a folder that is removed afterwards.
"""

from __future__ import annotations

import inspect
import json
import logging
import os
import pickle
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

from tradewind.providers.standard import environments
from tradewind.providers.standard.hooks.subprocess import SubprocessHook
from tradewind.providers.standard.operators.python_function import PythonOperator
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.branch import BaseBranchOperator
from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowException, AirflowSkipException, DeserializationError, SerializationError
from tradewind.sdk.keywords import keyword_arguments

__all__ = [
    "BranchExternalPythonOperator",
    "BranchPythonVirtualenvOperator",
    "ExternalPythonOperator",
    "PythonVirtualenvOperator",
]

log = logging.getLogger("tradewind.task")
SERIALIZERS = ("pickle", "cloudpickle", "dill")
PLAIN_KEYS = frozenset(
    [
        "ds",
        "ds_nodash",
        "expanded_ti_count",
        "inlets",
        "map_index_template",
        "outlets",
        "params",
        "prev_data_interval_end_success",
        "prev_data_interval_start_success",
        "prev_end_date_success",
        "prev_start_date_success",
        "run_id",
        "task_instance_key_str",
        "templates_dict",
        "test_mode",
        "try_number",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "logical_date",
        "data_interval_start",
        "data_interval_end",
    ]
)
"""Keys of the context that can go to another interpreter."""
SCRIPT = Path(__file__).parent.parent / "call_script.txt"


class _ProcessOperator(PythonOperator):
    """Calls the function with the interpreter that `_interpreter` gives."""

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        serializer: str | None = None,
        string_args: Iterable[str] | None = None,
        expect_airflow: bool = True,
        skip_on_exit_code: int | Container[int] | None = None,
        env_vars: dict[str, str] | None = None,
        inherit_env: bool = True,
        **kwargs: Any,
    ) -> None:
        name = getattr(python_callable, "__name__", "")
        if not inspect.isfunction(python_callable) or name == "<lambda>":
            raise InvalidArgument(
                f"{type(self).__name__} only supports functions for python_callable arg, not {name or python_callable!r}"
            )
        if inspect.isgeneratorfunction(python_callable):
            raise InvalidArgument(f"{type(self).__name__} does not support using generators, such as {name}")
        if serializer is not None and serializer not in SERIALIZERS:
            raise InvalidArgument(f"Unsupported serializer {serializer!r}. Expected one of {', '.join(SERIALIZERS)}")
        super().__init__(python_callable=python_callable, **kwargs)
        self.serializer = serializer or "pickle"
        self.string_args = string_args or []
        self.expect_airflow = expect_airflow
        self.skip_on_exit_code: Container[int] = (
            ()
            if skip_on_exit_code is None
            else {skip_on_exit_code}
            if isinstance(skip_on_exit_code, int)
            else skip_on_exit_code
        )
        self.env_vars = env_vars
        self.inherit_env = inherit_env

    @cached_property
    def subprocess_hook(self) -> SubprocessHook:
        """What runs the interpreter."""
        return SubprocessHook()

    @cached_property
    def pickling_library(self) -> ModuleType:
        """The module that pickles.

        Raises:
            AirflowException: it is not installed.
        """
        try:
            return import_module(self.serializer)
        except ImportError as error:
            raise AirflowException(
                f"Unable to import `{self.serializer}` module. Please install it in the worker's environment."
            ) from error

    def _interpreter(self) -> Path:
        raise NotImplementedError

    def _expects_pendulum(self) -> bool:
        raise NotImplementedError

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments given, and the plain parts of the context that the function asks for."""
        plain = {key: context[key] for key in PLAIN_KEYS if key in context}
        if not self._expects_pendulum():
            plain = {key: _plain_moment(value) for key, value in plain.items()}
        return keyword_arguments(self.python_callable, self.op_args, self.op_kwargs, plain)

    def execute_callable(self) -> Any:
        """Call it over there.

        Raises:
            AirflowSkipException: it ended with a code that means skip.
            AirflowException: it failed; its own traceback is in the log.
        """
        python = self._interpreter()
        with TemporaryDirectory(prefix="tradewind-call-") as name:
            folder = Path(name)
            self._write_call(folder)
            result = self.subprocess_hook.run_command(
                [str(python), str(folder / "call.py"), str(folder), self.serializer], self._environment(), cwd=name
            )
            if result.exit_code in self.skip_on_exit_code:
                raise AirflowSkipException(f"Process exited with code {result.exit_code}. Skipping.")
            if result.exit_code != 0:
                raise AirflowException(_failure(folder, self.python_callable.__name__, result.exit_code, result.output))
            return self._read_result(folder)

    def _write_call(self, folder: Path) -> None:
        shutil.copyfile(SCRIPT, folder / "call.py")
        (folder / "function.py").write_text(source_of(self.python_callable), encoding="utf-8")
        about = {"name": self.python_callable.__name__, "string_args": list(self.string_args)}
        (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
        try:
            data = self.pickling_library.dumps({"args": list(self.op_args), "kwargs": dict(self.op_kwargs)})
        except Exception as error:
            raise SerializationError(
                f"the arguments of {self.python_callable.__name__} can't be pickled by {self.serializer}: {error}"
            ) from error
        (folder / "input").write_bytes(data)

    def _environment(self) -> dict[str, str]:
        base = dict(os.environ) if self.inherit_env else {}
        base.pop("PYTHONHOME", None)
        return {**base, **(self.env_vars or {})}

    def _read_result(self, folder: Path) -> Any:
        output = folder / "output"
        if not output.exists():
            return None
        try:
            return self.pickling_library.loads(output.read_bytes())
        except (ValueError, ImportError, AttributeError, EOFError, pickle.UnpicklingError) as error:
            raise DeserializationError(
                f"the result of {self.python_callable.__name__} can't be read here: {error}. Return plain data, or "
                "install the library that it comes from."
            ) from error

    def on_kill(self) -> None:
        """End the interpreter and its children."""
        self.subprocess_hook.send_sigterm()


class PythonVirtualenvOperator(_ProcessOperator):
    """Calls a function in a virtual environment with certain packages, made once and kept.

    Args:
        python_callable: a function that imports what it needs inside.
        requirements: packages, as a list, one text with lines, or a ``.txt`` file that is rendered as a template.
        python_version: such as ``3.12``; None: that of this process.
        serializer: what pickles arguments and result: pickle, cloudpickle or dill.
        system_site_packages: the packages of this process are visible too.
        pip_install_options: more arguments for the installer.
        string_args: texts that the function finds as `virtualenv_string_args`.
        expect_airflow: accepted.
        skip_on_exit_code: exit code, or codes, that mean: skip this task.
        index_urls: package indexes, the first is the main one; [] means none.
        index_urls_from_connection_ids: the same, with their passwords, from connections.
        venv_cache_path: folder for environments; None: in the home folder.
        env_vars: environment variables for the call.
        inherit_env: add them to those of this process.
    """

    template_fields = (
        "requirements",
        "index_urls",
        "index_urls_from_connection_ids",
        "venv_cache_path",
        *PythonOperator.template_fields,
    )
    template_ext = (".txt",)

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        requirements: Iterable[str] | str | None = None,
        python_version: str | None = None,
        system_site_packages: bool = True,
        pip_install_options: list[str] | None = None,
        index_urls: Collection[str] | str | None = None,
        index_urls_from_connection_ids: Collection[str] | str | None = None,
        venv_cache_path: str | os.PathLike[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(python_callable=python_callable, **kwargs)
        vars(self)["template_ext"] = (*type(self).template_ext, *vars(self).get("template_ext", ()))
        self.requirements = requirements if isinstance(requirements, str) else list(requirements or [])
        self.python_version = python_version
        self.system_site_packages = system_site_packages
        self.pip_install_options = pip_install_options or []
        self.index_urls = (
            [index_urls] if isinstance(index_urls, str) else None if index_urls is None else list(index_urls)
        )
        ids = index_urls_from_connection_ids
        self.index_urls_from_connection_ids = [ids] if isinstance(ids, str) else None if ids is None else list(ids)
        self.venv_cache_path = None if venv_cache_path is None else str(venv_cache_path)

    def _requirements(self) -> list[str]:
        lines = self.requirements.splitlines() if isinstance(self.requirements, str) else self.requirements
        found = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
        if self.serializer != "pickle" and not self.system_site_packages:
            found.append(self.serializer)
        return found

    def _expects_pendulum(self) -> bool:
        is_listed = any(line.lower().startswith("pendulum") for line in self._requirements())
        return is_listed or (self.system_site_packages and self.python_version in {None, _own_version()})

    def _interpreter(self) -> Path:
        urls = self.index_urls
        if self.index_urls_from_connection_ids:
            urls = [*(urls or []), *map(_index_url, self.index_urls_from_connection_ids)]
        return environments.interpreter(
            environments.Wanted(
                requirements=tuple(self._requirements()),
                python=self.python_version or sys.executable,
                sees_ours=self.system_site_packages,
                options=tuple(self.pip_install_options),
                index_urls=None if urls is None else tuple(urls),
            ),
            Path(self.venv_cache_path) if self.venv_cache_path else environments.default_folder(),
            self.subprocess_hook,
        )


class BranchPythonVirtualenvOperator(BaseBranchOperator, PythonVirtualenvOperator):
    """Decides in a virtual environment which of the tasks after it run."""

    def choose_branch(self, context: Any) -> Any:
        """What the function returns."""
        return PythonVirtualenvOperator.execute(self, context)


class ExternalPythonOperator(_ProcessOperator):
    """Calls a function with another interpreter, whose environment is there already.

    Args:
        python: the interpreter's path.
        python_callable: a function that imports what it needs inside.
        expect_pendulum: that environment has pendulum, so that moments can be its DateTimes.
        serializer, string_args, expect_airflow, skip_on_exit_code, env_vars, inherit_env: as for
            `PythonVirtualenvOperator`.
    """

    template_fields = ("python", *PythonOperator.template_fields)

    def __init__(
        self, *, python: str, python_callable: Callable[..., Any], expect_pendulum: bool = False, **kwargs: Any
    ) -> None:
        if not python:
            raise InvalidArgument("Python Path must be defined in ExternalPythonOperator")
        super().__init__(python_callable=python_callable, **kwargs)
        self.python = python
        self.expect_pendulum = expect_pendulum

    def _expects_pendulum(self) -> bool:
        return self.expect_pendulum

    def _interpreter(self) -> Path:
        path = Path(self.python)
        if not path.exists():
            raise InvalidArgument(f"Python Path '{path}' must exists")
        if not path.is_file():
            raise InvalidArgument(f"Python Path '{path}' must be a file")
        return path


class BranchExternalPythonOperator(BaseBranchOperator, ExternalPythonOperator):
    """Decides with another interpreter which of the tasks after it run."""

    def choose_branch(self, context: Any) -> Any:
        """What the function returns."""
        return ExternalPythonOperator.execute(self, context)


def source_of(function: Callable[..., Any]) -> str:
    """The source of a function without its decorators, at the left margin."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(("def ", "async def ")))
    return "\n".join(lines[first:]) + "\n"


def _plain_moment(value: Any) -> Any:
    if not isinstance(value, datetime) or type(value) is datetime:
        return value
    return datetime.fromtimestamp(value.timestamp(), tz=UTC)


def _own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _failure(folder: Path, name: str, code: int, output: str) -> str:
    error = folder / "error"
    words = error.read_text(encoding="utf-8") if error.exists() else output
    return f"{name} failed in the other interpreter with exit code {code}: {words}"


def _index_url(conn_id: str) -> str:
    connection = Connection.get(conn_id)
    host = connection.host or ""
    if "://" not in host:
        host = f"https://{host}"
    if connection.login is None:
        return host
    scheme, rest = host.split("://", 1)
    secret = f":{connection.password}" if connection.password else ""
    return f"{scheme}://{connection.login}{secret}@{rest}"
