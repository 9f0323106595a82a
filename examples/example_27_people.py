"""People: a task asks, and waits for the answer without a slot; when nobody answers in time, the defaults count.

In a terminal `tradewind run` asks you. On a server: `tradewind hitl list`, then `tradewind hitl answer`.
"""

from datetime import timedelta

from tradewind import dag, task
from tradewind.providers.standard.operators.hitl import ApprovalOperator, HITLBranchOperator


@task
def ship() -> str:
    """Only if it was approved."""
    return "shipped"


@task
def wait_a_day() -> str:
    """The other way."""
    return "waited"


@dag(schedule=None, tags=["example"])
def people():
    """An approval, then a choice."""
    approve = ApprovalOperator(
        task_id="approve", subject="Ship version 1.4?", defaults="Approve", response_timeout=timedelta(seconds=1)
    )
    choose = HITLBranchOperator(
        task_id="choose",
        subject="When?",
        options=["now", "later"],
        options_mapping={"now": "ship", "later": "wait_a_day"},
        defaults=["now"],
        response_timeout=timedelta(seconds=1),
    )
    approve >> choose >> [ship(), wait_a_day()]


people()
