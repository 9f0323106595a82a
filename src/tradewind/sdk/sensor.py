"""Sensors: tasks that look again and again until something is there."""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tradewind.base.clock import SystemClock
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferralTimeout,
)
from tradewind.sdk.operator import BaseOperator
from tradewind.sdk.operator_settings import sensor_timeout_s

__all__ = ["BaseSensorOperator", "PokeReturnValue"]

LONGEST_WAIT = timedelta(hours=24)


class PokeReturnValue:
    """What a look found.

    Args:
        is_done: whether the wait is over.
        xcom_value: what the sensor returns then.
    """

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done = is_done
        self.xcom_value = xcom_value

    def __bool__(self) -> bool:
        return self.is_done


class BaseSensorOperator(BaseOperator):
    """A task that waits: subclasses give `poke`.

    Args:
        poke_interval: seconds, or a timedelta, between looks.
        timeout: seconds, or a timedelta, after which it gives up; counted from the first start of this try. None: the setting
            ``operators.sensor_timeout_s``, a week unless somebody has changed it.
        soft_fail: skip instead of fail on a timeout or an error that says so.
        mode: ``poke`` keeps the process between looks, ``reschedule`` gives it back.
        exponential_backoff: wait longer from look to look.
        max_wait: bound of that.
        silent_fail: an error of a look is logged, and the wait goes on.
        never_fail: any error skips the task.
    """

    ui_color = "#e6f1f2"
    valid_modes: ClassVar[tuple[str, ...]] = ("poke", "reschedule")

    def __init__(
        self,
        *,
        poke_interval: float | timedelta = 60,
        timeout: float | timedelta | None = None,
        soft_fail: bool = False,
        mode: str = "poke",
        exponential_backoff: bool = False,
        max_wait: float | timedelta | None = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.poke_interval = _seconds(poke_interval, "poke_interval", self.task_id)
        self.timeout = _seconds(sensor_timeout_s() if timeout is None else timeout, "timeout", self.task_id)
        self.soft_fail = soft_fail
        self.mode = mode
        self.exponential_backoff = exponential_backoff
        self.max_wait = None if max_wait is None else _seconds(max_wait, "max_wait", self.task_id)
        self.silent_fail = silent_fail
        self.never_fail = never_fail
        if soft_fail and never_fail:
            raise InvalidArgument("soft_fail and never_fail are mutually exclusive, you can not provide both.")
        if mode not in self.valid_modes:
            raise InvalidArgument(
                f"The mode must be one of {list(self.valid_modes)}, '{self.dag_id}.{self.task_id}'; received '{mode}'."
            )

    @property
    def reschedule(self) -> bool:
        """Whether the process is given back between looks."""
        return self.mode == "reschedule"

    def poke(self, context: Any) -> bool | PokeReturnValue | Any:
        """Look once: True, or a done `PokeReturnValue`, ends the wait."""
        raise NotImplementedError(f"{type(self).__name__} has no poke()")

    def execute(self, context: Any) -> Any:
        """Look until there is something, or the time is over."""
        clock = SystemClock()
        started = (self._first_start(context) if self.reschedule else None) or clock.now()
        begin = clock.monotonic() - max((clock.now() - started).total_seconds(), 0.0)
        looks = 1 + (int(context.get("task_reschedule_count") or 0) if self.reschedule else 0)
        while True:
            found = self._look(context)
            if found:
                break
            elapsed = clock.monotonic() - begin
            if elapsed > self.timeout:
                self._give_up(elapsed)
            wait = self._wait_s(looks, started)
            if self.reschedule:
                raise AirflowRescheduleException(clock.now() + timedelta(seconds=wait))
            time.sleep(wait)
            looks += 1
        logging.getLogger("tradewind.task").info("Success criteria met. Exiting.")
        return found.xcom_value if isinstance(found, PokeReturnValue) else None

    def resume_execution(self, next_method: str, next_kwargs: dict[str, Any] | None, context: Any) -> Any:
        """Go on after a wait: a trigger that did not fire in time is a sensor's time-out."""
        try:
            return super().resume_execution(next_method, next_kwargs, context)
        except TaskDeferralTimeout as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise AirflowSensorTimeout(str(error)) from error
        except AirflowSkipException:
            raise
        except AirflowException as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(str(error)) from error
            raise

    def _first_start(self, context: Any) -> datetime | None:
        return context["ti"].get_first_reschedule_date(context)

    def _look(self, context: Any) -> Any:
        try:
            return self.poke(context)
        except (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException) as error:
            if self.soft_fail:
                raise AirflowSkipException("Skipping due to soft_fail is set to True.") from error
            if self.never_fail:
                raise AirflowSkipException("Skipping due to never_fail is set to True.") from error
            raise
        except AirflowSkipException:
            raise
        except Exception as error:
            if self.silent_fail:
                logging.getLogger("tradewind.task").exception("Sensor poke failed; it looks again")
                return False
            if self.never_fail:
                raise AirflowSkipException("Skipping due to never_fail is set to True.") from error
            raise

    def _give_up(self, elapsed_s: float) -> None:
        message = (
            f"Sensor has timed out; run duration of {elapsed_s:.6g} seconds exceeds the specified timeout of "
            f"{self.timeout}."
        )
        if self.soft_fail or self.never_fail:
            raise AirflowSkipException(message)
        raise AirflowSensorTimeout(message)

    def _wait_s(self, looks: int, started: datetime) -> float:
        if not self.exponential_backoff:
            return self.poke_interval
        # The spread is drawn from who waits, so that sensors started together do not look together forever.
        spread = random.Random(f"{self.dag_id}#{self.task_id}#{started}#{looks}").uniform(0.5, 1.0)  # noqa: S311
        wait = max(self.poke_interval, 1.0) * min(2.0 ** (looks - 2), 1e6) * (1 + spread)
        return min(wait, self.max_wait or LONGEST_WAIT.total_seconds(), LONGEST_WAIT.total_seconds())


def _seconds(value: float | timedelta, name: str, task_id: str) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise AirflowException(
            f"Operator arg `{name}` must be timedelta object or a non-negative number, not {value!r} (task {task_id!r})"
        )
    return seconds
