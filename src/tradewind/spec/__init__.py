"""The serialized DAG: what scheduling, the API and the UI know of a DAG without its code."""

from tradewind.spec.codec import decode, encode, spec_hash
from tradewind.spec.model import (
    ConcatInput,
    DagKey,
    DagSpec,
    EdgeLabel,
    GroupSpec,
    Json,
    LiteralInput,
    MapInput,
    MapSource,
    MapSpec,
    ParamSpec,
    ScheduleSpec,
    StartTriggerSpec,
    TaskSpec,
    XComInput,
    ZipInput,
)

__all__ = [
    "ConcatInput",
    "DagKey",
    "DagSpec",
    "EdgeLabel",
    "GroupSpec",
    "Json",
    "LiteralInput",
    "MapInput",
    "MapSource",
    "MapSpec",
    "ParamSpec",
    "ScheduleSpec",
    "StartTriggerSpec",
    "TaskSpec",
    "XComInput",
    "ZipInput",
    "decode",
    "encode",
    "spec_hash",
]
