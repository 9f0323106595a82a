"""Parts that provider packages derive from or call: masking, log files, stored values, Kerberos names."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from airflow import exceptions
from airflow.exceptions import AirflowException
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, task
from airflow.sdk._shared.secrets_masker import SecretsMasker
from airflow.sdk.bases.decorator import DecoratedMappedOperator
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time.xcom import resolve_xcom_backend
from airflow.sdk.log import relative_path_from_logger
from airflow.sdk.serde import deserialize, iter_pydantic_models, serialize
from airflow.sdk.state import AssetScope, BaseStoreBackend, StoreScope, TaskScope
from airflow.security.utils import get_components, principal_from_username, replace_hostname_pattern
from airflow.utils.log.file_task_handler import FileTaskHandler, StructuredLogMessage
from airflow.utils.log.json_formatter import JSONFormatter
from airflow.utils.log.logging_mixin import StreamLogWriter
from pydantic import BaseModel

from tradewind.worker.secrets_masking import add_mask

TI = SimpleNamespace(dag_id="report", run_id="manual__1", task_id="load", map_index=-1, try_number=2)


# -- secrets ------------------------------------------------------------------------------------------------------------


class Deeper(SecretsMasker):
    """As OpenLineage's redactor: it looks at objects first, then leaves the rest to its base."""

    def _redact(self, item: Any, name: str | None, depth: int, max_depth: int, **kwargs: Any) -> Any:
        if attrs.has(type(item)):
            return type(item)(
                **{key: self._redact(one, key, depth + 1, max_depth) for key, one in attrs.asdict(item).items()}
            )
        return super()._redact(item, name, depth, max_depth, **kwargs)


@attrs.define
class Login:
    user: str
    password: str


def test_a_class_derived_from_the_masker_hides_what_stands_under_a_sensitive_name():
    found = Deeper().redact({"login": Login("ann", "x"), "token": ["a", {"b": "c"}], "rows": (1, "two")})
    assert found == {"login": Login("ann", "***"), "token": ["***", {"b": "***"}], "rows": (1, "two")}


def test_every_masker_knows_the_secrets_of_the_process():
    add_mask("correct-horse-battery")
    assert SecretsMasker().redact(["say correct-horse-battery"]) == ["say ***"]


def test_a_masker_hides_secrets_of_log_records():
    add_mask("staple-correct-horse")
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "it is %s", ("staple-correct-horse",), None)
    assert SecretsMasker().filter(record)
    assert record.getMessage() == "it is ***"


# -- logs ---------------------------------------------------------------------------------------------------------------


def test_a_handler_writes_the_log_of_its_attempt_and_reads_it(tmp_path: Path):
    handler = FileTaskHandler(str(tmp_path))
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    handler.set_context(TI)
    handler.emit(logging.LogRecord("x", logging.INFO, __file__, 1, "loaded %d rows", (3,), None))
    handler.close()
    path = tmp_path / "dag_id=report/run_id=manual__1/task_id=load/attempt=2.log"
    assert path.read_text() == "INFO loaded 3 rows\n"
    lines, after = handler.read(TI)
    assert list(lines) == [f"*** {path}", "INFO loaded 3 rows"]
    assert after["end_of_log"] is True


def test_a_handler_that_knows_a_remote_place_reads_that_first(tmp_path: Path):
    class Remote(FileTaskHandler):
        def _read_remote_logs(self, ti: Any, try_number: int, metadata: Any = None) -> tuple[list[str], list[str]]:
            return [f"remote://{self._render_filename(ti, try_number)}"], ["one\ntwo"]

    lines, _ = Remote(str(tmp_path)).read(TI, 1)
    assert list(lines) == ["*** remote://dag_id=report/run_id=manual__1/task_id=load/attempt=1.log", "one", "two"]


