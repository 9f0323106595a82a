"""What provider packages add to DAG files: `@task.<name>` decorators, and file systems by the scheme of an address."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.provider_package import install

INFO = """{
    "task-decorators": [
        {"name": "rocket", "class-name": "acme.rocket_task"}, {"name": "lost", "class-name": "acme.not_there"}],
    "filesystems": ["acme_files", "acme_old_files"],
}"""
DECORATOR = """
def rocket_task(python_callable=None, **kwargs):
    from tradewind.sdk import task_decorator_factory
    from tradewind.providers.standard.operators.python_function import PythonOperator
    return task_decorator_factory(python_callable, decorated_operator_class=PythonOperator, **kwargs)
"""
FILES = """
raise_when_imported = __import__("os").environ.get("NO_IMPORT") and 1 / 0
schemes = ["acme"]
def get_fs(conn_id, storage_options=None):
    from fsspec.implementations.memory import MemoryFileSystem
    fs = MemoryFileSystem()
    fs.made_with = (conn_id, storage_options)
    return fs
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    install(folder, "acme", INFO, more=DECORATOR)
    (folder / "acme_files.py").write_text(FILES)
    (folder / "acme_old_files.py").write_text("schemes = ['old']\ndef get_fs(conn_id):\n    return conn_id\n")
    return folder


def said(site: Path, script: str, **environment: str) -> str:
    """What a script prints in an environment that has the package; a process of its own, as the catalogue is read once."""
    home = str(site.parent / "home")
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(site), "TRADEWIND_HOME": home, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_decorator_of_a_package_makes_tasks(site: Path):
    script = """
from tradewind.sdk import dag, task
@dag(schedule=None)
def flight():
    @task.rocket(retries=3)
    def launch(): ...
    launch()
print([(one.task_id, one.retries) for one in flight().tasks])
"""
    assert said(site, script) == "[('launch', 3)]"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("docker", "task decorator 'docker' not found; `tradewind providers add docker` brings it"),
        ("nosuch", "task decorator 'nosuch' not found"),
        ("lost", "task decorator 'lost' can't be loaded from acme.not_there"),
    ],
)
def test_a_decorator_that_is_missing_is_an_attribute_error_that_says_what_to_do(site: Path, name: str, told: str):
    script = f"""
from tradewind.sdk import task
try:
    task.{name}
except AttributeError as error:
    print(error)
"""
    assert said(site, script).startswith(told)


def test_a_file_system_of_a_package_opens_addresses_of_its_scheme(site: Path):
    script = """
from tradewind.sdk.object_storage import get_fs
print(get_fs("acme", "my_conn", {"a": 1}).made_with, get_fs("old", "other"))
try:
    get_fs("old", "other", {"a": 1})
except Exception as error:
    print(error)
"""
    assert said(site, script).splitlines() == [
        "('my_conn', {'a': 1}) other",
        "acme_old_files takes no storage options, and it is given a",
    ]


def test_schemes_are_known_without_importing_the_module(site: Path):
    script = "from tradewind.sdk.provider_catalogue import catalogue; print(catalogue().filesystem_schemes)"
    assert said(site, script, NO_IMPORT="1") == "{'acme': 'acme_files', 'old': 'acme_old_files'}"


def test_a_package_that_is_installed_while_a_process_lives_is_found(site: Path):
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from support.provider_package import install
from tradewind.sdk import Connection, task
from tradewind.sdk.exceptions import AirflowException
try:
    Connection("c", "late").get_hook()
except AirflowException as error:
    print(error)
info = "dict([('connection-types', [{{'connection-type': 'late', 'hook-class-name': 'late.LateHook'}}])])"
more = "class LateHook:\\n    conn_name_attr = 'conn'\\n    def __init__(self, conn): self.conn = conn\\n"
install(Path({str(site)!r}), "late", info, more=more)
print(Connection("c", "late").get_hook().conn)
"""
    assert said(site, script).splitlines() == [
        'Unknown hook type "late": no installed package brings a hook for such connections',
        "c",
    ]
