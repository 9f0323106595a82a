"""A dbt project as a group between other tasks, by astronomer-cosmos, which reads the manifest that dbt has left."""

import os
from datetime import datetime
from pathlib import Path

from airflow.decorators import dag, task
from cosmos import DbtTaskGroup, ExecutionConfig, LoadMode, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, TestBehavior

PROJECT = Path(os.environ["SHOP_PROJECT"])


@dag(schedule=None, start_date=datetime(2024, 1, 1), max_active_tasks=1)
def shop_group():
    @task
    def before():
        return "ready"

    models = DbtTaskGroup(
        group_id="models",
        project_config=ProjectConfig(PROJECT, manifest_path=PROJECT / "target" / "manifest.json"),
        profile_config=ProfileConfig(
            profile_name="shop", target_name="dev", profiles_yml_filepath=PROJECT / "profiles.yml"
        ),
        execution_config=ExecutionConfig(execution_mode=ExecutionMode.LOCAL),
        render_config=RenderConfig(load_method=LoadMode.DBT_MANIFEST, test_behavior=TestBehavior.AFTER_ALL),
        operator_args={"install_deps": False},
    )

    @task
    def spent():
        import duckdb

        with duckdb.connect(os.environ["SHOP_DATABASE"], read_only=True) as database:
            return dict(database.sql("select name, amount::int from spending order by 1").fetchall())

    before() >> models >> spent()


shop_group()
