"""The task API from the worker's side: what tasks ask (`sdk.task_api`) as messages, over frames or over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from tradewind.base.errors import ExecutorError, StaleAttempt
from tradewind.protocol import messages
from tradewind.protocol.messages import Reply, Report, Request, XComValue
from tradewind.protocol.waits import AssetEventInfo
from tradewind.sdk.exceptions import AirflowRuntimeError, DagRunAlreadyExists
from tradewind.sdk.task_api import (
    AssetEventFacts,
    AssetEventQuery,
    AssetFacts,
    EncodedXCom,
    PreviousRun,
    StatePlace,
    XComAddress,
)

__all__ = ["HttpRequests", "Requests", "WorkerTaskApi", "plain_moment", "to_message", "to_stored"]

if TYPE_CHECKING:
    import urllib3

R = TypeVar("R")
HTTP_TIMEOUT_S = 30.0
HTTP_RETRIES = 5


class Requests(Protocol):
    """Carries a request to the server and brings its reply: over a socket pair, over HTTP, or by a plain call."""

    def request(self, message: Request, /) -> Reply:
        """Ask and wait."""
        ...


class WorkerTaskApi:
    """The requests of running code as messages.

    All methods raise `AirflowRuntimeError` where the server refuses.
    """

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def _ask(self, message: Request, kind: type[R]) -> R:
        reply = self._requests.request(message)
        if isinstance(reply, kind):
            return reply
        if isinstance(reply, messages.ErrorReply):
            if reply.code == "conflict":
                raise DagRunAlreadyExists(reply.message)
            raise AirflowRuntimeError(reply.message)
        raise AirflowRuntimeError(f"the server answered {type(message).__name__} with {type(reply).__name__}")

    # -- XComs -------------------------------------------------------------------------------------------------------

    def xcom(self, where: XComAddress) -> EncodedXCom | None:
        """One stored value; None: not there."""
        message = messages.GetXCom(
            key=str(where.key),
            task_id=str(where.task_id),
            map_index=where.map_index,
            dag_id=where.dag_id,
            run_id=where.run_id,
            include_prior_dates=where.include_prior_dates,
        )
        value = self._ask(message, messages.XComReply).value
        return None if value is None else to_stored(value)

    def xcoms(self, where: XComAddress) -> list[tuple[int, EncodedXCom]]:
        """The stored values of all instances of a task, with their map indexes."""
        message = messages.GetXComSequence(
            key=str(where.key),
            task_id=str(where.task_id),
            dag_id=where.dag_id,
            run_id=where.run_id,
            path=where.path,
        )
        reply = self._ask(message, messages.XComSequenceReply)
        return [(index, to_stored(value)) for index, value in zip(reply.map_indexes, reply.values, strict=True)]

    def xcom_at(self, where: XComAddress, place: int) -> tuple[EncodedXCom | None, int]:
        """Of the values of a task's instances, in order: the one at a place (None: none there), and how many."""
        message = messages.GetXComSequence(
            key=where.key,
            task_id=where.task_id,
            dag_id=where.dag_id,
            run_id=where.run_id,
            start=place,
            stop=place + 1,
            path=where.path,
        )
        reply = self._ask(message, messages.XComSequenceReply)
        return (to_stored(reply.values[0]) if reply.values else None), reply.total

    def push_xcom(self, key: str, value: EncodedXCom) -> None:
        """Store a value of this attempt now."""
        self._ask(messages.SetXCom(value=to_message(key, value)), messages.Done)

    def delete_xcom(self, key: str) -> None:
        """Delete a value of this task instance."""
        self._ask(messages.DeleteXCom(key=key), messages.Done)

    # -- variables and connections -----------------------------------------------------------------------------------

    def variable(self, key: str) -> str | None:
        """The text of a variable; None: not there."""
        return self._ask(messages.GetVariable(key=str(key)), messages.ValueReply).value

    def set_variable(self, key: str, value: str, description: str | None) -> None:
        """Store a variable."""
        self._ask(messages.SetVariable(key=str(key), value=value, description=description), messages.Done)

    def delete_variable(self, key: str) -> None:
        """Delete a variable."""
        self._ask(messages.DeleteVariable(key=str(key)), messages.Done)

    def variable_keys(self, prefix: str | None) -> list[str]:
        """Names of variables."""
        text = self._ask(messages.ListVariables(prefix=prefix or ""), messages.ValueReply).value
        return msgspec.json.decode(text or "[]", type=list[str])

    def connection(self, conn_id: str) -> Mapping[str, object] | None:
        """The fields of a connection; None: not there."""
        reply = self._ask(messages.GetConnection(conn_id=str(conn_id)), messages.ConnectionReply)
        if not reply.found:
            return None
        return {
            "conn_type": reply.conn_type,
            "description": reply.description,
            "host": reply.host,
            "login": reply.login,
            "password": reply.password,
            "schema": reply.schema,
            "port": reply.port,
            "extra": reply.extra,
        }

    # -- state stores ------------------------------------------------------------------------------------------------

    def state(self, where: StatePlace, key: str) -> str | None:
        """A stored value as JSON; None: not there."""
        message = messages.GetState(key=key, asset_name=where.asset_name, asset_uri=where.asset_uri)
        return self._ask(message, messages.ValueReply).value

    def set_state(
        self, where: StatePlace, key: str, value: str, retention_s: float | None, *, never_expires: bool
    ) -> None:
        """Store a value now."""
        message = messages.SetState(
            key=key,
            value=value,
            retention_s=retention_s,
            never_expires=never_expires,
            asset_name=where.asset_name,
            asset_uri=where.asset_uri,
        )
        self._ask(message, messages.Done)

    def delete_state(self, where: StatePlace, key: str | None) -> None:
        """Forget a value; None: all of them."""
        message = messages.DeleteState(key=key, asset_name=where.asset_name, asset_uri=where.asset_uri)
        self._ask(message, messages.Done)

    def state_keys(self, where: StatePlace) -> list[str]:
        """The keys that have a value, in order."""
        message = messages.ListState(asset_name=where.asset_name, asset_uri=where.asset_uri)
        return msgspec.json.decode(self._ask(message, messages.ValueReply).value or "[]", type=list[str])

    # -- assets ------------------------------------------------------------------------------------------------------

    def asset(self, name: str, uri: str) -> AssetFacts | None:
        """The asset of this name or URI; None: there is none."""
        reply = self._ask(messages.GetAsset(name=name, uri=uri), messages.AssetReply)
        return AssetFacts(reply.name, reply.uri, reply.group, reply.extra) if reply.found else None

    def asset_events(self, query: AssetEventQuery) -> list[AssetEventFacts]:
        """Events of an asset or alias."""
        message = messages.GetAssetEvents(
            name=query.name,
            uri=query.uri,
            alias=query.alias,
            after=None if query.after is None else plain_moment(query.after),
            before=None if query.before is None else plain_moment(query.before),
            ascending=query.ascending,
            limit=query.limit,
        )
        return [event_facts(info) for info in self._ask(message, messages.AssetEventsReply).events]

    def triggering_events(self) -> list[AssetEventFacts]:
        """The events that this run was started by."""
        return [event_facts(info) for info in self._ask(messages.GetAssetEvents(), messages.AssetEventsReply).events]

    def tell_deadline(self, alert: int, task_id: str | None, at: datetime | None) -> None:
        """Say when a deadline is that only the code knows."""
        moment = None if at is None else plain_moment(at)
        self._ask(messages.TellDeadline(alert=alert, task_id=task_id, at=moment), messages.Done)

    # -- runs --------------------------------------------------------------------------------------------------------

    def task_counts(
        self,
        dag_id: str,
        *,
        task_ids: Sequence[str] = (),
        group_id: str = "",
        run_ids: Sequence[str] = (),
        logical_dates: Sequence[datetime] = (),
    ) -> dict[str, int]:
        """How many instances (of runs, where neither tasks nor a group are named) there are, by state."""
        message = messages.GetTaskCount(
            dag_id=dag_id,
            task_ids=list(task_ids),
            group_id=group_id,
            run_ids=list(run_ids),
            logical_dates=[plain_moment(date) for date in logical_dates],
        )
        text = self._ask(message, messages.ValueReply).value
        return msgspec.json.decode(text or "{}", type=dict[str, int])

    def task_states(
        self,
        dag_id: str,
        *,
        task_ids: Sequence[str] = (),
        group_id: str = "",
        run_ids: Sequence[str] = (),
        logical_dates: Sequence[datetime] = (),
    ) -> dict[str, dict[str, str | None]]:
        """The state of each instance, by run and task (with ``_index`` behind it where it is mapped)."""
        message = messages.GetTaskStates(
            dag_id=dag_id,
            task_ids=list(task_ids),
            group_id=group_id,
            run_ids=list(run_ids),
            logical_dates=[plain_moment(date) for date in logical_dates],
        )
        text = self._ask(message, messages.ValueReply).value
        return msgspec.json.decode(text or "{}", type=dict[str, dict[str, str | None]])

    def dag_facts(self, dag_id: str) -> Mapping[str, object] | None:
        """What there is to know of a DAG; None: there is none."""
        text = self._ask(messages.GetDag(dag_id=dag_id), messages.ValueReply).value
        return None if text is None else msgspec.json.decode(text, type=dict[str, object])

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """The state of a run; None: no such run."""
        return self._ask(messages.GetRunState(dag_id=dag_id, run_id=run_id), messages.StateReply).state

    def previous_run(self, state: str | None) -> PreviousRun | None:
        """The run before this one, of those in `state`."""
        reply = self._ask(messages.GetPrevious(state=state), messages.PreviousReply)
        run = reply.run
        if run is None:
            return None
        return PreviousRun(
            run_id=run.run_id,
            logical_date=run.logical_date,
            interval_start=run.interval_start,
            interval_end=run.interval_end,
            start_date=run.start_date,
            end_date=reply.end_date,
            state=reply.state,
            run_type=run.run_type,
            run_after=run.run_after,
        )

    def trigger_run(
        self,
        dag_id: str,
        *,
        run_id: str = "",
        logical_date: datetime | None = None,
        run_after: datetime | None = None,
        conf: Mapping[str, object] | None = None,
        reset: bool = False,
        note: str | None = None,
    ) -> str:
        """Ask for a run of a DAG; returns its id.

        Raises:
            DagRunAlreadyExists: there is one of this id or logical date, and `reset` is off.
        """
        message = messages.TriggerRun(
            dag_id=dag_id,
            run_id=run_id,
            logical_date=None if logical_date is None else plain_moment(logical_date),
            run_after=None if run_after is None else plain_moment(run_after),
            conf=json.loads(json.dumps(dict(conf or {}))),
            reset=reset,
            note=note,
        )
        return self._ask(message, messages.StateReply).run_id


