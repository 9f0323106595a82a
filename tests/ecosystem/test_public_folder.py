"""A folder of DAG files as people keep them runs the same where operators come from the published provider packages."""

from __future__ import annotations

from typing import Any

import pytest

from support.public_folder import EXPECTED, FAILED_RUNS, run_public_folder

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("public_folder")]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run_public_folder(tmp_path_factory.mktemp("public_folder") / "home")


@pytest.mark.parametrize("dag_id", sorted(EXPECTED))
def test_a_dag_of_a_public_folder_does_what_it_says(results: dict[str, Any], dag_id: str) -> None:
    state, others, values = results[dag_id]
    assert (others, values) == EXPECTED[dag_id]
    assert state == ("failed" if dag_id in FAILED_RUNS else "success")


def test_no_file_of_a_public_folder_has_an_import_error(results: dict[str, Any]) -> None:
    """Those that .airflowignore names would have one."""
    assert results["import errors"] == {}
