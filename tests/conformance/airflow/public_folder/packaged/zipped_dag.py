from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from answers.deep import answer
with DAG("zipped", start_date=datetime(2024,1,1), schedule=None) as dag:
    PythonOperator(task_id="t", python_callable=answer)