def test_names_of_log_files_follow_the_template_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(
        "AIRFLOW__LOGGING__LOG_FILENAME_TEMPLATE", "{{ ti.dag_id }}/{{ ti.task_id }}/{{ try_number }}.log"
    )
    assert FileTaskHandler(str(tmp_path))._render_filename(TI, 4) == "report/load/4.log"


def test_the_path_of_a_structured_loggers_file_is_told_under_the_log_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path))
    inside = SimpleNamespace(_file=SimpleNamespace(name=str(tmp_path / "a/b.log")))
    assert relative_path_from_logger(inside) == Path("a/b.log")
    assert relative_path_from_logger(SimpleNamespace(_file=SimpleNamespace(name="/elsewhere/b.log"))) is None
    assert relative_path_from_logger(None) is None


def test_a_line_of_a_log_keeps_what_else_it_has():
    line = StructuredLogMessage(event="loaded", rows=3)  # type: ignore[call-arg]
    assert line.model_dump() == {"timestamp": None, "event": "loaded", "rows": 3}


def test_a_record_becomes_json():
    record = logging.LogRecord("x", logging.INFO, __file__, 7, "loaded %d", (3,), None)
    text = JSONFormatter(json_fields=["levelname", "message", "lineno"], extras={"task": "load"}).format(record)
    assert text == '{"levelname": "INFO", "message": "loaded 3", "lineno": 7, "task": "load"}'


def test_a_stream_of_a_logger_logs_whole_lines(caplog: pytest.LogCaptureFixture):
    stream = StreamLogWriter(logging.getLogger("stream"), logging.INFO)
    with caplog.at_level(logging.INFO):
        stream.write("one\ntw")
        stream.write("o\nthr\x1b[31mee")
        assert caplog.messages == ["one", "two"]
        stream.flush()
    assert caplog.messages == ["one", "two", "three"]


# -- stored values ------------------------------------------------------------------------------------------------------


@attrs.define
class Point:
    x: int
    y: int


class Model(BaseModel):
    name: str


