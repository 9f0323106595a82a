"""Tradewind: workflows in Airflow's language. All public names of the authoring SDK, each loaded when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewind import sdk

if TYPE_CHECKING:  # for editors and type checkers; at run time `__getattr__` does it
    from tradewind.sdk import macros
    from tradewind.sdk.asset import (
        Asset,
        AssetAccessControl,
        AssetAlias,
        AssetAll,
        AssetAny,
        AssetWatcher,
        Dataset,
        Metadata,
        Model,
    )
    from tradewind.sdk.asset_decorator import asset
    from tradewind.sdk.branch import BaseBranchOperator, BranchMixIn, SkipMixin
    from tradewind.sdk.callback import AsyncCallback, SyncCallback
    from tradewind.sdk.connection import Connection
    from tradewind.sdk.context import Context, get_current_context
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.dag_call import call_dag
    from tradewind.sdk.dag_decorator import dag
    from tradewind.sdk.deadline import (
        BaseDeadlineReference,
        DeadlineAlert,
        DeadlineReference,
        VariableInterval,
        deadline_reference,
    )
    from tradewind.sdk.decorators import task, task_decorator_factory
    from tradewind.sdk.edges import EdgeModifier, Label, chain, chain_linear, cross_downstream
    from tradewind.sdk.group import TaskGroup
    from tradewind.sdk.hook import BaseHook
    from tradewind.sdk.notifier import BaseNotifier
    from tradewind.sdk.object_storage import ObjectStoragePath
    from tradewind.sdk.operator import BaseAsyncOperator, BaseOperator
    from tradewind.sdk.operator_link import BaseOperatorLink
    from tradewind.sdk.outcome import FailTask, RescheduleTask, SkipTask
    from tradewind.sdk.param import Param, ParamsDict
    from tradewind.sdk.parsing_context import get_parsing_context
    from tradewind.sdk.partition_windows import (
        DayWindow,
        HourWindow,
        MinimumCount,
        MonthWindow,
        QuarterWindow,
        SegmentWindow,
        WaitForAll,
        WeekWindow,
        Window,
        YearWindow,
    )
    from tradewind.sdk.partitions import (
        AllowedKeyMapper,
        ChainMapper,
        FanOutMapper,
        FixedKeyMapper,
        IdentityMapper,
        PartitionedAssetTimetable,
        PartitionedAtRuntime,
        PartitionMapper,
        ProductMapper,
        RollupMapper,
        StartOfDayMapper,
        StartOfHourMapper,
        StartOfMonthMapper,
        StartOfQuarterMapper,
        StartOfWeekMapper,
        StartOfYearMapper,
    )
    from tradewind.sdk.plugins import AirflowPlugin
    from tradewind.sdk.resolve import literal
    from tradewind.sdk.results import result
    from tradewind.sdk.resumable import ResumableJobMixin
    from tradewind.sdk.retry import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryPolicy, RetryRule
    from tradewind.sdk.sensor import BaseSensorOperator, PokeReturnValue
    from tradewind.sdk.state_store import NEVER_EXPIRE
    from tradewind.sdk.states import DagRunState, TaskInstanceState
    from tradewind.sdk.task_decorators import setup, task_group, teardown
    from tradewind.sdk.timetable_base import DagRunInfo, DataInterval, TimeRestriction, Timetable
    from tradewind.sdk.timetables import (
        AssetOrTimeSchedule,
        CronDataIntervalTimetable,
        CronPartitionTimetable,
        CronTriggerTimetable,
        DeltaDataIntervalTimetable,
        DeltaTriggerTimetable,
        EventsTimetable,
        MultipleCronTriggerTimetable,
    )
    from tradewind.sdk.trigger import BaseEventTrigger, BaseTrigger, StartTriggerArgs, TriggerEvent
    from tradewind.sdk.trigger_rule import Isolation, TriggerRule, WeightRule
    from tradewind.sdk.variable import Variable
    from tradewind.sdk.waiting import once, wait_for
    from tradewind.sdk.xcom_arg import XComArg

__version__ = "0.1.0"

__all__ = [  # pyright: ignore[reportUnsupportedDunderAll] - imported above for type checkers, below at run time
    "DAG", "AirflowPlugin", "AllowedKeyMapper", "Asset", "AssetAccessControl", "AssetAlias", "AssetAll", "AssetAny",
    "AssetOrTimeSchedule", "AssetWatcher", "AsyncCallback", "BaseAsyncOperator", "BaseBranchOperator",
    "BaseDeadlineReference", "BaseEventTrigger", "BaseHook", "BaseNotifier", "BaseOperator", "BaseOperatorLink",
    "BaseSensorOperator", "BaseTrigger", "BranchMixIn", "ChainMapper", "Connection", "Context",
    "CronDataIntervalTimetable", "CronPartitionTimetable", "CronTriggerTimetable", "DagRunInfo", "DagRunState",
    "DataInterval", "Dataset", "DayWindow", "DeadlineAlert", "DeadlineReference", "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable", "EdgeModifier", "EventsTimetable", "ExceptionRetryPolicy", "FailTask", "FanOutMapper",
    "FixedKeyMapper", "HourWindow", "IdentityMapper", "Isolation", "Label", "Metadata", "MinimumCount", "Model",
    "MonthWindow", "MultipleCronTriggerTimetable", "NEVER_EXPIRE", "ObjectStoragePath", "Param", "ParamsDict",
    "PartitionMapper", "PartitionedAssetTimetable", "PartitionedAtRuntime", "PokeReturnValue", "ProductMapper",
    "QuarterWindow", "RescheduleTask", "ResumableJobMixin", "RetryAction", "RetryDecision", "RetryPolicy",
    "RetryRule", "RollupMapper", "SegmentWindow", "SkipMixin", "SkipTask", "StartOfDayMapper", "StartOfHourMapper",
    "StartOfMonthMapper", "StartOfQuarterMapper", "StartOfWeekMapper", "StartOfYearMapper", "StartTriggerArgs",
    "SyncCallback", "TaskGroup", "TaskInstanceState", "TimeRestriction", "Timetable", "TriggerEvent", "TriggerRule",
    "Variable", "VariableInterval", "WaitForAll", "WeekWindow", "WeightRule", "Window", "XComArg", "YearWindow",
    "__version__", "asset", "call_dag", "chain", "chain_linear", "cross_downstream", "dag", "deadline_reference",
    "get_current_context", "get_parsing_context", "literal", "macros", "once", "result", "setup", "task",
    "task_decorator_factory", "task_group", "teardown", "wait_for",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in sdk.__all__:
        raise AttributeError(f"module 'tradewind' has no attribute {name!r}")
    value = getattr(sdk, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
