"""Checks values against the JSON schemas that DAGs bring along; what a schema refers to must be in the schema itself.

Whoever writes a DAG must not have the server open a file or an address of their choice, so nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from tradewind.sdk.schema_bounds import LIMIT_S, TooSlow, bounded

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["SchemaBroken", "mistakes", "worst_mistake"]


class SchemaBroken(Exception):
    """The schema itself can't be used; the sentence says why."""


def mistakes(value: object, schema: Mapping[str, object], limit_s: float = LIMIT_S) -> Iterator[ValidationError]:
    """What is wrong with a value, by a schema that is taken for a good one: to look is slower than all the rest.

    Raises:
        SchemaBroken: the schema refers to something outside of it, has a pattern that is none, or takes too long.
    """
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - takes 60 ms; few need it
    from jsonschema.validators import validator_for  # noqa: PLC0415
    from jsonschema_specifications import REGISTRY  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    try:
        kind: Any = bounded(
            validator_for(cast("dict[str, Any]", schema), default=Draft202012Validator), schema, limit_s
        )
        yield from kind(dict(schema), registry=REGISTRY, format_checker=FormatChecker()).iter_errors(value)
    except Unresolvable as error:
        raise SchemaBroken(f"it refers to {error.ref!r}, which is not in it; nothing is fetched") from error
    except TooSlow as error:
        raise SchemaBroken(str(error)) from error
    except RecursionError as error:
        raise SchemaBroken("it refers to itself without end, or the value is nested too deeply") from error
    except re.error as error:
        raise SchemaBroken(f"a pattern of it is none: {error}") from error


def worst_mistake(value: object, schema: Mapping[str, object]) -> ValidationError | None:
    """What is most wrong with a value; None: nothing.

    Raises:
        SchemaBroken: the schema is none, or as for `mistakes`.
    """
    from jsonschema import Draft202012Validator, SchemaError  # noqa: PLC0415 - as above
    from jsonschema.exceptions import best_match  # noqa: PLC0415
    from jsonschema.validators import validator_for  # noqa: PLC0415

    given = cast("dict[str, Any]", schema)
    try:
        validator_for(given, default=Draft202012Validator).check_schema(given)
    except SchemaError as error:
        raise SchemaBroken(error.message) from error
    return best_match(mistakes(value, schema))
