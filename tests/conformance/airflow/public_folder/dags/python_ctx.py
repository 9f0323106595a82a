from airflow.models import DAG
from airflow.operators.python_operator import PythonOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.utils.dates import days_ago
from airflow.utils.trigger_rule import TriggerRule
import logging
logger = logging.getLogger("airflow.task")

args = {'owner': 'Airflow', 'start_date': days_ago(2)}
dag = DAG(dag_id='python_ctx', default_args=args, schedule=None)

def print_context(ds, **kwargs):
    logger.info(ds)
    print(kwargs['ti'].task_id, kwargs['dag_run'].run_id, kwargs['execution_date'] if 'execution_date' in kwargs else None)
    return 'Whatever you return gets printed in the logs'

run_this = PythonOperator(task_id='print_the_context', python_callable=print_context, dag=dag)
def my_sleeping_function(random_base):
    return random_base
for i in range(3):
    task = PythonOperator(task_id='sleep_for_' + str(i), python_callable=my_sleeping_function, op_kwargs={'random_base': float(i) / 10}, dag=dag)
    run_this >> task
    task >> DummyOperator(task_id=f'end_{i}', dag=dag, trigger_rule=TriggerRule.ALL_DONE)
