"""What a caller may see of the tables: a `Tx` that was given a `Sight` answers as if the other rows were not there.

Each table with names in it belongs to a resource (`GOVERNED`). A statement that reads such a table gets a common table
expression of the table's own name in front of it, which has only the rows that the caller may see: it shadows the table
wherever the statement names it, in joins, nested selects, unions and counts. What no rule covers has no names of its
own, and is only reached through what has (`UNGOVERNED`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import CTE, Executable, SelectBase, TextClause, TextualSelect, text
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from tradewind.base.errors import BrokenInvariant
from tradewind.base.policy import ANY, BELOW_A_DAG, Action, Grant, Names, Resource, Rights
from tradewind.db.tables import metadata

__all__ = ["GOVERNED", "UNGOVERNED", "Rule", "Sight", "sight_of"]

Dialect = Literal["sqlite", "postgresql"]
Match = Callable[[str], str]
"""A condition on a column, which holds where its value is a name that may be seen."""


@dataclass(frozen=True, slots=True)
class Veil:
    """Columns of rows that may be seen which speak of something that may not be: they are empty then."""

    resource: Resource
    column: str
    """Holds the name."""
    columns: Mapping[str, str]
    """What each of them is where it is empty, in SQL; this column too."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose names a table holds, and how a row is known to be seen."""

    resource: Resource
    where: Callable[[Match], str]
    """The condition of a row; names of other tables come as ``{db}table``, so that the real ones are meant."""
    is_derived: bool = False
    """It looks into other tables."""
    veil: Veil | None = None


def _by(resource: Resource, column: str) -> Rule:
    return Rule(resource, lambda match: match(column))


def _through(resource: Resource, table: str, key: str, its: str, name: str) -> Rule:
    """A row is seen where that one is which it hangs on."""

    def where(match: Match) -> str:
        return f"EXISTS (SELECT 1 FROM {{db}}{table} AS seen WHERE seen.{its} = {key} AND {match(f'seen.{name}')})"

    return Rule(resource, where, is_derived=True)


def _of_run(resource: Resource, table: str) -> Rule:
    return _through(resource, "dag_run", f"{table}.run_uid", "uid", "dag_id")


def _import_error(match: Match) -> str:
    """All DAGs of the file that could not be imported must be seen, and there must be one."""
    same = (
        "one.workspace = import_error.workspace AND one.bundle_name = import_error.bundle_name"
        " AND one.relative_fileloc = import_error.relative_fileloc"
    )
    return (
        f"EXISTS (SELECT 1 FROM {{db}}dag AS one WHERE {same})"
        f" AND NOT EXISTS (SELECT 1 FROM {{db}}dag AS one WHERE {same} AND NOT ({match('one.dag_id')}))"
    )


_EVENT_SOURCE = Veil(
    "dag",
    "source_dag_id",
    {"source_dag_id": "NULL", "source_run_id": "NULL", "source_task_id": "NULL", "source_map_index": "-1"},
)

GOVERNED: Mapping[str, Rule] = {
    "asset": _by("asset", "name"),
    "asset_alias": _by("asset", "name"),
    "asset_event": replace(_through("asset", "asset", "asset_event.asset_id", "id", "name"), veil=_EVENT_SOURCE),
    "asset_queue": _by("dag", "dag_id"),
    "asset_reference": _by("dag", "dag_id"),
    "asset_refusal": _by("dag", "dag_id"),
    "asset_state": _by("asset", "asset"),
    "asset_watcher": _by("dag", "dag_id"),
    "attempt": _of_run("task_instance", "attempt"),
    "backfill": _by("backfill", "dag_id"),
    "callback_order": _by("dag_run", "dag_id"),
    "connection": _by("connection", "conn_id"),
    "dag": _by("dag", "dag_id"),
    "dag_favorite": _by("dag", "dag_id"),
    "dag_run": _by("dag_run", "dag_id"),
    "dag_tag": _by("dag", "dag_id"),
    "dag_version": _by("dag", "dag_id"),
    "dag_warning": _by("dag", "dag_id"),
    "deadline": _by("dag_run", "dag_id"),
    "event_log": _by("event_log", "dag_id"),
    "import_error": Rule("import_error", _import_error, is_derived=True),
    "input_request": _by("task_instance", "dag_id"),
    "pool": _by("pool", "name"),
    "rendered": _of_run("task_instance", "rendered"),
    "task_instance": _by("task_instance", "dag_id"),
    "task_state": _of_run("task_instance", "task_state"),
    "trigger": _by("task_instance", "dag_id"),
    "variable": _by("variable", "key"),
    "xcom": _of_run("xcom", "xcom"),
}
"""Tables whose rows are somebody's to see. Above a row is the name that grants speak of."""

