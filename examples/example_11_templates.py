"""Templates: Jinja in the fields of operators, rendered for each run with its dates, params, variables and XComs."""

from datetime import datetime

from tradewind import DAG, macros, task
from tradewind.providers.standard.operators.bash import BashOperator


def spaced(text):
    """A filter of our own."""
    return " ".join(text)


with DAG(
    "templates",
    start_date=datetime(2026, 1, 1),
    schedule=None,
    tags=["example"],
    user_defined_macros={"project": "Tradewind"},
    user_defined_filters={"spaced": spaced},
):
    dates = BashOperator(task_id="dates", bash_command="echo {{ ds }} {{ ds_nodash }} {{ macros.ds_add(ds, 7) }}")
    own = BashOperator(task_id="own", bash_command="echo {{ project | spaced }}")
    previous = BashOperator(
        task_id="previous", bash_command="echo '{{ ti.xcom_pull(task_ids=\"dates\") }}' | cut -c1-4"
    )

    @task(templates_dict={"week": "{{ logical_date.week_of_year }}"})
    def in_python(templates_dict=None, ds=None):
        """Python tasks get rendered values through `templates_dict`, or take dates by name."""
        return {"week": templates_dict["week"], "next": macros.ds_add(ds, 1)}

    dates >> [own, previous, in_python()]
