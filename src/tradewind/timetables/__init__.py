"""Pure calendar maths: timetables say when the next run is due and which stretch of time it is about."""

from tradewind.timetables.base import Interval, NextRun, Timetable
from tradewind.timetables.cron import PRESETS, Cron, parse_cron
from tradewind.timetables.kinds import KINDS, build, parse_zone
from tradewind.timetables.partition import CronPartition
from tradewind.timetables.preview import Firing, Window, describe_firing, preview
from tradewind.timetables.spread import spread

__all__ = [
    "KINDS",
    "PRESETS",
    "Cron",
    "CronPartition",
    "Firing",
    "Interval",
    "NextRun",
    "Timetable",
    "Window",
    "build",
    "describe_firing",
    "parse_cron",
    "parse_zone",
    "preview",
    "spread",
]
