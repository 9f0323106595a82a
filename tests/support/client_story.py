"""Every operation of the unmodified `apache-airflow-client`, called against a server, in chapters."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import airflow_client.client as airflow
from airflow_client.client.exceptions import ApiException

__all__ = ["Use", "operations", "until"]

VARIANTS = ("_with_http_info", "_without_preload_content")
"""Endings of a method's other forms, which differ in what they return."""


def operations() -> list[str]:
    """All the client can do, as `Class.method`."""
    return [
        f"{name}.{method}"
        for name in sorted(dir(airflow))
        if name.endswith("Api")
        for method, _ in inspect.getmembers(getattr(airflow, name), inspect.isfunction)
        if not method.startswith("_") and not method.endswith(VARIANTS)
    ]


def until(what: Callable[[], Any], timeout_s: float = 60.0) -> Any:
    """What the function gives once that is true."""
    end = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


class Use:
    """The client's classes, by name; writes down which of their methods a server has answered."""

    def __init__(self, client: airflow.ApiClient) -> None:
        self._client = client
        self.answered: set[str] = set()
        self.refused: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return _Api(name, getattr(airflow, name)(self._client), self)

    @contextmanager
    def refusal(self, status: int) -> Iterator[None]:
        """A call in here is answered with this status."""
        try:
            yield
        except ApiException as error:
            assert error.status == status, error
            return
        raise AssertionError(f"it was not refused with {status}")


class _Api:
    def __init__(self, name: str, api: Any, use: Use) -> None:
        self._name, self._api, self._use = name, api, use

    def __getattr__(self, method: str) -> Any:
        plain = next((method.removesuffix(form) for form in VARIANTS if method.endswith(form)), method)
        call, name = getattr(self._api, method), f"{self._name}.{plain}"

        def noted(*args: Any, **kwargs: Any) -> Any:
            try:
                answer = call(*args, **kwargs)
            except ApiException:
                self._use.refused.add(name)
                raise
            self._use.answered.add(name)
            return answer

        return noted
