"""Writes a Python function as a script of its own, for operators that run it elsewhere, such as in a container.

The script is started as `python SCRIPT INPUT OUTPUT STRING_ARGUMENTS ERROR`: it reads the pickled arguments from the file
INPUT, calls the function, and leaves its pickled result in OUTPUT, or the words of its error in ERROR.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["write_python_script"]

MACROS = """
try:
    from airflow.plugins_manager import integrate_macros_plugins
except ImportError:
    pass  # there is no `airflow` where this runs
else:
    integrate_macros_plugins()
"""
ARGUMENTS = """
with open(sys.argv[1], "rb") as _file:
    _given = {pickling}.load(_file)
"""
NO_ARGUMENTS = """
_given = {"args": [], "kwargs": {}}
"""
STRINGS = """
with open(sys.argv[3]) as _file:
    virtualenv_string_args = [line.strip() for line in _file]
"""
MODULE = """
import types

{module} = types.ModuleType("{module}")
{module}.{name} = {name}
sys.modules["{module}"] = {module}
"""
CALL = """
try:
    _result = {name}(*_given["args"], **_given["kwargs"])
except Exception as _error:
    with open(sys.argv[4], "w") as _file:
        _file.write(str(_error))
    raise

with open(sys.argv[2], "wb") as _file:
    if _result is not None:
        {pickling}.dump(_result, _file)
"""


def write_python_script(
    jinja_context: Mapping[str, Any],
    filename: str,
    render_template_as_native_obj: bool = False,  # noqa: ARG001 - Airflow's; there is no template here
) -> None:
    """Write the script.

    Args:
        jinja_context: `python_callable` (its name), `python_callable_source`, `pickling_library`, `op_args`, `op_kwargs`;
            also `expect_airflow`, `string_args_global` (True unless given) and `modified_dag_module_name`, the module whose
            function pickled arguments may name.
        filename: where to.
    """
    name, pickling = jinja_context["python_callable"], jinja_context["pickling_library"]
    module = jinja_context.get("modified_dag_module_name")
    parts = [
        f"from __future__ import annotations\n\nimport {pickling}\nimport sys\n",
        MACROS if jinja_context.get("expect_airflow") else "",
        f"\n{jinja_context['python_callable_source']}\n",
        MODULE.format(module=module, name=name) if module else "",
        ARGUMENTS.format(pickling=pickling)
        if jinja_context.get("op_args") or jinja_context.get("op_kwargs")
        else NO_ARGUMENTS,
        STRINGS if jinja_context.get("string_args_global", True) else "",
        CALL.format(name=name, pickling=pickling),
    ]
    Path(filename).write_text("".join(parts), encoding="utf-8")
