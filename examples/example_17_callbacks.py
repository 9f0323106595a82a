"""Callbacks: functions that are called when a task or a run ends, with its context; a place for messages to people."""

from tradewind import Variable, dag, task


def remember(context):
    """Called with the context of what happened."""
    print(f"{context['ti'].task_id}: {context.get('reason') or context['ti'].state}")


def run_is_over(context):
    """Called once for the run."""
    print(f"{context['dag_run'].run_id} ended: {context.get('reason')}")


@task(on_success_callback=remember, on_execute_callback=lambda context: print("about to start", context["ti"].task_id))
def fine() -> str:
    """Two callbacks: before, and after it went well."""
    return Variable.get("greeting", default="hello")


@task(on_failure_callback=[remember, lambda context: print("error:", context["exception"])])
def wrong() -> None:
    """Several callbacks for one event."""
    raise ValueError("on purpose")


@task(trigger_rule="all_done")
def end() -> None:
    """So that the run ends well."""


@dag(schedule=None, tags=["example"], on_success_callback=run_is_over, on_failure_callback=run_is_over)
def callbacks():
    """One task that goes well, one that does not."""
    [fine(), wrong()] >> end()


callbacks()
