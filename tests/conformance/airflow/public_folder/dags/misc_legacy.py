from datetime import datetime
import airflow
from airflow.models import DAG, DagRun, TaskInstance, BaseOperator, XCom
from airflow.operators.bash_operator import BashOperator
from airflow.operators.python import PythonOperator, BranchPythonOperator, PythonVirtualenvOperator, ExternalPythonOperator
from airflow.utils.task_group import TaskGroup
from airflow.utils.log.logging_mixin import LoggingMixin
from airflow.utils import timezone
from airflow.utils.session import provide_session
from airflow.utils.dag_cycle_tester import check_cycle
from airflow.utils.file import list_py_file_paths
from airflow.exceptions import AirflowException
from airflow import macros
from airflow.version import version
log = LoggingMixin().log
with DAG("misc", start_date=timezone.datetime(2024,1,1), schedule="@weekly", catchup=False, access_control={}, is_paused_upon_creation=False, owner_links={"airflow": "https://x.y"}, dag_display_name="Misc") as dag:
    with TaskGroup(group_id="g", prefix_group_id=False) as g:
        with TaskGroup("inner", default_args={"retries": 1}) as i:
            a = BashOperator(task_id="a", bash_command="echo $AIRFLOW_CTX_DAG_ID; exit 99", skip_on_exit_code=99)
        b = BashOperator(task_id="b", bash_command="echo -n '{\"x\": 1}'", output_processor=lambda o: __import__("json").loads(o), trigger_rule="all_done")
        a >> b
    @provide_session
    def no_db(session=None): return 1
    def rt(**ctx):
        assert ctx["dag"].task_dict and ctx["task"].upstream_list == [] or True
        assert timezone.utcnow() > ctx["logical_date"]
        return [ctx["dag_run"].dag_id, str(ctx["dag_run"].start_date is not None), ctx["ti"].try_number, ctx["ti"].hostname is not None, ctx["ti"].log_url is not None, ctx["task"].task_type]
    c = PythonOperator(task_id="c", python_callable=rt)
    g >> c
check_cycle(dag)
if __name__ == "__main__":
    dag.test()
