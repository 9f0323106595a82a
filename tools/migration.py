"""Write the newest revision anew from the tables: what the schema has gained since the revision before it.

    python tools/migration.py [--check]

A revision may be written anew until a release holds it; after that, start the next one.
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
from tradewind.db.schema import HEAD

FOLDER = Path(__file__).resolve().parent.parent / "src/tradewind/db/migrations/versions"
TITLES = {"0002": ("complete", "Assets, backfills, waiting without a slot, deadlines, state stores, decisions.")}


def rendered_type(_kind: str, item: object, _context: object) -> str | bool:
    """Our own column types by their names, all others as Alembic renders them."""
    return f"{type(item).__name__}()" if isinstance(item, Moment | JsonText) else False


def differences(connection: sa.Connection, before: str) -> ops.UpgradeOps:
    """What separates a database at the revision before from the tables."""
    config = chain._config()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the same configuration
    config.attributes["connection"] = connection
    scripts = chain.ScriptDirectory.from_config(config)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs(before, revision)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    with EnvironmentContext(config, scripts, fn=steps):
        scripts.run_env()
    context = MigrationContext.configure(connection, opts={"compare_type": False, "render_item": rendered_type})
    found = api.produce_migrations(context, tables.metadata).upgrade_ops
    assert found is not None
    return found


def revision(before: str) -> str:
    """The text of the revision."""
    _, sentence = TITLES[HEAD]
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/before.db")
        with engine.begin() as connection:
            found = differences(connection, before)
        engine.dispose()
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
        f'revision = "{HEAD}"\ndown_revision = "{before}"\n\n\ndef upgrade() -> None:\n{code}\n'
    )


def main() -> int:
    """Write the revision, or say whether it is what the tables ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where it would change")
    only_check = parser.parse_args().check
    path = FOLDER / f"{HEAD}_{TITLES[HEAD][0]}.py"
    left = path.read_text() if path.exists() else ""
    if not only_check:
        path.unlink(missing_ok=True)
    text = formatted(revision(f"{int(HEAD) - 1:04}"))
    if only_check:
        return int(text != left)
    path.write_text(text)
    print(path.name, "is as it was" if text == left else "written")
    return 0


def formatted(text: str) -> str:
    """As the formatter would have it."""
    import subprocess  # noqa: PLC0415

    command = [str(Path(sys.executable).parent / "ruff"), "format", "-q", "-", "--stdin-filename", str(FOLDER / "x.py")]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
