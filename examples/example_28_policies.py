"""When things go wrong: a policy decides by the exception whether to try again, and a job outlives the tries."""

from datetime import timedelta

from tradewind import ExceptionRetryPolicy, RetryAction, RetryRule, dag, task

POLICY = ExceptionRetryPolicy(
    [
        RetryRule(ConnectionError, retry_delay=timedelta(milliseconds=200), reason="the service is busy"),
        RetryRule(ValueError, action=RetryAction.FAIL, reason="the input is wrong, and will be"),
    ]
)


@task(retries=3, retry_policy=POLICY)
def resume(task_state_store=None) -> str:
    """Starts its job at the first try, and finds it again at the next."""
    job = task_state_store.get("job")
    if job is None:
        task_state_store.set("job", "job-1")
        raise ConnectionError("lost sight of the job")
    return f"{job} is found again"


@task(retries=3, retry_policy=POLICY)
def wrong_input() -> None:
    """Fails at the first try, although it could be tried three times more."""
    raise ValueError("no such table")


@task(trigger_rule="all_done")
def carry_on() -> str:
    """Runs all the same, so that this example ends well."""
    return "on we go"


@dag(schedule=None, tags=["example"])
def policies():
    """Two failures, two decisions."""
    [resume(), wrong_input()] >> carry_on()


policies()