VALUES = [
    None,
    {"a": [1, 2.5, "x", True]},
    (1, (2, 3)),
    {3, 4},
    b"\x00\xff",
    datetime(2026, 1, 5, 12, tzinfo=UTC),
    timedelta(minutes=5),
    Decimal("1.50"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value: Any):
    assert deserialize(serialize(value)) == value


@pytest.mark.parametrize("value", [Point(1, 2), Model(name="a")], ids=repr)
def test_an_object_comes_back_where_the_settings_allow_its_class(value: Any, monkeypatch: pytest.MonkeyPatch):
    kind = type(value)
    tree = serialize(value)
    assert tree["__classname__"] == f"{kind.__module__}.{kind.__qualname__}"
    with pytest.raises(ImportError, match="allowed_deserialization_classes"):
        deserialize(tree)
    monkeypatch.setenv("AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES", f"airflow.* {kind.__module__}.*")
    assert deserialize(tree) == value


def test_classes_of_the_standard_library_that_run_programs_are_not_made_from_stored_data():
    with pytest.raises(ImportError, match="allowed_deserialization_classes"):
        deserialize({"__classname__": "subprocess.Popen", "__version__": 1, "__data__": ["true"]})


def test_what_has_no_form_is_a_type_error():
    with pytest.raises(TypeError, match="cannot serialize"):
        serialize({"f": open})


def test_the_models_of_a_type_are_found():
    assert list(iter_pydantic_models(list[Model] | None)) == [Model]
    assert list(iter_pydantic_models(int)) == []


# -- Kerberos -----------------------------------------------------------------------------------------------------------


def test_a_principal_is_taken_apart_and_put_together():
    parts = get_components("hive/_HOST@EXAMPLE.COM")
    assert parts == ["hive", "_HOST", "EXAMPLE.COM"]
    assert replace_hostname_pattern(parts, "Node1.example.com") == "hive/node1.example.com@EXAMPLE.COM"
    assert get_components(None) is None
    assert principal_from_username("ann", "EXAMPLE.COM") == "ann@EXAMPLE.COM"
    assert principal_from_username("ann@OTHER", "EXAMPLE.COM") == "ann@OTHER"


# -- backends -----------------------------------------------------------------------------------------------------------


class Memory(BaseStoreBackend):
    """As the one of common.io: it keeps large values elsewhere and gives what stands for them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[StoreScope, str], str] = {}

    def get(self, scope: StoreScope, key: str, *, session: Any = None) -> str | None:
        return self.kept.get((scope, key))

    def set(self, scope: StoreScope, key: str, value: str, *, expires_at: Any = None, session: Any = None) -> None:
        self.kept[scope, key] = value

    def delete(self, scope: StoreScope, key: str, *, session: Any = None) -> None:
        self.kept.pop((scope, key), None)

    def clear(self, scope: StoreScope, *, all_map_indices: bool = False, session: Any = None) -> None:
        self.kept.clear()

    async def aget(self, scope: StoreScope, key: str, *, session: Any = None) -> str | None:
        return self.get(scope, key)

    async def aset(
        self, scope: StoreScope, key: str, value: str, *, expires_at: Any = None, session: Any = None
    ) -> None:
        self.set(scope, key, value)

    async def adelete(self, scope: StoreScope, key: str, *, session: Any = None) -> None:
        self.delete(scope, key)

    async def aclear(self, scope: StoreScope, *, all_map_indices: bool = False, session: Any = None) -> None:
        self.clear(scope)


def test_a_state_store_backend_is_derived_and_called_with_scopes():
    backend, scope = Memory(), TaskScope("d", "r", "t")
    text = backend.serialize_task_state_store_to_ref(value={"seen": [1]}, key="k", scope=scope)
    backend.set(scope, "k", text)
    assert backend.deserialize_task_state_store_from_ref(backend.get(TaskScope("d", "r", "t", -1), "k") or "") == {
        "seen": [1]
    }
    assert backend.get(TaskScope("d", "r", "t", 0), "k") is None
    with pytest.raises(TypeError, match="abstract"):
        BaseStoreBackend()  # type: ignore[abstract] - what is tested


def test_the_scope_of_an_asset_says_which():
    assert AssetScope(uri="s3://bucket/a") != AssetScope(name="s3://bucket/a")
    with pytest.raises(ValueError, match="at least one of"):
        AssetScope()


class Loud(BaseXCom):
    """An XCom backend of somebody."""


def test_code_that_asks_for_the_xcom_backend_gets_the_class_that_is_set(monkeypatch: pytest.MonkeyPatch):
    assert resolve_xcom_backend() is BaseXCom
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", f"{Memory.__module__}.Loud")
    monkeypatch.setitem(sys.modules, Memory.__module__, sys.modules[Memory.__module__])
    assert resolve_xcom_backend() is Loud
    monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", "pathlib.Path")
    with pytest.raises(TypeError, match="must name a subclass of BaseXCom"):
        resolve_xcom_backend()


def test_what_is_wrong_with_a_dag_is_caught_as_airflow_users_catch_it():
    with DAG("d", schedule=None):
        EmptyOperator(task_id="a")
        with pytest.raises(AirflowException, match="already been added"):
            EmptyOperator(task_id="a")
    for error in (exceptions.AirflowDagCycleException, exceptions.AirflowTimetableInvalid, exceptions.ParamValidationError,
                  exceptions.AirflowDagDuplicatedIdException, exceptions.TaskAlreadyInTaskGroup,
                  exceptions.FailFastDagInvalidTriggerRule):  # fmt: skip
        assert issubclass(error, AirflowException)
    assert issubclass(exceptions.TaskNotFound, exceptions.AirflowNotFoundException)


def test_a_mapped_function_is_told_from_other_mapped_tasks():
    @task
    def double(number: int) -> int:
        return 2 * number

    with DAG("d", schedule=None) as dag:
        double.expand(number=[1, 2])
    assert isinstance(dag.get_task("double"), DecoratedMappedOperator)
