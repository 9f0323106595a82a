"""Environments: a task with packages of its own, in a virtual environment that is made once and kept.

The function runs in another interpreter, so it imports what it needs, and gets its arguments by value.
"""

import sys

from tradewind import dag, task


@task.virtualenv(requirements=[], system_site_packages=False, expect_airflow=False)
def elsewhere(words: list[str]) -> dict:
    """Runs in an environment of its own."""
    import sys

    return {"is_own": sys.prefix != sys.base_prefix, "text": " ".join(words)}


@task.external_python(python=sys.executable, expect_airflow=False)
def in_another_interpreter(number: int) -> int:
    """Runs in an interpreter that is there already."""
    return number + 1


@dag(schedule=None, tags=["example"])
def virtualenv():
    """One environment that is made, one that is named."""
    elsewhere(["far", "away"])
    in_another_interpreter(41)


virtualenv()
