"""Params: values that a run is started with, checked against a JSON schema before anything runs.

tradewind dags trigger params --conf '{"country": "PT", "top": 3}'
"""

from tradewind import Param, dag, task


@task
def pick(names: list[str], params: dict) -> list[str]:
    """`params` is asked for by its name, as everything of the context can be."""
    return [f"{params['country']}-{name}" for name in names[: params["top"]]]


@task.bash
def show() -> str:
    """In templates they are `params` too."""
    return "echo top {{ params.top }} of {{ params.country }}"


@dag(
    schedule=None,
    tags=["example"],
    params={
        "country": Param("DE", type="string", minLength=2, maxLength=2, description="Two letters"),
        "top": Param(2, type="integer", minimum=1, maximum=10),
    },
)
def params():
    """Two params with defaults, used in a function and in a template."""
    pick(["a", "b", "c"]) >> show()


params()
