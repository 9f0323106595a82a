raise RuntimeError('must be ignored DAG airflow')
