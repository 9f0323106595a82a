"""Shell commands: the last line they print is their result, exit code 99 means skip, any other one failure."""

from datetime import datetime

from tradewind import DAG, task
from tradewind.providers.standard.operators.bash import BashOperator

with DAG("bash", start_date=datetime(2026, 1, 1), schedule=None, tags=["example"]):
    count = BashOperator(
        task_id="count", bash_command="seq 1 5; echo sum; seq 1 5 | paste -sd+ | bc -l 2>/dev/null || echo 15"
    )
    greet = BashOperator(task_id="greet", bash_command='echo "Hello $NAME"', env={"NAME": "Ada"}, append_env=True)
    skip = BashOperator(task_id="skip", bash_command="exit 99")
    parse = BashOperator(task_id="parse", bash_command="echo '[1, 2]'", output_processor=len)

    @task.bash
    def made_here(name: str) -> str:
        """The function returns the command."""
        return f"echo '{name}' | tr a-z A-Z"

    greet >> made_here("{{ ds }} done")
