"""Own decorators, operators with shallow_copy, deferrable in a file, jinja env fields."""
import asyncio
from datetime import datetime, timedelta
from typing import Any, AsyncIterator
from airflow import DAG
from airflow.models.baseoperator import BaseOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent
from airflow.triggers.temporal import TimeDeltaTrigger
from airflow.configuration import conf
from airflow.decorators.base import DecoratedOperator, task_decorator_factory
from airflow.operators.python import PythonOperator
class Wait(BaseOperator):
    def __init__(self, deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False), **kw):
        super().__init__(**kw)
        self.deferrable = deferrable
    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=0)), method_name="execute_complete", timeout=timedelta(seconds=20))
    def execute_complete(self, context, event=None):
        return "done"
class _Loud(DecoratedOperator, PythonOperator):
    custom_operator_name = "@task.loud"
    def __init__(self, *, python_callable, op_args, op_kwargs, **kw):
        up = {"python_callable": python_callable, "op_args": op_args, "op_kwargs": op_kwargs}
        super().__init__(kwargs_to_upstream=up, python_callable=python_callable, op_args=op_args, op_kwargs=op_kwargs, **kw)
    def execute(self, context): return str(super().execute(context)).upper()
def loud(python_callable=None, multiple_outputs=None, **kw):
    return task_decorator_factory(python_callable=python_callable, multiple_outputs=multiple_outputs, decorated_operator_class=_Loud, **kw)
with DAG("subclasses", start_date=datetime(2024,1,1), schedule=None):
    w = Wait(task_id="wait")
    @loud
    def say(x): return f"say {x}"
    say(w.output)
