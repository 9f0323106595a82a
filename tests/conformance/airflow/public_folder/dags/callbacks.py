import functools
from datetime import datetime, timedelta
from airflow import DAG
from airflow.exceptions import AirflowFailException, AirflowSkipException, AirflowException
from airflow.notifications.basenotifier import BaseNotifier
from airflow.operators.python import PythonOperator
class N(BaseNotifier):
    template_fields = ("message",)
    def __init__(self, message): 
        super().__init__()
        self.message = message
    def notify(self, context): print("NOTIFY", self.message)
def sla_cb(*a, **k): ...
def skip(): raise AirflowSkipException("skip me")
def fail(): raise AirflowFailException("no retry")
def task_failure_alert(context): print(f"Task has failed, task_instance_key_str: {context['task_instance_key_str']}")
with DAG("callbacks", start_date=datetime(2024,1,1), schedule=None, on_failure_callback=[N(message="dag {{ dag.dag_id }}")], default_args={"on_failure_callback": task_failure_alert, "on_success_callback": [N("ok {{ ti.task_id }}")], "retries": 2, "retry_delay": timedelta(seconds=1), "retry_exponential_backoff": True, "max_retry_delay": timedelta(seconds=2)}) as dag:
    PythonOperator(task_id="skip", python_callable=skip) >> PythonOperator(task_id="after", python_callable=print)
    PythonOperator(task_id="fail", python_callable=fail, pre_execute=lambda c: print("pre"), post_execute=lambda context, result=None: print("post"))
    PythonOperator(task_id="ok", python_callable=print, op_args=["hi"], pool="default_pool", priority_weight=5, weight_rule="absolute", queue="default", execution_timeout=timedelta(seconds=30))
