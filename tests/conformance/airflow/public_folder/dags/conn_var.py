import os
os.environ.setdefault("AIRFLOW_VAR_ENVNAME", "staging")
from datetime import datetime
from airflow import DAG, settings
from airflow.models import Variable, Connection
from airflow.hooks.base import BaseHook
from airflow.operators.python import PythonOperator
ENV = Variable.get("envname", default_var="dev")
CFG = Variable.get("cfg", default_var={"x": 1}, deserialize_json=True)
def use(**context):
    c = BaseHook.get_connection("svc")
    return [c.host, c.port, c.login, c.password, c.schema, c.extra_dejson.get("k"), c.get_uri(), Variable.get("missing", "d2")]
with DAG(f"conn_var_{ENV}", start_date=datetime(2024, 1, 1), schedule="*/15 * * * *", catchup=False) as dag:
    PythonOperator(task_id="use", python_callable=use)
    PythonOperator(task_id="tpl", python_callable=lambda *a: list(a), op_args=["{{ conn.svc.host }}", "{{ var.json.get('cfg', {'x': 7}).x }}", "{{ var.value.envname }}", "{{ prev_ds if prev_ds is defined else 'gone' }}", "{{ data_interval_end | ds }}", "{{ ts_nodash }}", "{{ run_id }}", "{{ dag_run.conf.get('a', 'noconf') }}", "{{ macros.random() < 2 }}", "{{ macros.uuid.uuid4() | string | length }}", "{{ logical_date.add(days=1) | ds_nodash }}", "{{ execution_date if execution_date is defined else 'nope' }}"])
