"""What provider packages read from `conf` while they are imported is there before that."""

from __future__ import annotations

import subprocess
import sys

from airflow.configuration import conf

FRESH = """
import sys
from airflow.configuration import conf
print(conf.get("elasticsearch", "log_id_template"))
print(conf.getboolean("common.sql", "nothing", fallback=False))
print(sorted(one for one in sys.modules if one.startswith("airflow.providers.")))
"""


def test_defaults_of_providers_are_known_and_none_of_them_is_imported_for_it():
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["{dag_id}-{task_id}-{run_id}-{map_index}-{try_number}", "False", "[]"]


def test_what_has_no_fallback_in_the_call_has_a_default():
    assert conf.get("elasticsearch", "index_patterns") == "_all"
    assert conf.get("ELASTICSEARCH", "log_id_template") == conf.get("elasticsearch", "LOG_ID_TEMPLATE")
    assert conf.get("operators", "DEFAULT_QUEUE") == "default"
    assert conf.getboolean("operators", "default_deferrable") is False
    assert conf.get("kubernetes_executor", "namespace") == "default"


def test_a_section_of_a_provider_has_its_defaults():
    section = conf.getsection("openlineage")
    assert section
    assert section["disabled"] is False
