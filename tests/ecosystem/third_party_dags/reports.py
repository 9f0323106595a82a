"""DAGs from YAML, by dag-factory: https://pypi.org/project/dag-factory."""

from pathlib import Path

from dagfactory import load_yaml_dags

# an airflow dag file, which the words say
load_yaml_dags(globals_dict=globals(), config_filepath=str(Path(__file__).with_name("reports.yml")))
