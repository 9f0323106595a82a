"""The links that an operator adds to the page of its task instances: kept as XComs, so that the server needs no user code."""

from __future__ import annotations

import logging
from typing import Any

from tradewind.sdk.context import Context, entered
from tradewind.sdk.operator_link import link_key, links_of
from tradewind.sdk.task_instance import RuntimeTaskInstance

__all__ = ["keep_links"]

log = logging.getLogger("tradewind.task")


def keep_links(ti: RuntimeTaskInstance, context: Context) -> None:
    """Push the address of each link; what a link raises is logged, and hurts nothing else."""
    with entered(context):
        links: list[Any] = links_of(ti.task)
        for link in links:
            try:
                address = link.get_link(ti.task, ti_key=ti.key)
            except Exception:
                log.exception("The link %r of task %s can't be made", link.name, ti.task_id)
                continue
            if address:
                ti.keep(link_key(link), str(address))
