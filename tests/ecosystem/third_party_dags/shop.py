"""A dbt project as a DAG, by astronomer-cosmos, which asks dbt what is in it."""

import os
from datetime import datetime
from pathlib import Path

from cosmos import DbtDag, ExecutionConfig, LoadMode, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode

PROJECT = Path(os.environ["SHOP_PROJECT"])

# an airflow dag file, which the words say
whole = DbtDag(
    dag_id="shop_whole",
    project_config=ProjectConfig(PROJECT),
    profile_config=ProfileConfig(profile_name="shop", target_name="dev", profiles_yml_filepath=PROJECT / "profiles.yml"),
    execution_config=ExecutionConfig(execution_mode=ExecutionMode.LOCAL),
    render_config=RenderConfig(load_method=LoadMode.DBT_LS, select=["path:seeds", "tag:staging"]),
    operator_args={"install_deps": False},
    schedule=None,
    start_date=datetime(2024, 1, 1),
    max_active_tasks=1,  # DuckDB lets one process write at a time
)
