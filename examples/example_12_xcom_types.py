"""XComs: what tasks hand over. JSON values, dates, dataclasses, arrays and frames; large ones become Parquet files by themselves.

Nothing is pickled: a value that can't be stored safely is an error that names it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tradewind import dag, task


@dataclass
class Score:
    """A value class of our own."""

    name: str
    auc: float


@task
def simple() -> dict:
    """JSON, and what Python has beside it."""
    return {
        "when": datetime(2026, 1, 2, tzinfo=UTC),
        "long": timedelta(hours=2),
        "price": Decimal("9.90"),
        "seen": {1, 2},
    }


@task
def record() -> Score:
    """A dataclass comes back as one."""
    return Score("baseline", 0.71)


@task
def frame():
    """A DataFrame is stored as Parquet."""
    import pandas as pd

    return pd.DataFrame({"city": ["Porto", "Graz"], "people": [232_000, 303_000]})


@task
def array():
    """A NumPy array is stored as it is."""
    import numpy as np

    return np.arange(6).reshape(2, 3)


@task(multiple_outputs=True)
def several() -> dict[str, int]:
    """Each key is an XCom of its own, to be taken one by one."""
    return {"rows": 2, "columns": 3}


@task
def use(simple, record, frame, array, rows) -> str:
    """Everything arrives as what it was."""
    assert simple["when"].year == 2026
    assert simple["seen"] == {1, 2}
    return f"{record.name} {frame['people'].sum()} {array.sum()} {rows} {simple['price']}"


@dag(schedule=None, tags=["example"])
def xcom_types():
    """Five tasks that make values, one that uses them."""
    use(simple(), record(), frame(), array(), several()["rows"])


xcom_types()
