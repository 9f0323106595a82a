"""`tradewind tasks test`: runs one task in this process, without what comes before it, and stores nothing."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tradewind.base.errors import NotFound
from tradewind.cli.dates import MOMENT
from tradewind.cli.output import as_text
from tradewind.cli.session import Session, pass_session

__all__ = ["test"]


@click.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("logical_date", type=MOMENT, required=False)
@click.option("-f", "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The DAG's file.")
@click.option("-t", "--task-params", help="Parameters of the run, as a JSON object.")
@click.pass_context
@pass_session
def test(
    session: Session, ctx: click.Context, *, dag_id: str, task_id: str, logical_date: datetime | None, **given: Any
) -> None:
    """Run one task in this process, without what comes before it.

    The other tasks of the DAG are taken as done, so there are no XComs of theirs to read. Nothing is stored.
    """
    from tradewind.cli.commands.dags.trigger import parse_conf
    from tradewind.cli.dag_files import dag_by_id, one_dag
    from tradewind.cli.failures import print_failures
    from tradewind.cli.file_reads import answered_here
    from tradewind.sdk.trigger_rule import TriggerRule
    from tradewind.testing import test_dag

    # until the end of the command: the task reads from the home as well
    ctx.with_resource(answered_here(session))
    dag = one_dag(given["file"], dag_id) if given["file"] else dag_by_id(session.served_settings, dag_id)[0]
    if task_id not in dag.task_dict:
        raise NotFound(f"{dag_id} has no task {task_id!r}; it has {', '.join(dag.task_dict)}", task_id=task_id)
    options: dict[str, Any] = {"run_conf": parse_conf(given["task_params"])}
    if logical_date is not None:
        options["logical_date"] = logical_date
    if not dag.task_dict[task_id].is_mapped:
        # Mapped tasks before it have nothing to be mapped over here, and may end as they like.
        dag.task_dict[task_id].trigger_rule = TriggerRule.ALWAYS
    others = re.compile(f"^(?!{re.escape(task_id)}$)")
    result = test_dag(dag, mark_success_pattern=others, **options)
    print_failures(result, task_id)
    found = [task for task in result.task_instances if task.task_id == task_id]
    for task in found:
        click.echo(f"{task.name}: {task.state}", err=True)
        value = result.xcom(task_id, map_index=task.map_index)
        if value is not None:
            click.echo(as_text(value))
    sys.stdout.flush()
    ctx.exit(0 if found and all(task.state in {"success", "skipped"} for task in found) else 1)
