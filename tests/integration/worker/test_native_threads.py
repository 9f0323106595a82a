"""Libraries that start native threads: where forking stays safe it is used, where it does not it is not."""

from __future__ import annotations

import importlib.util

import pytest

from support.local_executor import Harness

NUMPY = "import numpy as np\na = np.random.rand(300, 300)\ndef work_(): return float((a @ a).sum())\n"
PANDAS = "import io\nimport pandas as pd\ndef work_(): return pd.read_csv(io.StringIO('a,b\\n1,2\\n' * 9)).shape[0]\n"
FOREST = """
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
X, y = make_classification(300)
def work_(): return HistGradientBoostingClassifier(max_iter=3).fit(X, y).score(X, y)
"""
POLARS = (
    "import polars as pl\nd = pl.DataFrame({'a': [3, 1, 2]})\ndef work_(): return d.lazy().sort('a').collect().height\n"
)
TASK = "\ndef task(work, api): print(work_())\n"


def run_twice(tmp_path, library: str, code: str) -> list[str]:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    harness = Harness(tmp_path, code, import_timeout_s=60)
    try:
        for attempt in ("a", "b"):
            assert harness.run(attempt, "task").outcome == "success"
        return next(iter(harness.executor._fleet.files.values())).native_threads
    finally:
        harness.executor.stop(0)


@pytest.mark.parametrize(
    ("library", "code"),
    [("numpy", NUMPY), ("pandas", PANDAS), ("sklearn", FOREST), ("polars", POLARS)],
    ids=["numpy", "pandas", "sklearn", "polars"],
)
def test_a_library_that_is_only_imported_is_forked(tmp_path, library, code):
    assert run_twice(tmp_path, library, code + TASK) == []


def test_a_library_that_takes_its_threads_down_before_a_fork_may_even_be_used(tmp_path):
    assert run_twice(tmp_path, "numpy", NUMPY + "work_()\n" + TASK) == []


@pytest.mark.parametrize(("library", "code"), [("sklearn", FOREST), ("polars", POLARS)], ids=["sklearn", "polars"])
def test_a_library_whose_threads_would_hang_a_forked_child_gets_fresh_processes(tmp_path, library, code):
    assert run_twice(tmp_path, library, code + "work_()\n" + TASK) != []


def test_forked_attempts_do_not_share_numpys_random_numbers_unless_the_file_set_a_seed(tmp_path):
    if importlib.util.find_spec("numpy") is None:
        pytest.skip("numpy is not installed")
    draw = "def task(work, api): print(np.random.rand())\n"
    free = Harness(tmp_path / "free", "import numpy as np\n" + draw)
    seeded = Harness(tmp_path / "seeded", "import numpy as np\nnp.random.seed(7)\n" + draw)
    for harness in (free, seeded):
        for attempt in ("a", "b"):
            assert harness.run(attempt, "task").outcome == "success"
        harness.executor.stop(0)
    assert free.events("a") != free.events("b")
    assert seeded.events("a") == seeded.events("b")
