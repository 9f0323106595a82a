"""The links that an operator adds to the page of its task instances: kept as XComs, so that the server needs no user code."""

from __future__ import annotations

import logging
from typing import Any

from tradewind.sdk.task_instance import RuntimeTaskInstance

__all__ = ["keep_links"]

log = logging.getLogger("tradewind.task")


def keep_links(ti: RuntimeTaskInstance) -> None:
    """Push the address of each link; what a link raises is logged, and hurts nothing else."""
    links: list[Any] = list(ti.task.operator_extra_links)
    for link in links:
        try:
            ti.keep(link.xcom_key, link.get_link(ti.task, ti_key=ti))
        except Exception:
            log.exception("The link %r of task %s can't be made", link.name, ti.task_id)
