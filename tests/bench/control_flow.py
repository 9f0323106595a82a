"""How quick people, callers and callees are answered: prints p50 and p99 on a server of its own.

Run: python tests/bench/control_flow.py [N]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.server import Server

DAGS = '''"""DAGs of this benchmark."""
import time

from tradewind import DAG, dag, task
from tradewind.providers.standard.operators.hitl import HITLOperator
from tradewind.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator


@dag(schedule=None, is_paused_upon_creation=False, max_active_runs=64)
def double():
    @task
    def compute(dag_run=None):
        return time.time()

    return compute()


double()

with DAG("asks", schedule=None, is_paused_upon_creation=False, max_active_runs=64) as asks:
    @task
    def after():
        return time.time()

    asked = HITLOperator(task_id="ask", subject="Well?", options=["yes", "no"])
    then = after()
    asked >> then
    asks.add_result(then)

with DAG("calls", schedule=None, is_paused_upon_creation=False, max_active_runs=64) as calls:
    @task
    def after_call():
        return time.time()

    called = after_call()
    TriggerDagRunOperator(
        task_id="call", trigger_dag_id="double", trigger_run_id="of-{{ run_id }}", wait_for_completion=True, deferrable=True
    ) >> called
    calls.add_result(called)
'''


def show(name: str, seconds: list[float]) -> None:
    ms = sorted(1000 * one for one in seconds)
    print(f"{name:60} p50 {statistics.median(ms):8.1f} ms   p99 {ms[int(0.99 * (len(ms) - 1))]:8.1f} ms   n={len(ms)}")


def main(n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dags = Path(folder, "dags")
        dags.mkdir()
        (dags / "bench.py").write_text(DAGS)
        with Server(Path(folder, "home"), dags, is_fresh=True) as server:
            server.wait_dags({"double", "asks", "calls"})
            for _ in range(3):
                server.request("POST", "/api/v2/dags/double/dagRuns/execute", {})
            one_request, to_code, answered, resumed = [], [], [], []
            for _ in range(n):
                began, at = time.monotonic(), time.time()
                answer = server.request("POST", "/api/v2/dags/double/dagRuns/execute", {})
                one_request.append(time.monotonic() - began)
                to_code.append(answer["result"] - at)
            for _ in range(n):
                run_id = server.trigger("asks")
                path = f"/api/v2/dags/asks/dagRuns/{run_id}/taskInstances/ask/-1/hitlDetails"
                while "subject" not in server.request("GET", path, ok=False):
                    time.sleep(0.005)
                at = time.time()
                server.request("PATCH", path, {"chosen_options": ["yes"]})
                server.wait_run("asks", run_id, every_s=0.005)
                answered.append(server.get(f"/dags/asks/dagRuns/{run_id}/result")["result"] - at)
            for _ in range(n):
                run_id = server.trigger("calls")
                server.wait_run("calls", run_id, every_s=0.005)
                child = server.get(f"/dags/double/dagRuns/of-{run_id}/result")["result"]
                resumed.append(server.get(f"/dags/calls/dagRuns/{run_id}/result")["result"] - child)
            show("one request: run of a DAG of one task, with its result", one_request)
            show("one request to the first line of user code", to_code)
            show("a person's answer to user code of the task after it", answered)
            show("user code of the DAG that is called to that of the task after", resumed)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
