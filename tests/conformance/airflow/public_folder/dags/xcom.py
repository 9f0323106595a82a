from airflow import DAG
from airflow.operators.python import PythonOperator, get_current_context
from airflow.operators.bash import BashOperator
from airflow.models.xcom_arg import XComArg
from airflow.models.taskinstance import TaskInstance
from airflow.utils.state import State, DagRunState, TaskInstanceState
from airflow.utils.types import DagRunType
import pendulum
value_1 = [1, 2, 3]
value_2 = {"a": "b"}
dag = DAG("xcom", schedule="@once", start_date=pendulum.today("UTC").add(days=-2), tags=["example"], render_template_as_native_obj=True, user_defined_macros={"cap": str.upper}, user_defined_filters={"rev": lambda s: s[::-1]})
def push(**kwargs):
    kwargs["ti"].xcom_push(key="value from pusher 1", value=value_1)
def push_by_returning(**kwargs): return value_2
def puller(pulled_value_2, ti=None, **kwargs):
    assert ti.xcom_pull(key="value from pusher 1", task_ids="push") == value_1
    assert ti.xcom_pull(task_ids=["push_by_returning"]) == [value_2]
    ctx = get_current_context()
    assert ctx["dag"].dag_id == "xcom"
    assert ctx["dag_run"].run_type in (DagRunType.MANUAL, "manual")
    return pulled_value_2
push1 = PythonOperator(task_id="push", dag=dag, python_callable=push)
push2 = PythonOperator(task_id="push_by_returning", dag=dag, python_callable=push_by_returning)
pull = PythonOperator(task_id="puller", dag=dag, python_callable=puller, op_kwargs={"pulled_value_2": push2.output})
bash = BashOperator(task_id="bash", dag=dag, bash_command='echo "{{ cap("abc") }} {{ "abc" | rev }} {{ ti.xcom_pull(task_ids="push_by_returning")["a"] }}"', do_xcom_push=True)
native = PythonOperator(task_id="native", dag=dag, python_callable=lambda x: [type(x).__name__, x], op_args=["{{ ti.xcom_pull(task_ids='push_by_returning') }}"])
pull << push1
push2 >> bash
XComArg(push2) >> native