UNGOVERNED: Mapping[str, str] = {
    "access_token": "listed by owner",
    "asset_alias_member": "two keys of governed tables",
    "asset_event_alias": "two keys of governed tables",
    "audit_head": "one row of figures",
    "backfill_slot": "reached by the key of a backfill",
    "bundle": "folders with DAG files, no names of DAGs",
    "change_log": "each reader is shown what `Call.names` allows",
    "dag_code": "reached by the hash in a version",
    "inbox": "never shown",
    "lease": "never shown",
    "login_failure": "never shown",
    "login_session": "listed by owner",
    "oidc_login": "never shown",
    "parsed_file": "never shown",
    "process": "jobs have no names",
    "revoked_token": "never shown",
    "role": "the same for everybody who may read roles",
    "role_holder": "shown with its user",
    "run_asset_event": "two keys of governed tables",
    "spec": "reached by the hash in a version",
    "spec_task": "reached by the hash in a version",
    "user_account": "one's own is always seen; lists ask `Call.names`",
    "workspace": "names what a request speaks for",
}
"""Tables without a rule, and why."""

_LONG = frozenset({"dag_run", "task_instance"})
"""SQLite would find their rows by a pattern of DAG ids that most rows meet, before all else that is asked for; whoever
lists them looks for the ids themselves where these are few (`dag_patterns`)."""
_RESOURCES: frozenset[Resource] = frozenset[Resource](rule.resource for rule in GOVERNED.values())
_EVERYTHING = Names(frozenset({frozenset[str]()}))
_STRICT: frozenset[Resource] = frozenset({"event_log", "import_error", "xcom"})
"""What is seen by its own grants only; other rows below a DAG come along with what is asked for, as their frame."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Which names a call may see, by resource; a resource that is not here is seen whole."""

    names: Mapping[Resource, Names]
    _made: dict[tuple[str, str], CTE] = field(default_factory=dict[tuple[str, str], CTE], compare=False)

    def narrowed(self, statement: Executable, dialect: Dialect) -> Executable:
        """The statement, as it reads only rows that may be seen. Statements that write go through.

        Raises:
            BrokenInvariant: text in SQL, of which nobody knows what it reads.
        """
        if isinstance(statement, SelectBase) and not isinstance(statement, TextualSelect):
            tables = [table for table in _tables_in(statement) if self._hides(table)]
            if not tables:
                return statement
            # PostgreSQL reads the list in order: what looks into other tables comes before these are shadowed.
            tables.sort(key=lambda table: (not GOVERNED[table].is_derived, table))
            return statement.add_cte(*(self._shadow(table, dialect) for table in tables))
        if isinstance(statement, UpdateBase):
            return statement
        kind = type(statement).__name__
        raise BrokenInvariant(f"a {kind} can't be narrowed to what a caller may see; use Core's select")

    def dags(self, table: str, dialect: Dialect) -> TextClause | None:
        """Asks for the DAGs of a ``:workspace`` whose rows of a table may be seen, ``:most`` of them; None: all may be."""
        names = self.names.get(GOVERNED[table].resource)
        if names is None:
            return None
        binds = dict[str, str]()
        where = _matches("dag_id", names, dialect, "see", binds)
        real = "main.dag" if dialect == "sqlite" else "dag"
        shadow = f"WITH dag AS NOT MATERIALIZED (SELECT * FROM {real} WHERE {where})"
        return text(f"{shadow}\n SELECT dag_id FROM dag WHERE workspace = :workspace LIMIT :most").bindparams(**binds)

    def sees_alike(self, table: str, other: str) -> bool:
        """Whether the rows of both tables are seen by the same names."""
        one, two = (self.names.get(GOVERNED[name].resource) for name in (table, other))
        return one == two

    def _hides(self, table: str) -> bool:
        rule = GOVERNED.get(table)
        if rule is None:
            return False
        return rule.resource in self.names or (rule.veil is not None and rule.veil.resource in self.names)

    def _shadow(self, table: str, dialect: Dialect) -> CTE:
        if (table, dialect) not in self._made:
            rule, binds = GOVERNED[table], dict[str, str]()
            db = "main." if dialect == "sqlite" else ""
            hidden = "+" if dialect == "sqlite" and table in _LONG else ""

            def match(column: str, resource: Resource = rule.resource) -> str:
                names = self.names.get(resource, _EVERYTHING)
                return _matches(column, names, dialect, f"see_{table}", binds, hidden=hidden)

            columns = "*" if rule.veil is None else self._veiled(table, rule.veil, match)
            where = rule.where(match).replace("{db}", db)
            body = text(f"SELECT {columns} FROM {db}{table} WHERE {where}").bindparams(**binds)
            self._made[table, dialect] = body.columns().cte(table).prefix_with("NOT MATERIALIZED")
        return self._made[table, dialect]

    def _veiled(self, table: str, veil: Veil, match: Callable[[str, Resource], str]) -> str:
        if veil.resource not in self.names:
            return "*"
        is_seen = match(veil.column, veil.resource)
        return ", ".join(
            f"CASE WHEN {is_seen} THEN {name} ELSE {veil.columns[name]} END AS {name}" if name in veil.columns else name
            for name in (column.name for column in metadata.tables[table].columns)
        )


