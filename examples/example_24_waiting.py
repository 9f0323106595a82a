"""Waiting without a slot: a task gives its process back while it waits, and goes on when the time or the event has come."""

from datetime import timedelta

from tradewind import dag, once, task, wait_for
from tradewind.providers.standard.sensors.time_delta import WaitSensor


def submit(name: str) -> str:
    """Stands for a job elsewhere, which must be started once."""
    return f"job of {name}"


@task
def report(name: str) -> str:
    """The function runs again from its top when a wait is over; what must happen once goes into `once`."""
    job = once(submit, name)
    wait_for(timedelta(milliseconds=200))
    return f"{job} is done"


@task
async def polite() -> str:
    """The same in a coroutine."""
    await wait_for(timedelta(milliseconds=100))
    return "waited"


@dag(schedule=None, tags=["example"])
def waiting():
    """In a function, in a coroutine, and as a sensor."""
    sensor = WaitSensor(task_id="a_moment", time_to_wait=timedelta(milliseconds=100), deferrable=True)
    sensor >> [report("ann"), polite()]


waiting()
