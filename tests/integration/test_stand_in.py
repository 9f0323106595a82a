"""The stand-in for Airflow's own test package, with which the unit tests of providers run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.databases import postgres_binaries

STAND_IN = Path(__file__).resolve().parents[2] / "tools/airflow_devel"
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from tests_common.servers import postgres_connection
with postgres_connection() as connection:
    print(connection)
"""


@pytest.mark.postgres
@pytest.mark.skipif(postgres_binaries() is None, reason="PostgreSQL is not installed")
def test_a_database_for_them_starts_where_our_own_tests_are_not_on_the_path() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(STAND_IN)], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["conn_type"] == "postgres"
