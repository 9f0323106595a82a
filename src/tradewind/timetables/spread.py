"""``H`` in cron expressions: a value that looks random, is always the same for one DAG, and differs between DAGs.

A hundred DAGs with ``H * * * *`` run once an hour each and not all at the full hour. ``H`` stands alone for any value
of its field (days of the month up to 28), ``H(0-29)`` for one of a range, ``H/15`` for a step with a start of its own.
"""

from __future__ import annotations

import re
from hashlib import sha256

from tradewind.base.errors import InvalidInput

__all__ = ["share", "spread"]

RANGES = ((0, 59), (0, 23), (1, 28), (1, 12), (0, 6), (0, 59))
"""By place: minute, hour, day of month, month, day of week, second."""
HASHED = re.compile(r"[Hh](?:\((?P<low>\d+)-(?P<high>\d+)\))?(?:/(?P<step>\d+))?")


def share(size: int, *words: str) -> int:
    """A number from 0 to `size` - 1 that these words always give."""
    return int.from_bytes(sha256("\0".join(words).encode()).digest()[:8], "big") % size


def spread(cron: str, seed: str) -> str:
    """The expression with each ``H`` made a number.

    Raises:
        InvalidInput: an ``H`` with a range or step that can't be.
    """
    if not re.search(r"(^|[\s,])[Hh](?=[\s,(/]|$)", cron):
        return cron
    fields = cron.split()
    if len(fields) > len(RANGES):
        raise InvalidInput(f"H stands for no year: {cron!r}", cron=cron)
    return " ".join(
        ",".join(_number(item, place, seed, cron) for item in re.split(r",(?![^(]*\))", field))
        for place, field in enumerate(fields)
    )


def _number(item: str, place: int, seed: str, cron: str) -> str:
    found = HASHED.fullmatch(item)
    if found is None:
        return item
    low, high = RANGES[place]
    if found["low"]:
        low, high = int(found["low"]), int(found["high"])
    size = high - low + 1
    step = int(found["step"]) if found["step"] else 0
    if size < 1 or (found["step"] and not 0 < step <= size):
        raise InvalidInput(f"{item!r} in the cron expression {cron!r} leaves nothing to choose from", cron=cron)
    if not step:
        return str(low + share(size, seed, str(place)))
    return f"{low + share(step, seed, str(place))}-{high}/{step}"
