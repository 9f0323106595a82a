"""What the success of a task tells of assets, as it travels with the report."""

from __future__ import annotations

import json
from typing import Any

from tradewind.protocol.waits import AssetTouch
from tradewind.sdk.plugins import PLUGINS

__all__ = ["tell_changes", "told_by"]


def tell_changes(touches: list[AssetTouch]) -> None:
    """Tell listeners of the assets that a success has updated."""
    if not touches or not PLUGINS.hears("on_asset_changed"):
        return
    from tradewind.sdk.asset import Asset  # noqa: PLC0415 - few tasks have outlets

    for touch in touches:
        PLUGINS.tell("on_asset_changed", asset=Asset(name=touch.name, uri=touch.uri, group=touch.group))


def told_by(operator: Any, context: Any) -> list[AssetTouch]:
    """The updates of assets that this task's success tells of.

    Raises:
        TypeError: what the task says about one is not JSON.
    """
    from tradewind.sdk.asset_events import OutletEvents, touches_of  # noqa: PLC0415 - few tasks have outlets

    # as it is: where nobody looked at it, it is not made now
    seen: Any = dict[str, Any].get(context, "outlet_events")
    found: list[AssetTouch] = []
    for touch in touches_of(operator.outlets, seen if isinstance(seen, OutletEvents) else None):
        try:
            extra = json.loads(json.dumps(touch.extra))
        except (TypeError, ValueError) as error:
            raise TypeError(f"the extra of the event about asset {touch.name!r} is not JSON: {error}") from error
        found.append(
            AssetTouch(
                uid=touch.uid,
                name=touch.name,
                uri=touch.uri,
                group=touch.group,
                extra=extra,
                aliases=touch.aliases,
                partition_keys=touch.partition_keys,
            )
        )
    return found
