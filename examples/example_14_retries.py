"""Retries: a task that fails runs again after a while, more slowly each time; some failures are not worth it."""

from datetime import timedelta

from tradewind import dag, task
from tradewind.sdk.exceptions import AirflowFailException


@task(retries=3, retry_delay=timedelta(seconds=1), retry_exponential_backoff=True, max_retry_delay=timedelta(seconds=5))
def flaky(ti=None) -> int:
    """Goes well at the third try."""
    if ti.try_number < 3:
        raise ConnectionError(f"try {ti.try_number}: the service does not answer")
    return ti.try_number


@task(retries=5)
def hopeless() -> None:
    """A wrong password is wrong at every try: fail at once."""
    raise AirflowFailException("the password is wrong")


@task(trigger_rule="all_done")
def carry_on() -> str:
    """Runs all the same, so that this example ends well."""
    return "on we go"


@dag(schedule=None, tags=["example"])
def retries():
    """Two tasks that fail, in two ways."""
    [flaky(), hopeless()] >> carry_on()


retries()
