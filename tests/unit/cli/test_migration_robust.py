"""A check never fails on what it is given: any bytes, any Python, any archive, any airflow.cfg and requirements.txt."""

from __future__ import annotations

import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tradewind.cli.migration.check import Asked, Checked, check, text_findings
from tradewind.cli.migration.configuration import read_configuration
from tradewind.cli.migration.contexts import template_findings
from tradewind.cli.migration.findings import Finding
from tradewind.cli.migration.progress import Progress
from tradewind.cli.migration.report import as_json, print_report
from tradewind.cli.migration.requirements import requirement_findings
from tradewind.cli.migration.source import Source, read_source
from tradewind.cli.session import Session

PIECES = [
    "from airflow import DAG\n", "from airflow.sdk import task, Asset\n", "import airflow.providers.a.b as c\n", "from airflow import *\n",
    "DAG(schedule_interval=x, *y, **z)\n", "dag = DAG('a', default_args={**x, 'sla': 1, 2: 3})\n", "with DAG('a') as dag, open('x') as (y, z):\n    pass\n",
    "BashOperator(*a)\n", "Operator.partial(task_id=1).expand(x=2)\n", "x = '{{ execution_date }} {% %} {{ }'\n", "f'{{{{ {x} }}}}'\n",
    "context['execution_date']['x']\n", "context[execution_date:1]\n", "get_current_context()[1]\n", "ti.xcom_pull(**x)\n", "x.xcom_pull()\n",
    "def f(execution_date, /, *, next_ds=1, **context): ...\n", "@a.b[c](d)\ndef on_x(): ...\n", "class P(AirflowPlugin, metaclass=x):\n    a, b = 1, 2\n    flask_blueprints: list\n",
    "try:\n    import x\nexcept* ImportError:\n    import y\n", "match x:\n    case {'a': DAG()}:\n        import airflow.z\n", "DAG.subdags = x\n", "lambda execution_date: 1\n",
    "async def g():\n    async with DAG('a') as dag: pass\n", "(x := DAG('b')).clear()\n", "trigger_rule = f(trigger_rule=TriggerRule.DUMMY)\n", "DAG('a', schedule=Asset('x') | y)\nz['ds']\n",
]  # fmt: skip
READABLE = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


def _findings(content: bytes) -> list[Finding]:
    read = read_source("a.py", content)
    return text_findings(read, {}, (), looks_for_packages=False) if isinstance(read, Source) else [read]


@READABLE
@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbfx")
@example(b"# -*- coding: utf-16 -*-\nx")
@example(b"\x00")
def test_any_bytes_give_findings_with_lines(content: bytes) -> None:
    assert all(one.line >= 1 for one in _findings(content))


@READABLE
@given(st.text(max_size=300))
@example("(" * 5000)
@example("x = " + "-" * 20000 + "1")
@example("[" * 90 + "]" * 90)
def test_any_text_gives_findings_with_lines(text: str) -> None:
    assert all(one.line >= 1 for one in _findings(text.encode("utf-8", "surrogatepass")))


@READABLE
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_any_mix_of_what_the_rules_look_at_gives_findings_within_the_file(text: str) -> None:
    last = text.count("\n") + 1
    assert all(1 <= one.line <= last for one in _findings(text.encode()))


def test_source_that_is_nested_very_deeply_is_a_finding_or_read() -> None:
    deep = (
        "x = "
        + "f(" * 80
        + ")" * 80
        + "\n"
        + "".join(f"{' ' * n}if x:\n" for n in range(90))
        + " " * 90
        + "import airflow.x\n"
    )
    assert {one.code for one in _findings(deep.encode())} <= {"TW002", "TW201"}
    assert {one.code for one in _findings(("+".join(["x"] * 30_000)).encode())} <= {"TW002"}
    assert sys.getrecursionlimit() >= 1000


@READABLE
@given(st.text(alphabet="{}%execution_date \n'\".", max_size=80))
def test_any_template_gives_findings_within_it(text: str) -> None:
    assert all(1 <= one.line <= text.count("\n") + 1 for one in template_findings(text, 1))


@READABLE
@given(st.text(max_size=200))
@example("apache-airflow[")
@example("a @ http://[")
def test_any_requirements_are_read(text: str) -> None:
    assert all(one.line >= 1 for one in requirement_findings(text))


@READABLE
@given(st.text(alphabet="[]core=parallelism 1\n#:%(x)s", max_size=120))
def test_any_airflow_cfg_is_read(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "airflow.cfg")
        file.write_text(text)
        assert all(one.line >= 1 for one in read_configuration(file).findings)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["a.zip", "inside/a.zip"]))
def test_any_archive_is_read_or_a_finding(noise: bytes, place: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, place)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(_damaged(noise))
        checked = _checked(file if place == "a.zip" else Path(folder))
        assert {one.code for report in checked.files for one in report.findings} <= {"TW004", "TW001", "TW002"}


def _damaged(noise: bytes) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", "x = 1\n" * 50)
    content = bytearray(whole.getvalue())
    for index, value in enumerate(noise):
        content[(index * 7 + value) % len(content)] = value
    return bytes(content)


def _checked(path: Path) -> Checked:
    checked = check(Asked(path=path, is_static=True), Session({}, home=str(path.parent / "home")), Progress())
    print_report(checked, is_quiet=False)
    assert as_json(checked)["summary"]["files"] == len(checked.files)
    return checked


def test_odd_things_in_a_folder_are_passed_over_or_told(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone.py").symlink_to(tmp_path / "nothing")
    (tmp_path / "empty.py").touch()
    (tmp_path / "binary.py").write_bytes(b"\x00\xff" * 100)
    (tmp_path / ".airflowignore").write_text("*.txt\n[\n")
    checked = _checked(tmp_path)
    assert {report.path: report.level.words for report in checked.files} == {
        "binary.py": "not supported",
        "empty.py": "runs",
    }
