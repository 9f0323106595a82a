"""The source of `tradewind.client`, from the OpenAPI document: what Airflow's own client does not know of the API."""

from __future__ import annotations

import json
import keyword
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["operations_source", "queries_source", "shapes_source"]

ROOT = Path(__file__).resolve().parents[1]
AIRFLOWS = ROOT / "tests" / "unit" / "api" / "operations.json"
HEADER = "# Written by tools/client_source.py from src/tradewind/api/openapi.json. Do not edit."
NEVER_SUCCEEDS = ("create_token_all_admins",)
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
STREAMS = {
    "text/event-stream": ("_events", "Iterator[{}]"),
    "application/x-ndjson": ("_lines", "Iterator[dict[str, Any]]"),
    "application/octet-stream": ("_bytes", "bytes"),
}

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One that the client has."""

    name: str
    method: str
    path: str
    about: Schema

    def parameters(self, place: str) -> list[Schema]:
        """Those in the path or the query."""
        return [one for one in self.about.get("parameters", []) if one["in"] == place]

    @property
    def body(self) -> Schema | None:
        """What it is sent."""
        return self.about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")

    @property
    def answers(self) -> dict[str, Schema]:
        """Content type -> schema of a success."""
        good = [answer for status, answer in self.about["responses"].items() if status.startswith("2")]
        found = {kind: one.get("schema", {}) for answer in good for kind, one in answer.get("content", {}).items()}
        if "text/event-stream" in found:
            found["text/event-stream"] = found["text/event-stream"]["properties"]["data"]["contentSchema"]
        return found

    @property
    def query_name(self) -> str:
        """The name of the shape of its query."""
        return "".join(word.capitalize() for word in self.name.split("_")) + "Query"


def operations_of(document: Schema) -> list[Operation]:
    """Our additions, but for pages and what a browser is sent through."""
    airflows = {fact["id"] for fact in json.loads(AIRFLOWS.read_text(encoding="utf-8"))}
    return [
        Operation(about["operationId"], method.upper(), path, about)
        for path, methods in document["paths"].items()
        for method, about in methods.items()
        if about["operationId"] not in airflows
        and about["operationId"] not in NEVER_SUCCEEDS
        and "303" not in about["responses"]
        and "text/html" not in about["responses"].get("200", {}).get("content", {})
    ]


def type_of(schema: Schema) -> str:
    """The type of what a schema describes."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in schema or "oneOf" in schema:
        return " | ".join(dict.fromkeys(type_of(one) for one in schema.get("anyOf", schema.get("oneOf", ()))))
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(type_of({**schema, "type": one}) for one in kind)
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {type_of(more) if isinstance(more, Mapping) else 'Any'}]"
    return PLAIN.get(str(kind), "Any")


def references(schema: object) -> Iterator[str]:
    """The names of the schemas that a schema speaks of."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield str(schema["$ref"]).rsplit("/", 1)[1]
        for value in schema.values():
            yield from references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references(value)


def reached(document: Schema, found: list[Operation]) -> list[str]:
    """All schemas that bodies, parameters and answers need, by name."""
    schemas = document["components"]["schemas"]
    names: set[str] = set()
    waiting = [
        name
        for one in found
        for name in references([one.body, list(one.answers.values()), one.about.get("parameters", [])])
    ]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += references(schemas[name])
    return sorted(names)


def shape(name: str, schema: Schema) -> str:
    """A typed dictionary, or another name for a type."""
    properties = schema.get("properties")
    if properties is None:
        return f"{name}: TypeAlias = {type_of(schema)!r}\n"
    needed = schema.get("required", ())
    fields = {key: type_of(one) if key in needed else f"NotRequired[{type_of(one)}]" for key, one in properties.items()}
    words = sentence(schema.get("description", ""))
    about = f'    """{words}"""\n\n' if words else ""
    if any(keyword.iskeyword(key) or not key.isidentifier() for key in fields):
        inner = ", ".join(f"{key!r}: {kind!r}" for key, kind in fields.items())
        return f"{name} = TypedDict({name!r}, {{{inner}}})\n"
    return f"class {name}(TypedDict):\n{about}" + "".join(f"    {key}: {kind}\n" for key, kind in fields.items())


def query_shape(one: Operation) -> str:
    """The keyword arguments of an operation's query."""
    lines = [
        f"    {given['name']}: "
        + ("Required[{}]" if given.get("required") else "{}").format(type_of(given.get("schema", {})))
        for given in one.parameters("query")
    ]
    return (
        f'class {one.query_name}(TypedDict, total=False):\n    """What `{one.name}` can be asked with."""\n\n'
        + "\n".join(lines)
    )


