# airflow dag
from datetime import datetime
from os.path import dirname, join
from common.factory import make
dag = make("factory", start_date=datetime(2024, 1, 1), schedule=None, searchpath=[join(dirname(__file__), "sql")])
