"""A dbt project as DAGs, by astronomer-cosmos: as a whole, and as a group between other tasks."""

import os
from datetime import datetime
from pathlib import Path

from airflow.decorators import dag, task
from cosmos import DbtDag, DbtTaskGroup, ExecutionConfig, LoadMode, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, TestBehavior

PROJECT = Path(os.environ["SHOP_PROJECT"])
PROFILE = ProfileConfig(profile_name="shop", target_name="dev", profiles_yml_filepath=PROJECT / "profiles.yml")
MANIFEST = ProjectConfig(PROJECT, manifest_path=PROJECT / "target" / "manifest.json")
LOCAL = ExecutionConfig(execution_mode=ExecutionMode.LOCAL)
ARGS = {"install_deps": False}

whole = DbtDag(
    dag_id="shop_whole",
    project_config=ProjectConfig(PROJECT),
    profile_config=PROFILE,
    execution_config=LOCAL,
    render_config=RenderConfig(load_method=LoadMode.DBT_LS, select=["path:seeds", "tag:staging"]),
    operator_args=ARGS,
    schedule=None,
    start_date=datetime(2024, 1, 1),
    max_active_tasks=1,  # DuckDB lets one process write at a time
)


@dag(schedule=None, start_date=datetime(2024, 1, 1), max_active_tasks=1)
def shop_group():
    @task
    def before():
        return "ready"

    models = DbtTaskGroup(
        group_id="models",
        project_config=MANIFEST,
        profile_config=PROFILE,
        execution_config=LOCAL,
        render_config=RenderConfig(load_method=LoadMode.DBT_MANIFEST, test_behavior=TestBehavior.AFTER_ALL),
        operator_args=ARGS,
    )

    @task
    def spent():
        import duckdb

        with duckdb.connect(os.environ["SHOP_DATABASE"], read_only=True) as database:
            return dict(database.sql("select name, amount::int from spending order by 1").fetchall())

    before() >> models >> spent()


shop_group()
