"""The authoring SDK, in Airflow's vocabulary: what DAG files import. Each name is loaded when it is first asked for.

A DAG file declares objects (`dag`, `operator`, `group`, `mapped`, `xcom_arg`), `serialize` turns them into a spec for
the scheduler, and a worker imports the file again to execute one operator (`context`, `template`, `task_instance`).
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

PUBLIC: dict[str, str] = {
    # authoring
    "DAG": "dag",
    "dag": "dag_decorator",
    "task": "decorators",
    "task_group": "task_decorators",
    "setup": "task_decorators",
    "teardown": "task_decorators",
    "result": "results",
    "call_dag": "dag_call",
    "TaskGroup": "group",
    "XComArg": "xcom_arg",
    "chain": "edges",
    "chain_linear": "edges",
    "cross_downstream": "edges",
    "Label": "edges",
    "EdgeModifier": "edges",
    "literal": "resolve",
    "Param": "param",
    "ParamsDict": "param",
    "TriggerRule": "trigger_rule",
    "WeightRule": "trigger_rule",
    "Isolation": "trigger_rule",
    "task_decorator_factory": "decorators",
    # schedules
    "CronTriggerTimetable": "timetables",
    "MultipleCronTriggerTimetable": "timetables",
    "DeltaTriggerTimetable": "timetables",
    "CronDataIntervalTimetable": "timetables",
    "DeltaDataIntervalTimetable": "timetables",
    "EventsTimetable": "timetables",
    "CronPartitionTimetable": "timetables",
    "Timetable": "timetable_base",
    "DataInterval": "timetable_base",
    "DagRunInfo": "timetable_base",
    "TimeRestriction": "timetable_base",
    "AssetOrTimeSchedule": "timetables",
    # when things go wrong
    "RetryPolicy": "retry",
    "ExceptionRetryPolicy": "retry",
    "RetryRule": "retry",
    "RetryDecision": "retry",
    "RetryAction": "retry",
    "ResumableJobMixin": "resumable",
    "NEVER_EXPIRE": "state_store",
    "DeadlineAlert": "deadline",
    "DeadlineReference": "deadline",
    "BaseDeadlineReference": "deadline",
    "deadline_reference": "deadline",
    "VariableInterval": "deadline",
    "AsyncCallback": "callback",
    "SyncCallback": "callback",
    # bases
    "BaseOperator": "operator",
    "BaseAsyncOperator": "operator",
    "BaseSensorOperator": "sensor",
    "PokeReturnValue": "sensor",
    "BaseTrigger": "trigger",
    "BaseEventTrigger": "trigger",
    "TriggerEvent": "trigger",
    "StartTriggerArgs": "trigger",
    "wait_for": "waiting",
    "once": "waiting",
    "BaseBranchOperator": "branch",
    "BranchMixIn": "branch",
    "SkipMixin": "branch",
    "BaseHook": "hook",
    "BaseNotifier": "notifier",
    "BaseOperatorLink": "operator_link",
    # data, secrets, context
    "Asset": "asset",
    "AssetAlias": "asset",
    "AssetAll": "asset",
    "AssetAny": "asset",
    "AssetAccessControl": "asset",
    "AssetWatcher": "asset",
    "Metadata": "asset",
    "Dataset": "asset",
    "Model": "asset",
    "asset": "asset_decorator",
    # partitions
    "AllowedKeyMapper": "partitions",
    "ChainMapper": "partitions",
    "DayWindow": "partition_windows",
    "FanOutMapper": "partitions",
    "FixedKeyMapper": "partitions",
    "HourWindow": "partition_windows",
    "IdentityMapper": "partitions",
    "MinimumCount": "partition_windows",
    "MonthWindow": "partition_windows",
    "PartitionMapper": "partitions",
    "PartitionedAssetTimetable": "partitions",
    "PartitionedAtRuntime": "partitions",
    "ProductMapper": "partitions",
    "QuarterWindow": "partition_windows",
    "RollupMapper": "partitions",
    "SegmentWindow": "partition_windows",
    "StartOfDayMapper": "partitions",
    "StartOfHourMapper": "partitions",
    "StartOfMonthMapper": "partitions",
    "StartOfQuarterMapper": "partitions",
    "StartOfWeekMapper": "partitions",
    "StartOfYearMapper": "partitions",
    "WaitForAll": "partition_windows",
    "WeekWindow": "partition_windows",
    "Window": "partition_windows",
    "YearWindow": "partition_windows",
    "Connection": "connection",
    "ObjectStoragePath": "object_storage",
    "TaskInstanceState": "states",
    "DagRunState": "states",
    "AirflowPlugin": "plugins",
    "Variable": "variable",
    "Context": "context",
    "get_current_context": "context",
    "get_parsing_context": "parsing_context",
    "SkipTask": "outcome",
    "FailTask": "outcome",
    "RescheduleTask": "outcome",
}
"""Each public name and the module of this package that has it."""

__all__ = [*PUBLIC, "macros"]  # noqa: PLE0604 - the table above is the list  # pyright: ignore[reportUnsupportedDunderAll]


class _Package(ModuleType):
    """A package whose name `dag` is the decorator: importing the module of that name must not take its place."""

    def __getattr__(self, name: str) -> Any:
        if name == "macros":
            return import_module("tradewind.sdk.macros")
        module = PUBLIC.get(name)
        if module is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{module}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if name in PUBLIC and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted(__all__)


sys.modules[__name__].__class__ = _Package