def sentence(words: str) -> str:
    """The first sentence of a description, in one line."""
    return " ".join(words.partition("\n\n")[0].split()).replace('"', "'").replace("\\", "")


def method_source(one: Operation) -> str:
    """A method of the client."""
    names = [given["name"] for given in one.parameters("path")]
    kinds = {given["name"]: type_of(given["schema"]) for given in one.parameters("path")}
    stream = next((STREAMS[kind] for kind in STREAMS if kind in one.answers), None)
    schema = next((found for kind, found in one.answers.items() if kind in ("application/json", *STREAMS)), None)
    answer = "None" if schema is None else type_of(schema)
    how, returns = ("_json", answer) if stream is None else (stream[0], stream[1].format(answer))
    arguments = ["self", *(f"{name}: {kinds[name]}" for name in names)]
    sent = [repr(one.method), repr(one.path), "{" + ", ".join(f"{name!r}: {name}" for name in names) + "}"]
    has_query = bool(one.parameters("query"))
    sent.append("query" if has_query else "{}")
    if one.body is not None and how == "_json":
        is_needed = one.about["requestBody"].get("required", False)
        kind = type_of(one.body)
        arguments.append(f"body: {kind}" if is_needed else f"body: {kind} | None = None")
        sent.append("body")
    if has_query:
        arguments.append(f"**query: Unpack[{one.query_name}]")
    call = f"self.{how}({', '.join(sent)})"
    ending = call if returns == "None" else f"return {call}"
    words = sentence(one.about.get("description", ""))
    return f'    def {one.name}({", ".join(arguments)}) -> {returns}:\n        """{words}"""\n        {ending}\n'


def shapes_source(document: Schema) -> str:
    """src/tradewind/client/shapes.py."""
    found = operations_of(document)
    schemas = document["components"]["schemas"]
    parts = [shape(name, schemas[name]) for name in reached(document, found)]
    head = (
        '"""What the client sends and gets, as typed dictionaries."""\n\n'
        f"{HEADER}\n\nfrom __future__ import annotations\n\n"
        "from typing import Any, Literal, NotRequired, TypeAlias, TypedDict\n"
    )
    return formatted("\n\n".join([head, *parts]), "shapes.py")


def queries_source(document: Schema) -> str:
    """src/tradewind/client/queries.py."""
    found = operations_of(document)
    body = "\n\n\n".join(query_shape(one) for one in found if one.parameters("query"))
    head = (
        '"""What lists and streams can be asked with, as keyword arguments."""\n\n'
        f"{HEADER}\n\nfrom __future__ import annotations\n\n"
        "from typing import Any, Literal, Required, TypedDict\n"
    )
    return formatted(f"{head}{imported('shapes', reached(document, found), body)}\n\n{body}\n", "queries.py")


def operations_source(document: Schema) -> str:
    """src/tradewind/client/operations.py."""
    found = operations_of(document)
    body = "\n".join(method_source(one) for one in found)
    head = (
        '"""The operations of the API that are not Airflow\'s, one method each."""\n\n'
        f"{HEADER}\n\nfrom __future__ import annotations\n\n"
        "from collections.abc import Iterator\nfrom typing import Any, Unpack\n\nfrom tradewind.client.http import Http\n"
    )
    imports = imported("queries", [one.query_name for one in found if one.parameters("query")], body)
    imports += imported("shapes", reached(document, found), body)
    about = '    """Calls of one server; each raises `ApiError` where the server refuses."""\n'
    return formatted(f"{head}{imports}\n\nclass Client(Http):\n{about}\n{body}", "operations.py")


def imported(module: str, names: list[str], body: str) -> str:
    """The import of those names of a module that a text has."""
    used = sorted(set(names) & set(words_of(body)))
    return f"from tradewind.client.{module} import ({', '.join(used)})\n" if used else ""


def words_of(source: str) -> list[str]:
    """The words in a text."""
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in source).split()


def formatted(source: str, name: str) -> str:
    """In the form that the linter wants."""
    ruff = Path(sys.executable).with_name("ruff")
    where = str(ROOT / "src" / "tradewind" / "client" / name)
    fixed = subprocess.run(
        [ruff, "check", "--fix-only", "--quiet", "--stdin-filename", where, "-"],
        input=source, capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    done = subprocess.run(
        [ruff, "format", "--quiet", "--stdin-filename", where, "-"],
        input=fixed.stdout, capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return done.stdout
