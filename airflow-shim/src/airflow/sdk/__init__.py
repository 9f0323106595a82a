"""`airflow.sdk`: the authoring API. Every name is the object of the same name in `tradewind`, loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow._forward import forward

if TYPE_CHECKING:  # for editors and type checkers
    from airflow.configuration import conf
    from airflow.sdk import lineage
    from airflow.sdk.bases.xcom import BaseXCom
    from airflow.sdk.execution_time.cache import SecretCache
    from tradewind.sdk import macros
    from tradewind.sdk.asset import Asset, AssetAccessControl, AssetAlias, AssetAll, AssetAny, AssetWatcher, Metadata
    from tradewind.sdk.asset_decorator import asset
    from tradewind.sdk.branch import BaseBranchOperator, BranchMixIn, SkipMixin
    from tradewind.sdk.callback import AsyncCallback, SyncCallback
    from tradewind.sdk.connection import Connection
    from tradewind.sdk.context import Context, get_current_context
    from tradewind.sdk.dag import DAG
    from tradewind.sdk.dag_decorator import dag
    from tradewind.sdk.deadline import BaseDeadlineReference, DeadlineAlert, DeadlineReference, deadline_reference
    from tradewind.sdk.decorators import task
    from tradewind.sdk.edges import EdgeModifier, Label, chain, chain_linear, cross_downstream
    from tradewind.sdk.group import TaskGroup
    from tradewind.sdk.hook import BaseHook
    from tradewind.sdk.notifier import BaseNotifier
    from tradewind.sdk.object_storage import ObjectStoragePath
    from tradewind.sdk.operator import BaseAsyncOperator, BaseOperator
    from tradewind.sdk.operator_link import BaseOperatorLink
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
    from tradewind.sdk.resolve import literal
    from tradewind.sdk.results import result
    from tradewind.sdk.resumable import ResumableJobMixin
    from tradewind.sdk.retry import ExceptionRetryPolicy, RetryAction, RetryDecision, RetryPolicy, RetryRule
    from tradewind.sdk.sensor import BaseSensorOperator, PokeReturnValue
    from tradewind.sdk.state_store import NEVER_EXPIRE
    from tradewind.sdk.states import DagRunState, TaskInstanceState
    from tradewind.sdk.task_decorators import setup, task_group, teardown
    from tradewind.sdk.task_instance import RuntimeTaskInstance as TaskInstance
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
    from tradewind.sdk.trigger_rule import TriggerRule, WeightRule
    from tradewind.sdk.variable import Variable
    from tradewind.sdk.xcom_arg import XComArg

__version__ = "1.3.2"

__all__ = [  # noqa: PLE0604, RUF100 - found by __getattr__  # pyright: ignore[reportUnsupportedDunderAll]
    "DAG", "AllowedKeyMapper", "Asset", "AssetAccessControl", "AssetAlias", "AssetAll", "AssetAny",
    "AssetOrTimeSchedule", "AssetWatcher", "AsyncCallback", "BaseAsyncOperator", "BaseBranchOperator",
    "BaseDeadlineReference", "BaseHook", "BaseNotifier", "BaseOperator", "BaseOperatorLink", "BaseSensorOperator",
    "BaseXCom", "BranchMixIn", "ChainMapper", "Connection", "Context", "CronDataIntervalTimetable",
    "CronPartitionTimetable", "CronTriggerTimetable", "DagRunState", "DayWindow", "DeadlineAlert",
    "DeadlineReference", "DeltaDataIntervalTimetable", "DeltaTriggerTimetable", "EdgeModifier", "EventsTimetable",
    "ExceptionRetryPolicy", "FanOutMapper", "FixedKeyMapper", "HourWindow", "IdentityMapper", "Label", "Metadata",
    "MinimumCount", "MonthWindow", "MultipleCronTriggerTimetable", "NEVER_EXPIRE", "ObjectStoragePath", "Param",
    "ParamsDict", "PartitionMapper", "PartitionedAssetTimetable", "PartitionedAtRuntime", "PokeReturnValue",
    "ProductMapper", "QuarterWindow", "ResumableJobMixin", "RetryAction", "RetryDecision", "RetryPolicy",
    "RetryRule", "RollupMapper", "SecretCache", "SegmentWindow", "SkipMixin", "StartOfDayMapper",
    "StartOfHourMapper", "StartOfMonthMapper", "StartOfQuarterMapper", "StartOfWeekMapper", "StartOfYearMapper",
    "SyncCallback", "TaskGroup", "TaskInstance", "TaskInstanceState", "TriggerRule", "Variable", "WaitForAll",
    "WeekWindow", "WeightRule", "Window", "XComArg", "YearWindow", "__version__", "asset", "chain", "chain_linear",
    "conf", "cross_downstream", "dag", "deadline_reference", "get_current_context", "get_parsing_context", "lineage",
    "literal", "macros", "result", "setup", "task", "task_group", "teardown",
]  # fmt: skip

PLACES = {
    "BaseXCom": "airflow.sdk.bases.xcom:BaseXCom",
    "SecretCache": "airflow.sdk.execution_time.cache:SecretCache",
    "TaskInstance": "tradewind.sdk.task_instance:RuntimeTaskInstance",
    "TaskInstanceState": "tradewind.sdk.states:TaskInstanceState",
    "DagRunState": "tradewind.sdk.states:DagRunState",
    "conf": "airflow.configuration:conf",
}

_get, __dir__ = forward(
    __name__,
    " ".join(name for name in __all__ if name not in {*PLACES, "__version__", "lineage"}),
    places=PLACES,
)


def __getattr__(name: str) -> object:
    if name in {"lineage", "timezone"}:  # modules; they become attributes when they are imported
        from importlib import import_module  # noqa: PLC0415 - few ask

        return import_module(f"{__name__}.{name}")
    return _get(name)