class HttpRequests:
    """The task API over HTTP, for an attempt that is not a child of the scheduler's machine.

    Args:
        api_url: where the server is.
        token: the attempt's; `renew` takes its successor.
        pool: for tests and for several attempts of one process.
    """

    def __init__(self, api_url: str, token: str, pool: urllib3.PoolManager | None = None) -> None:
        import urllib3  # noqa: PLC0415 - only workers of their own speak HTTP; it takes 50 ms to load

        self._errors = urllib3.exceptions.HTTPError
        self._base = api_url.rstrip("/") + "/execution/v1"
        self._token = token
        retry = urllib3.Retry(
            total=HTTP_RETRIES,
            backoff_factor=0.2,
            status_forcelist=(502, 503, 504),
            allowed_methods=None,
            raise_on_status=False,
        )
        self._pool = pool or urllib3.PoolManager(retries=retry, timeout=HTTP_TIMEOUT_S)

    def request(self, message: Request, /) -> Reply:
        """Ask and wait.

        Raises:
            StaleAttempt: the server says that this attempt is no longer the current one.
            ExecutorError: the server can't be reached, or answers with an error.
        """
        return msgspec.json.decode(self._post("request", msgspec.json.encode(message)), type=Reply)

    def started(self, report: messages.Started) -> None:
        """Say that user code starts now."""
        self._report("started", report)

    def ended(self, report: messages.Ended) -> None:
        """Say how it ended."""
        self._report("ended", report)

    def heartbeat(self) -> str:
        """Say that it lives; returns the token to go on with."""
        body = self._post("heartbeat", b"{}")
        answer = msgspec.json.decode(body, type=dict[str, object]) if body else {}
        token = answer.get("token")
        if isinstance(token, str) and token:
            self.renew(token)
        return self._token

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()

    def renew(self, token: str) -> None:
        """Use this token from now on."""
        self._token = token

    def _report(self, path: str, report: Report) -> None:
        self._post(path, msgspec.json.encode(report))

    def _post(self, path: str, body: bytes) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            answer = self._pool.request("POST", f"{self._base}/{path}", body=body, headers=headers)
        except self._errors as error:
            raise ExecutorError(f"the server at {self._base} can't be reached: {error}", url=self._base) from error
        if answer.status in (401, 403, 409, 410):
            raise StaleAttempt(
                f"the server refused /{path} with {answer.status}: {answer.data[:300].decode(errors='replace')}"
            )
        if answer.status >= 400:
            raise ExecutorError(
                f"the server answered /{path} with {answer.status}: {answer.data[:300].decode(errors='replace')}",
                url=self._base,
                status=answer.status,
            )
        return answer.data


def plain_moment(moment: datetime) -> datetime:
    """The moment as a datetime of the standard library, aware, in UTC: messages take no subclass of it."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(0, UTC) + (moment - datetime.fromtimestamp(0, UTC))


def event_facts(info: AssetEventInfo) -> AssetEventFacts:
    """An event of an asset as the SDK knows it."""
    return AssetEventFacts(**msgspec.structs.asdict(info))


def to_stored(value: XComValue) -> EncodedXCom:
    """A stored value as the SDK knows it."""
    return EncodedXCom(value.value, value.kind, value.length, value.is_none)


def to_message(key: str, value: EncodedXCom) -> XComValue:
    """A stored value as it travels."""
    return XComValue(key=str(key), value=value.value, kind=value.kind, length=value.length, is_none=value.is_none)
