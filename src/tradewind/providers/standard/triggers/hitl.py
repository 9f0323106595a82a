"""A trigger that waits for a person's answer, for operators of Airflow's older kind, which deferred to one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from tradewind.sdk.exceptions import AirflowException
from tradewind.sdk.trigger import BaseTrigger, TriggerEvent

__all__ = ["HITLTrigger"]


class HITLTrigger(BaseTrigger):
    """Stands for the wait for a person's answer. A task that defers to it does not wait in the triggerer: it awaits
    input, and the server wakes it when the answer is there, or the time is over.

    Args:
        ti_id: the attempt that asks.
        options, params, defaults, multiple: its form, which `upsert_hitl_detail` told the server.
        timeout_datetime: when waiting is given up.
        poke_interval: accepted; nothing polls.
    """

    awaits_input = True

    def __init__(
        self,
        *,
        ti_id: Any,
        options: list[str],
        params: dict[str, Any],
        timeout_datetime: datetime | None,
        defaults: list[str] | None = None,
        multiple: bool = False,
        poke_interval: float = 5.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.fields: dict[str, Any] = {
            "ti_id": str(ti_id),
            "options": options,
            "params": params,
            "defaults": defaults,
            "multiple": multiple,
            "timeout_datetime": timeout_datetime,
            "poke_interval": poke_interval,
        }

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.HITLTrigger", dict(self.fields)

    @property
    def deadline(self) -> datetime | None:
        """When waiting is given up."""
        return self.fields["timeout_datetime"]

    async def run(self) -> AsyncIterator[TriggerEvent]:
        raise AirflowException("a question to a person waits without a trigger")
        yield  # makes it a generator, which is what runs triggers
