"""Params with schemas, as a form shows them; values of the run win; used in templates and code; conf of the run."""

from datetime import datetime

from airflow.models.param import Param, ParamsDict
from airflow.sdk import dag, get_current_context, task


@dag(
    start_date=datetime(2024, 1, 1),
    schedule=None,
    params={
        "names": Param(["Linda", "Martha"], type="array", title="Names", description="Who to greet", section="People"),
        "language": Param("en", enum=["en", "de", "fr"], description="In which language"),
        "count": Param(2, type="integer", minimum=1, maximum=10),
        "since": Param("2024-01-01", type="string", format="date"),
        "note": Param(None, type=["null", "string"]),
        "plain": 42,
    },
    render_template_as_native_obj=True,
)
def params_form():
    @task
    def greet(params: dict, dag_run=None):
        word = {"en": "Hello", "de": "Hallo", "fr": "Bonjour"}[params["language"]]
        return [f"{word} {name}" for name in params["names"]][: params["count"]] + [len(dag_run.conf)]

    @task
    def native(names, plain):
        return [type(names).__name__, plain + 1, get_current_context()["params"]["since"]]

    greet() >> native("{{ params.names }}", "{{ params.plain }}")


params_form()
assert ParamsDict({"x": Param(1, type="integer")})["x"] == 1
