"""Write what is derived from code: the state diagrams from the table of moves, the OpenAPI document and the table of paths
from the routes, and the client from the document.

python tools/generate.py            write
python tools/generate.py --check    exit code 1 if a file is not what it would be written as
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import client_source

from tradewind.api.document import made_document
from tradewind.api.lazy_routes import all_places
from tradewind.api.places import text_of
from tradewind.core.rules import RULES
from tradewind.core.states import FINISHED, MOVES, RUN_FINISHED, RUN_MOVES, RunState, TaskState

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_CAUSE = ("marked by hand", "cleared", "the DAG's version")
"""Causes that apply to nearly every state; they get a sentence, not twenty arrows."""


def states_page() -> str:
    """docs/reference/states.md."""
    return "\n".join(
        [
            "# States",
            "",
            "<!-- Written by tools/generate.py from tradewind.core.states. Do not edit. -->",
            "",
            "The states of task instances and runs, in Airflow's words, and every move between them. The scheduler's core",
            "has no other moves: this page is drawn from the table that it looks them up in.",
            "",
            "## Task instances",
            "",
            "A task instance that waits for its upstreams has no state, shown here as `none`.",
            "",
            *_task_diagram(),
            "",
            "Left out of the picture: an instance can be marked `success`, `failed` or `skipped` by hand in any state, goes",
            "to `removed` when its run moves to a version of the DAG without the task, and back to `none` when it is",
            "cleared (by way of `restarting` where a process has to be stopped first).",
            "",
            *_table((_name(a), _name(b), cause) for (a, b), cause in sorted(MOVES.items(), key=_task_order)),
            "",
            f"Finished: {_list(FINISHED)}.",
            "",
            "## Runs",
            "",
            *_run_diagram(),
            "",
            *_table((str(a), str(b), cause) for (a, b), cause in RUN_MOVES.items()),
            "",
            f"Finished: {_list(RUN_FINISHED)}.",
            "",
            "## Trigger rules",
            "",
            *(f"- `{rule}`" for rule in sorted(RULES)),
            "",
        ]
    )


def _task_diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> none"]
    for (a, b), cause in sorted(MOVES.items(), key=_task_order):
        if not cause.startswith(WITHOUT_CAUSE) or b is TaskState.RESTARTING:
            lines.append(f"    {_name(a)} --> {_name(b)}: {cause}")
    lines += [f"    {state} --> [*]" for state in TaskState if state in FINISHED]
    return [*lines, "```"]


def _run_diagram() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> queued"]
    lines += [f"    {a} --> {b}: {cause}" for (a, b), cause in RUN_MOVES.items()]
    lines += [f"    {state} --> [*]" for state in RunState if state in RUN_FINISHED]
    return [*lines, "```"]


def _table(rows: Iterable[tuple[str, str, str]]) -> list[str]:
    lines = ["| from | to | why |", "|---|---|---|"]
    lines += [f"| `{a}` | `{b}` | {cause} |" for a, b, cause in rows]
    return lines


def _task_order(item: tuple[tuple[TaskState | None, TaskState | None], str]) -> tuple[int, int]:
    order = [None, *TaskState]
    return order.index(item[0][0]), order.index(item[0][1])


def _name(state: TaskState | None) -> str:
    return "none" if state is None else str(state)


def _list(states: frozenset[TaskState] | frozenset[RunState]) -> str:
    return ", ".join(f"`{state}`" for state in sorted(states))


def state_names() -> str:
    """ui/src/shared/state-names.ts."""
    lines = ["// Written by tools/generate.py from tradewind.core.states. Do not edit."]
    for name, states in (("TaskState", TaskState), ("RunState", RunState)):
        lines += [f"export type {name} =", *(f'  | "{state}"' for state in states)]
        lines[-1] += ";"
        lines.append("")
    return "\n".join(lines)


def openapi() -> str:
    """src/tradewind/api/openapi.json."""
    return json.dumps(made_document(), indent=1, ensure_ascii=False) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/reference/states.md": states_page,
    "ui/src/shared/state-names.ts": state_names,
    "src/tradewind/api/openapi.json": openapi,
    "src/tradewind/api/places.json": lambda: text_of(all_places()),
    "src/tradewind/client/shapes.py": lambda: client_source.shapes_source(made_document()),
    "src/tradewind/client/queries.py": lambda: client_source.queries_source(made_document()),
    "src/tradewind/client/operations.py": lambda: client_source.operations_source(made_document()),
}
DIFFERENCES_SHOWN = 60


def _show(name: str, there: str, would_be: str) -> None:
    """What differs, and where in the file."""
    lines = list(
        difflib.unified_diff(there.splitlines(), would_be.splitlines(), name, f"{name}, made now", "", "", 2, "")
    )
    print("\n".join(lines[:DIFFERENCES_SHOWN]))
    if len(lines) > DIFFERENCES_SHOWN:
        print(f"... and {len(lines) - DIFFERENCES_SHOWN} lines more")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether the files are up to date")
    given = parser.parse_args()
    stale: list[str] = []
    for name, write in PAGES.items():
        path, content = ROOT / name, write()
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(name)
        if given.check:
            _show(name, path.read_text(encoding="utf-8") if path.exists() else "", content)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'is not up to date; run `make generate`' if given.check else 'written'}")
    return 1 if given.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
