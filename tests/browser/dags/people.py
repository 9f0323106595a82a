"""DAGs that ask people, and one that writes a long log."""

from __future__ import annotations

from tradewind import DAG, Param, task
from tradewind.providers.standard.operators.hitl import ApprovalOperator, HITLEntryOperator

with DAG("release", schedule=None, is_paused_upon_creation=False) as release:
    ApprovalOperator(task_id="approve", subject="Ship version 1.4?", body="All tests passed.")

with DAG("figures", schedule=None, is_paused_upon_creation=False) as figures:
    HITLEntryOperator(
        task_id="fill",
        subject="Numbers of the month",
        params={"budget": Param(1200, type="integer", minimum=0), "final": Param(default=False, type="boolean")},
    )

with DAG("loud", schedule=None, is_paused_upon_creation=False) as loud:

    @task
    def talk() -> None:
        for number in range(60_000):
            print(f"row {number} of the import")
        print("::group::Checks")
        print("\x1b[32mall is well\x1b[0m")
        print("::endgroup::")

    talk()
