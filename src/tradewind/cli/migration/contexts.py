"""Rules about what tasks ask: keys of the context in templates and in Python, attributes of runs, XComs."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from tradewind.cli.migration.arguments import dag_calls
from tradewind.cli.migration.findings import Finding, finding
from tradewind.cli.migration.removed import CONTEXT_KEYS, DATE_KEYS, RUN_ATTRIBUTES
from tradewind.cli.migration.source import Source, dotted, keywords_of

__all__ = ["context_findings", "template_findings"]

EXPRESSION = re.compile(r"\{[{%](.*?)[}%]\}", re.DOTALL)
WORD = re.compile(r"(?<![\w.'\"])([A-Za-z_]\w*)")
ATTRIBUTE = re.compile(r"\b(dag_run|ti|task_instance)\.(\w+)")
CONTEXTS = {"context", "kwargs", "ctx", "op_kwargs", "ds_kwargs", "_context", "task_context"}
RUNS = {"ti", "task_instance", "dag_run", "dagrun", "dr", "run"}
PARAMETERS = CONTEXT_KEYS.keys() - {"conf"}


def template_findings(text: str, line: int) -> Iterator[Finding]:
    """Removed names in a Jinja template that begins at a line."""
    if "{{" not in text and "{%" not in text:
        return
    for match in EXPRESSION.finditer(text):
        inside = match.group(1)
        for word in WORD.finditer(inside):
            name = word.group(1)
            if name in CONTEXT_KEYS and not _is_named_argument(inside, word.end()):
                at = line + text.count("\n", 0, match.start(1) + word.start(1))
                yield _in_template(name, at, _is_plain(inside, name))
        for attribute in ATTRIBUTE.finditer(inside):
            if attribute.group(2) in RUN_ATTRIBUTES:
                at = line + text.count("\n", 0, match.start(1) + attribute.start())
                yield _attribute(attribute.group(0), attribute.group(2), at)


def context_findings(source: Source) -> Iterator[Finding]:
    """All of these rules for a Python file."""
    texts = _docstrings(source)
    for node in source.of(ast.Constant):
        if isinstance(node.value, str) and id(node) not in texts:
            yield from template_findings(node.value, node.lineno)
    for node in source.of(ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, str) and key in CONTEXT_KEYS and _is_context(node.value):
            yield _key(key, node.lineno)
    for node in source.of(ast.Call):
        yield from _call(node)
    for node in source.functions:
        yield from _parameters(source, node)
    runs = RUNS | _named_runs(source)
    for node in source.of(ast.Attribute):
        if node.attr in RUN_ATTRIBUTES and _is_run(node.value, runs):
            yield _attribute(dotted(node) or f"....{node.attr}", node.attr, node.lineno)
    yield from _dates_of_assets(source, texts)


# -- single findings -----------------------------------------------------------------------------------------------


def _in_template(name: str, line: int, is_plain: bool) -> Finding:
    now = CONTEXT_KEYS[name][0]
    if not now:
        near = CONTEXT_KEYS[name][1]
        fix = "ask `var`, `params` or an environment variable" if name == "conf" else f"`{near}` is what comes near"
        return finding("TW120", line, f"{{{{ {name} }}}}", fix)
    swap = (f"{{{{ {name} }}}}", f"{{{{ {now} }}}}") if is_plain else ("", "")
    return finding("TW120", line, f"{{{{ {name} }}}}", f"write {{{{ {now} }}}}", swap=swap)


def _key(key: str, line: int) -> Finding:
    now = CONTEXT_KEYS[key][1]
    if key == "conf":
        return finding("TW121", line, 'context["conf"]', "import `conf` from airflow.configuration")
    is_exact = CONTEXT_KEYS[key][0] == now
    swap = (f'"{key}"', f'"{now}"') if is_exact else ("", "")
    return finding(
        "TW121", line, f'context["{key}"]', f'{"use" if is_exact else "work it out from"} context["{now}"]', swap=swap
    )


def _attribute(shown: str, name: str, line: int) -> Finding:
    now = RUN_ATTRIBUTES[name]
    swap = (f".{name}", f".{now}") if name == "execution_date" else ("", "")
    fix = (
        'compare `run_type` with "manual"'
        if name == "external_trigger"
        else f"use `.{now}`"
        if now
        else "ask the REST API"
    )
    return finding("TW123", line, f"`{shown}` is gone", fix, swap=swap)


def _call(node: ast.Call) -> Iterator[Finding]:
    if not isinstance(node.func, ast.Attribute):
        return
    key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    if (
        node.func.attr in {"get", "pop"}
        and isinstance(key, str)
        and key in CONTEXT_KEYS
        and _is_context(node.func.value)
    ):
        yield _key(key, node.lineno)
    if node.func.attr == "xcom_pull" and _names_no_task(node):
        yield finding(
            "TW113", node.lineno, "xcom_pull(...) without task_ids, which in Airflow 2 looked at all tasks of the run",
            "say whose value is meant: `task_ids=`",
        )  # fmt: skip


def _names_no_task(pull: ast.Call) -> bool:
    given = keywords_of(pull).keys()
    return not pull.args and not given & {"task_ids", "map_indexes"} and len(given) == len(pull.keywords)


def _parameters(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    """Parameters of task functions are filled from the context by their names."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    wanted = [one for one in arguments if one.arg in PARAMETERS and one.arg not in _given(source, function.name)]
    if not wanted or not _is_task_function(source, function):
        return
    for one in wanted:
        now = CONTEXT_KEYS[one.arg][1]
        is_exact = CONTEXT_KEYS[one.arg][0] == now
        fix = f"{'call it' if is_exact else 'work it out from'} `{now}`"
        yield finding(
            "TW122", one.lineno, f"{function.name}(..., {one.arg})", fix, swap=(one.arg, now) if is_exact else ("", "")
        )


