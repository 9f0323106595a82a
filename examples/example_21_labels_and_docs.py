"""Names for people: labels on edges, display names, and documentation in Markdown beside the code that it is about."""

from tradewind import Label, dag, task


@task(task_display_name="Read the orders", doc_md="One row an *order*, **without** drafts.")
def read() -> int:
    """Ids stay as they are: it is the display name that people see."""
    return 3


@task(task_display_name="Check the orders 🔍")
def check(rows: int) -> bool:
    """Any language, any sign."""
    return rows > 0


@task
def archive() -> None:
    """Keeps them."""


@dag(
    schedule=None,
    dag_display_name="Orders, every day",
    description="Shows how a DAG is made readable",
    doc_md="# Orders\nWhere they come from, and whom to ask.",
    tags=["example"],
)
def labels_and_docs():
    """read -> check -> archive."""
    check(read()) >> Label("all complete") >> archive()


labels_and_docs()
