"""What Airflow's auth managers are told of what somebody asks for; Tradewind has its own rules for who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "AccessView",
    "AssetAliasDetails",
    "AssetDetails",
    "BackfillDetails",
    "ConfigurationDetails",
    "ConnectionDetails",
    "DagAccessEntity",
    "DagDetails",
    "PoolDetails",
    "TeamDetails",
    "VariableDetails",
]


@dataclass
class ConfigurationDetails:
    """A section of the settings."""

    section: str | None = None


@dataclass
class ConnectionDetails:
    """A connection."""

    conn_id: str | None = None
    team_name: str | None = None


@dataclass
class DagDetails:
    """A DAG."""

    id: str | None = None
    team_name: str | None = None


@dataclass
class TeamDetails:
    """A team."""

    name: str | None = None


@dataclass
class BackfillDetails:
    """A backfill."""

    id: int | None = None


@dataclass
class AssetDetails:
    """An asset."""

    id: str | None = None


@dataclass
class AssetAliasDetails:
    """An alias of assets."""

    id: str | None = None


@dataclass
class PoolDetails:
    """A pool."""

    name: str | None = None
    team_name: str | None = None


@dataclass
class VariableDetails:
    """A variable."""

    key: str | None = None
    team_name: str | None = None


class AccessView(Enum):
    """Pages and parts that are not of one DAG."""

    CLUSTER_ACTIVITY = "CLUSTER_ACTIVITY"
    DOCS = "DOCS"
    IMPORT_ERRORS = "IMPORT_ERRORS"
    JOBS = "JOBS"
    PLUGINS = "PLUGINS"
    PROVIDERS = "PROVIDERS"
    TRIGGERS = "TRIGGERS"
    WEBSITE = "WEBSITE"


class DagAccessEntity(Enum):
    """Parts of a DAG."""

    AUDIT_LOG = "AUDIT_LOG"
    CODE = "CODE"
    DEPENDENCIES = "DEPENDENCIES"
    RUN = "RUN"
    TASK = "TASK"
    TASK_INSTANCE = "TASK_INSTANCE"
    TASK_LOGS = "TASK_LOGS"
    VERSION = "VERSION"
    WARNING = "WARNING"
    XCOM = "XCOM"
    HITL_DETAIL = "HITL_DETAIL"
