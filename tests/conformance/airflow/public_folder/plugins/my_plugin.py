from airflow.plugins_manager import AirflowPlugin
from airflow.hooks.base import BaseHook
from airflow.models.baseoperator import BaseOperator, BaseOperatorLink
from airflow.sensors.base import BaseSensorOperator, PokeReturnValue
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from pendulum import UTC, DateTime, Time
from datetime import timedelta
from operators.my_operators import HelloOperator

class MyHook(BaseHook):
    conn_name_attr = "my_conn_id"; default_conn_name = "my_default"; conn_type = "my"; hook_name = "My"
    def __init__(self, my_conn_id="my_default"):
        super().__init__()
        self.my_conn_id = my_conn_id
    def get_conn(self):
        c = self.get_connection(self.my_conn_id)
        return f"{c.conn_type}://{c.host}:{c.port}/{c.schema}?{c.extra_dejson}"

class MyLink(BaseOperatorLink):
    name = "Docs"
    def get_link(self, operator, *, ti_key): return "https://example.com/" + ti_key.dag_id

class CountSensor(BaseSensorOperator):
    def poke(self, context):
        return PokeReturnValue(is_done=True, xcom_value="counted")

def shout(x): return x.upper() + "!"

class AfterWorkday(Timetable):
    def infer_manual_data_interval(self, run_after: DateTime) -> DataInterval:
        start = DateTime.combine((run_after - timedelta(days=1)).date(), Time.min).replace(tzinfo=UTC)
        return DataInterval(start=start, end=start + timedelta(days=1))
    def next_dagrun_info(self, *, last_automated_data_interval, restriction: TimeRestriction):
        if last_automated_data_interval is not None:
            start = last_automated_data_interval.end
        else:
            start = restriction.earliest
        if start is None or not restriction.catchup:
            return None
        return DagRunInfo.interval(start=start, end=start + timedelta(days=1))

class MyPlugin(AirflowPlugin):
    name = "my_plugin"
    hooks = [MyHook]
    macros = [shout]
    timetables = [AfterWorkday]
    operator_extra_links = [MyLink()]
    appbuilder_views = []
    flask_blueprints = []
