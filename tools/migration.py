"""Start the next revision of the schema: what the tables have that the chain of migrations does not lead to.

    python tools/migration.py --check
    python tools/migration.py labels "Runs have labels."

What moves data is then written into the new file by hand. A revision that is committed is not written anew.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import api, render_python_code
from alembic.operations import ops
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext

from tradewind.db import tables
from tradewind.db.columns import JsonText, Moment
from tradewind.db.migrations import chain

FOLDER = Path(__file__).resolve().parent.parent / "src/tradewind/db/migrations/versions"


def rendered_type(_kind: str, item: object, _context: object) -> str | bool:
    """Our own column types by their names, all others as Alembic renders them."""
    return f"{type(item).__name__}()" if isinstance(item, Moment | JsonText) else False


def differences(connection: sa.Connection) -> ops.UpgradeOps:
    """What separates a database at the end of the chain from the tables."""
    config = chain._config()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the same configuration
    config.attributes["connection"] = connection
    scripts = chain.ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("heads", revision)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    with EnvironmentContext(config, scripts, fn=steps):
        scripts.run_env()
    context = MigrationContext.configure(connection, opts={"compare_type": False, "render_item": rendered_type})
    found = api.produce_migrations(context, tables.metadata).upgrade_ops
    assert found is not None
    return found


def missing() -> ops.UpgradeOps:
    """What the chain lacks."""
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/head.db")
        with engine.begin() as connection:
            found = differences(connection)
        engine.dispose()
    return found


def revision(found: ops.UpgradeOps, before: str, sentence: str) -> str:
    """The text of the next revision."""
    body = render_python_code(found, render_item=rendered_type)
    lines = [line for line in body.splitlines() if "commands auto generated" not in line and "end Alembic" not in line]
    code = "\n".join(lines).replace(
        'sa.Boolean(), server_default=sa.text("0")', "sa.Boolean(), server_default=sa.false()"
    )
    code = code.replace("sa.Boolean(), server_default=sa.text('0')", "sa.Boolean(), server_default=sa.false()")
    used = [kind for kind in ("JsonText", "Moment") if f"{kind}()" in code]
    imports = f"from tradewind.db.columns import {', '.join(used)}\n\n" if used else ""
    return (
        f'"""{sentence}"""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n{imports}'
        f'revision = "{int(before) + 1:04}"\ndown_revision = "{before}"\n\n\ndef upgrade() -> None:\n{code}\n'
    )


def main() -> int:
    """Write the next revision, or say whether one is needed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help="a word for the file's name")
    parser.add_argument("sentence", nargs="?", help="what it brings, for its docstring")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a revision is needed")
    given = parser.parse_args()
    found = missing()
    if given.check:
        for one in found.as_diffs():
            print("the chain of migrations lacks:", *map(str, one), file=sys.stderr)
        return int(not found.is_empty())
    if found.is_empty():
        print("the chain of migrations leads to the tables as they are")
        return 0
    if not given.name or not given.sentence:
        parser.error("a revision is needed: give its name and a sentence")
    before = chain.head() or "0000"
    path = FOLDER / f"{int(before) + 1:04}_{given.name}.py"
    path.write_text(formatted(revision(found, before, given.sentence)))
    print(path.name, "written")
    return 0


def formatted(text: str) -> str:
    """As the formatter would have it."""
    import subprocess  # noqa: PLC0415

    command = [str(Path(sys.executable).parent / "ruff"), "format", "-q", "-", "--stdin-filename", str(FOLDER / "x.py")]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