def _given(source: Source, function: str) -> set[str]:
    """Parameters of a function that the file itself gives values: by `op_kwargs`, or where it calls the function."""
    given: set[str] = set()
    for call, _ in source.calls:
        words = keywords_of(call)
        if dotted(call.func).partition(".")[0] == function:
            given |= words.keys()
        named, values = words.get("python_callable"), words.get("op_kwargs")
        if named and values and dotted(named.value) == function and isinstance(values.value, ast.Dict):
            given |= {str(key.value) for key in values.value.keys if isinstance(key, ast.Constant)}
    return given


def _is_task_function(source: Source, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        name = source.name_of(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name.startswith(("airflow.", "tradewind")) or name.split(".")[0] == "task":
            return True
    if function.args.kwarg is not None and function.args.kwarg.arg in CONTEXTS:
        return True
    return any(
        keyword.arg in {"python_callable", "execution_date_fn"} and dotted(keyword.value) == function.name
        for call, _ in source.calls
        for keyword in call.keywords
        if keyword.arg != "execution_date_fn"  # it is called with the date, by position
    )


def _dates_of_assets(source: Source, texts: set[int]) -> Iterator[Finding]:
    """Dates that a file asks for whose DAGs are all started by assets."""
    schedules = [keywords_of(call).get("schedule") for call, _ in dag_calls(source)]
    given = [one.value for one in schedules if one is not None]
    if not given or len(given) != len(schedules) or not all(_is_assets(source, value) for value in given):
        return
    for node in [*source.of(ast.Subscript), *source.of(ast.Constant)]:
        key, line = None, 0
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and _is_context(node.value):
            key, line = node.slice.value, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            inside = " ".join(EXPRESSION.findall(node.value))
            key, line = next((w for w in WORD.findall(inside) if w in DATE_KEYS), None), node.lineno
        if key in DATE_KEYS:
            yield finding(
                "TW124", line, f"`{key}` in a DAG that assets start",
                "use `dag_run.run_after`, or what the events in `triggering_asset_events` tell",
            )  # fmt: skip


# -- recognising ---------------------------------------------------------------------------------------------------


def _is_assets(source: Source, value: ast.expr) -> bool:
    match value:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return bool(items)
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr()):
            return _is_assets(source, left)
        case ast.Call(func=func):
            return source.name_of(func).rpartition(".")[2] in {
                "Asset",
                "Dataset",
                "AssetAlias",
                "AssetAll",
                "AssetAny",
                "DatasetAlias",
            }
        case _:
            return False


def _is_context(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node.func).endswith(("get_current_context", "get_template_context"))
    return dotted(node).rpartition(".")[2] in CONTEXTS


def _is_run(node: ast.expr, runs: Collection[str] = RUNS) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value in RUNS
    return _is_asked_for(node) or dotted(node).rpartition(".")[2] in runs


def _is_asked_for(node: ast.expr) -> bool:
    """`context.get("ti")`."""
    if not (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args
    ):
        return False
    key = node.args[0]
    return isinstance(key, ast.Constant) and key.value in RUNS and _is_context(node.func.value)


def _named_runs(source: Source) -> frozenset[str]:
    """Names that a run or a task instance of the context is given: `_ti = context["ti"]`."""
    return frozenset(
        target.id
        for node in source.of(ast.Assign)
        if isinstance(node.value, ast.Call | ast.Subscript) and _is_run(node.value, frozenset())
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _is_named_argument(inside: str, end: int) -> bool:
    rest = inside[end:].lstrip()
    return rest.startswith("=") and not rest.startswith("==")


def _is_plain(inside: str, name: str) -> bool:
    return inside.strip() == name


def _docstrings(source: Source) -> set[int]:
    found: set[int] = set()
    for node in [source.tree, *source.of(ast.ClassDef), *source.functions]:
        if node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.add(id(first.value))
    return found
