from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator

def create_dag(dag_id, schedule, dag_number, default_args):
    def hello_world_py(*args):
        print('Hello World'); print('This is DAG: {}'.format(str(dag_number)))
        return dag_number
    dag = DAG(dag_id, schedule=schedule, default_args=default_args, catchup=False)
    with dag:
        PythonOperator(task_id='hello_world', python_callable=hello_world_py)
    return dag

for n in range(1, 4):
    dag_id = 'loop_{}'.format(str(n))
    default_args = {'owner': 'airflow', 'start_date': datetime(2021, 1, 1)}
    globals()[dag_id] = create_dag(dag_id, '@daily', n, default_args)
