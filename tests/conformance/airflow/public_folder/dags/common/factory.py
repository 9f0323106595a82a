from airflow.operators.bash import BashOperator
from airflow.models.dag import DAG
from airflow.utils.context import Context
from airflow.models import BaseOperator, Variable
from airflow.utils.decorators import apply_defaults

class MyOp(BaseOperator):
    template_fields = ("name", "query")
    template_ext = (".sql",)
    ui_color = "#fff"
    @apply_defaults
    def __init__(self, name: str, query: str = "", *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        self.query = query
    def execute(self, context: Context):
        self.log.info("Hello %s", self.name)
        self.xcom_push(context, key="k", value=self.name) if hasattr(self, "xcom_push") else context["ti"].xcom_push(key="k", value=self.name)
        return f"{self.name}|{self.query}"

def on_failure(context):
    print("failed", context["task_instance"].task_id, context.get("exception"))

def make(dag_id, **kw):
    with DAG(dag_id, template_searchpath=kw.pop("searchpath", None), default_args={"on_failure_callback": on_failure}, **kw) as d:
        MyOp(task_id="a", name="{{ dag.dag_id }}", query="q.sql") >> BashOperator(task_id="b", bash_command="echo \"{{ ti.xcom_pull(task_ids='a') }}\" {{ ti.xcom_pull('a', key='k') }} {{ var.value.get('nope', 'dflt') }}", env={"X": "{{ ds_nodash }}"}, append_env=True)
    return d
