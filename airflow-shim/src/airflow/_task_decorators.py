"""The functions behind `@task.<name>` of the standard provider, by their names there."""

from __future__ import annotations

from tradewind.sdk.decorators import task

__all__ = [
    "bash_task", "branch_external_python_task", "branch_task", "branch_virtualenv_task", "external_python_task",
    "python_task", "sensor_task", "short_circuit_task", "virtualenv_task",
]  # fmt: skip

python_task = task.python
bash_task = task.bash
branch_task = task.branch
branch_external_python_task = task.branch_external_python
branch_virtualenv_task = task.branch_virtualenv
external_python_task = task.external_python
sensor_task = task.sensor
short_circuit_task = task.short_circuit
virtualenv_task = task.virtualenv
