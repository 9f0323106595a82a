import os
from pathlib import Path
import yaml
from airflow.sdk import DAG, task
import pendulum
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "configs", "clients.yaml")) as f:
    conf = yaml.safe_load(f)
for c in conf["clients"]:
    with DAG(f"client_{c['name']}", schedule=c["schedule"], start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Paris"), catchup=False, params={"tables": c["tables"]}) as d:
        @task
        def copy(table, params=None): return f"{table} of {len(params['tables'])}"
        copy.expand(table=c["tables"])
    globals()[d.dag_id] = d
