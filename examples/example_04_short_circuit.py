"""Short circuits: a condition that is not met skips all that follows; a run may also skip one task by itself."""

from tradewind import dag, task
from tradewind.sdk.exceptions import AirflowSkipException


@task.short_circuit
def has_news(items: list[str]) -> bool:
    """False: nothing to do today."""
    return bool(items)


@task
def write_mail() -> str:
    """Only with news."""
    return "mail"


@task
def optional_step(is_wanted: bool) -> str:
    """A task can say itself that it has nothing to do: it counts as skipped, not as failed."""
    if not is_wanted:
        raise AirflowSkipException("not wanted today")
    return "done"


@task.run_if(lambda context: context["params"].get("loud", False), skip_message="quiet today")
@task
def shout() -> str:
    """Decided by a condition on the context, apart from the function."""
    return "HEY"


@dag(schedule=None, tags=["example"])
def short_circuit():
    """Two conditions, one met and one not, and two tasks that are skipped."""
    has_news.override(task_id="news_today")(["a"]) >> write_mail.override(task_id="mail_today")()
    has_news.override(task_id="news_yesterday")([]) >> write_mail.override(task_id="mail_yesterday")()
    optional_step(False)
    shout()


short_circuit()
