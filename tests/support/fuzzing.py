"""Every operation of the OpenAPI document asked with made-up requests, valid and not; each answer held against the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

__all__ = ["Caller", "Fuzz"]

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
WAITING = ("execute_dag", "wait_dag_run_until_finished")
WITHOUT_END = {"stream_events": {"follow": "false"}}
"""Operations that would not end, with what makes them."""
TIMEOUT_S = 30.0
SHOWN = 1500


@dataclass
class Caller:
    """Who asks: somebody with a password, or nobody."""

    log_in: Callable[[], str] | None = None
    _token: str = ""

    def headers(self) -> dict[str, str]:
        """What tells the server who it is."""
        if self.log_in is None:
            return {}
        self._token = self._token or self.log_in()
        return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> None:
        """Log in again before the next request."""
        self._token = ""


@dataclass
class Fuzz:
    """One pass over all operations. What is known is put in for half of the requests: made-up names mostly find nothing.

    Args:
        url: where the server is.
        known: names of path parameters -> what there is.
        examples: valid requests of each operation, and as many that are not.
        second: somebody else, who asks for the first half of them too: making requests up takes longer than asking does.
    """

    url: str
    caller: Caller
    known: Mapping[str, Any]
    examples: int
    seed: int = 5
    second: Fuzz | None = None
    operations: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[tuple[str, str], str] = field(default_factory=dict)
    answered_well: set[str] = field(default_factory=set)
    """Operations that gave a 2xx or 3xx at least once."""

    def run(self, only: Callable[[str], bool] = lambda _: True) -> None:
        """Ask. What deletes comes last, so that the others find something."""
        schema = schemathesis.openapi.from_url(f"{self.url}/openapi.json")
        all_of_them = [result.ok() for result in schema.get_all_operations()]
        with requests.Session() as session:
            for operation in sorted(all_of_them, key=_turn):
                name = str(operation.definition.raw["operationId"])
                if not only(name):
                    continue
                self.operations += 1
                if self.second is not None:
                    self.second.operations += 1
                for mode in MODES:
                    self._ask(name, operation, mode, session)

    def figures(self) -> str:
        """What was done, in a line."""
        by_status = " ".join(f"{status}:{number}" for status, number in sorted(self.statuses.items()))
        return (
            f"{self.operations} operations, {self.statuses.total()} requests, {by_status}; "
            f"{len(self.answered_well)} operations succeeded at least once; {len(self.findings)} findings"
        )

    def report(self) -> Iterator[str]:
        """The findings, one of a kind for each operation."""
        for (name, kind), text in sorted(self.findings.items()):
            yield f"== {name}: {kind}\n{text}"

    def _ask(self, name: str, operation: Any, mode: GenerationMode, session: requests.Session) -> None:
        turn = count()

        @seed(self.seed)
        @settings(
            max_examples=self.examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def asked(case: Case) -> None:
            if name in WITHOUT_END:
                case.query = {**(case.query or {}), **WITHOUT_END[name]}
            number = next(turn)
            if number % 2 == 0 and case.path_parameters:
                for parameter in case.path_parameters:
                    if parameter in self.known:
                        case.path_parameters[parameter] = self.known[parameter]
            if self.second is not None and number < max(self.examples // 2, 1):
                self.second._send(name, case, session)
            self._send(name, case, session)

        try:
            asked()
        except Exception as error:  # such as an operation that no invalid request can be made for
            if type(error).__name__ not in {"Unsatisfiable", "SkipTest", "Skipped"}:
                raise

    def _send(self, name: str, case: Case, session: requests.Session) -> None:
        try:
            response = self._answer(case, session)
        except requests.RequestException as error:
            request = error.request
            asked = f"{request.method} {request.url} {str(request.body)[:SHOWN]}" if request is not None else str(case)
            self.findings.setdefault((name, type(error).__name__), asked)
            return
        self.statuses[response.status_code] += 1
        if response.status_code < 400:
            self.answered_well.add(name)
        if response.status_code >= 500:
            self._note(name, f"status {response.status_code}", case, response)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._note(name, str(getattr(failure, "title", failure)), case, response, failure)
        except Failure as failure:
            self._note(name, failure.title, case, response, failure)

    def _answer(self, case: Case, session: requests.Session) -> Any:
        more: dict[str, Any] = {"session": session, "timeout": TIMEOUT_S, "allow_redirects": False}
        session.cookies.clear()
        response = case.call(headers=self.caller.headers(), **more)
        if response.status_code == 401 and self.caller.log_in is not None:
            self.caller.forget()  # it logged itself out, as some of the operations do
            session.cookies.clear()
            response = case.call(headers=self.caller.headers(), **more)
        return response

    def _note(self, name: str, kind: str, case: Case, response: Any, failure: object = "") -> None:
        if (name, kind) not in self.findings:
            request = response.request
            self.findings[name, kind] = (
                f"{request.method} {request.url} {str(request.body)[:SHOWN]}\n"
                f"-> {response.status_code} {response.text[:SHOWN]}\n{str(getattr(failure, 'message', failure))[:SHOWN]}"
            )


def _turn(operation: Any) -> int:
    """What waits for runs comes first, while nobody has paused their DAG; what deletes comes last."""
    waits = operation.definition.raw["operationId"] in WAITING
    return 0 if waits else 2 if operation.method.upper() == "DELETE" else 1