def sight_of(rights: Rights, actions: Sequence[Action], resource: Resource) -> Sight | None:
    """What a call may see that does these actions; None: everything.

    Of the resource itself it sees what it may act on. Of all others it sees what its caller may read, and below a DAG
    also the frame of what it acts on: its run, its DAG.
    """
    if rights.scopes is None and Grant(ANY, ANY) in (one.grant for one in rights.held):
        return None
    own = _union(rights.visible(action, resource) for action in actions)
    found: dict[Resource, Names] = {}
    for governed in _RESOURCES:
        if governed == resource:
            names = own
        else:
            names = rights.visible("read", governed)
            if resource in BELOW_A_DAG and governed in BELOW_A_DAG - _STRICT:
                names = _union((names, own))
        if not names.everything:
            found[governed] = names
    return Sight(found) if found else None


def _union(several: Iterable[Names]) -> Names:
    return Names(frozenset[frozenset[str]]().union(*(one.alternatives for one in several)))


def _tables_in(statement: SelectBase) -> list[str]:
    """The names of all tables that a statement reads, however deep."""
    found: dict[str, None] = {}
    for element in visitors.iterate(statement):
        table = element
        if getattr(element, "__visit_name__", "") == "column":
            table = getattr(element, "table", None)
        if table is not None and getattr(table, "__visit_name__", "") == "table":
            found[str(table.name)] = None  # type: ignore[attr-defined]  # a table has a name
    return list(found)


def _matches(
    column: str, names: Names, dialect: Dialect, prefix: str, binds: dict[str, str], *, hidden: str = ""
) -> str:
    """The condition that a column holds one of the names; adds the values to `binds`.

    Args:
        hidden: what stands before a column that patterns are not to be found by.
    """
    if names.everything:
        return "1 = 1"

    def bound(value: str) -> str:
        key = f"{prefix}_{len(binds)}"
        binds[key] = value
        return f":{key}"

    exact = sorted({next(iter(one)) for one in names.alternatives if len(one) == 1 and ANY not in next(iter(one))})
    found = [f"{column} IN ({', '.join(map(bound, exact))})"] if exact else []
    found += [
        "(" + " AND ".join(_fits(hidden + column, one, dialect, bound) for one in patterns) + ")"
        for patterns in sorted(map(sorted, names.alternatives))
        if len(patterns) > 1 or ANY in patterns[0]
    ]
    return "(" + " OR ".join(found) + ")" if found else "1 = 0"


def _fits(column: str, pattern: str, dialect: Dialect, bound: Callable[[str], str]) -> str:
    if ANY not in pattern:
        return f"{column} = {bound(pattern)}"
    if dialect == "sqlite":
        return f"{column} GLOB {bound(pattern.replace('[', '[[]').replace('?', '[?]'))}"
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{column} LIKE {bound(escaped.replace(ANY, '%'))}"
