"""Bodies and answers about state stores."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, JsonValue

from tradewind.api.models.base import Body, Moment, Out, Total

__all__ = [
    "AssetStateStoreBody",
    "AssetStateStoreCollectionResponse",
    "AssetStateStoreResponse",
    "TaskStateStoreBody",
    "TaskStateStoreCollectionResponse",
    "TaskStateStorePatchBody",
    "TaskStateStoreResponse",
]


def _storable(value: Any) -> Any:
    if value is None:
        raise ValueError("value cannot be null")
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise ValueError("value holds a number that JSON has no word for (NaN or an infinity)") from None
    return value


Stored = Annotated[JsonValue, AfterValidator(_storable)]


class TaskStateStoreBody(Body):
    value: Stored
    expires_at: AwareDatetime | Literal["default"] | None = "default"
    """null: never; ``default``: as the server is set."""


class TaskStateStorePatchBody(Body):
    value: Stored


class TaskStateStoreResponse(Out):
    key: str
    value: Any
    updated_at: Moment
    expires_at: Moment | None


class TaskStateStoreCollectionResponse(Total):
    task_state_store: list[TaskStateStoreResponse]


class AssetStateStoreBody(Body):
    value: Stored


class AssetStateStoreLastUpdatedBy(Out):
    kind: Literal["task", "watcher", "api"]
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None


class AssetStateStoreResponse(Out):
    key: str
    value: Any
    updated_at: Moment
    last_updated_by: AssetStateStoreLastUpdatedBy | None = None


class AssetStateStoreCollectionResponse(Total):
    asset_state_store: list[AssetStateStoreResponse]
