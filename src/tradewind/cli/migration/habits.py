"""Rules about what Tradewind does in another way: pages of plugins, listeners, partition mappers, access of assets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tradewind.cli.migration.findings import Finding, finding
from tradewind.cli.migration.source import Source, dotted

__all__ = ["habit_findings"]

PAGES = {
    "flask_blueprints", "appbuilder_views", "appbuilder_menu_items", "admin_views", "menu_links", "fastapi_apps",
    "fastapi_root_middlewares", "external_views", "react_apps",
}  # fmt: skip
GONE = {"operators", "sensors", "hooks", "executors"}
HEARD = {
    "on_starting", "before_stopping", "on_task_instance_running", "on_task_instance_success", "on_task_instance_failed",
    "on_task_instance_skipped", "on_dag_run_running", "on_dag_run_success", "on_dag_run_failed", "on_asset_changed",
    "on_new_dag_import_error",
}  # fmt: skip
HOOK = ("airflow.listeners.hookimpl", "tradewind.hookimpl", "hookimpl")


def habit_findings(source: Source) -> Iterator[Finding]:
    """All of these rules."""
    for node in source.of(ast.ClassDef):
        yield from _class(node, {source.name_of(base) for base in node.bases})
    for node in source.functions:
        if node.name.startswith("on_") and node.name not in HEARD:
            marks = (source.name_of(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list)
            if any(mark.endswith(HOOK) for mark in marks):
                text = f"the listener `{node.name}` is not called"
                yield finding("TW302", node.lineno, text, "watch what happens over the REST API")
    for call, name in source.calls:
        if name.rpartition(".")[2] == "AssetAccessControl" and name.startswith(("airflow.", "tradewind.")):
            fix = "nothing has to be done; any DAG may use the asset"
            yield finding("TW307", call.lineno, "AssetAccessControl(...)", fix)


def _class(node: ast.ClassDef, bases: set[str]) -> Iterator[Finding]:
    last = {base.rpartition(".")[2] for base in bases if base.startswith(("airflow.", "tradewind"))}
    if "AirflowPlugin" in last:
        for item in node.body:
            targets = (
                item.targets
                if isinstance(item, ast.Assign)
                else [item.target]
                if isinstance(item, ast.AnnAssign)
                else []
            )
            for name in map(dotted, targets):
                value = item.value if isinstance(item, ast.Assign | ast.AnnAssign) else None
                if name in PAGES and not _is_empty(value):
                    yield finding(
                        "TW301",
                        item.lineno,
                        f"`{name}` of the plugin {node.name}",
                        "nothing has to be done; the rest of the plugin works",
                    )
                elif name in GONE and not _is_empty(value):
                    yield finding(
                        "TW301",
                        item.lineno,
                        f"`{name}` of the plugin {node.name}",
                        "import them from their own module, as since Airflow 2",
                    )
    if last & {"PartitionMapper", "RollupMapper", "Window"}:
        yield finding(
            "TW306",
            node.lineno,
            f"class {node.name}({', '.join(sorted(last))})",
            "use one of the mappers and windows of `airflow.sdk`",
        )


def _is_empty(value: ast.expr | None) -> bool:
    return isinstance(value, ast.List | ast.Tuple) and not value.elts
