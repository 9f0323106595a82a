"""A cause in words: why something is as it is, what lies behind it, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tradewind.spec import Json

__all__ = ["Cause", "ago", "ended", "how_long", "listed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason. `because` holds the reasons behind it: the leaves are the true causes."""

    code: str
    """Stable name, for programs: ``pool_full``."""
    sentence: str
    fix: str = ""
    """What a person can do about it; empty: nothing needs doing."""
    facts: Mapping[str, Json] = field(default_factory=dict[str, Json])
    because: tuple[Cause, ...] = ()

    def roots(self) -> Iterator[Cause]:
        """The causes that have none behind them."""
        if not self.because:
            yield self
        for cause in self.because:
            yield from cause.roots()


def ended(text: str) -> str:
    """Words that may be somebody else's, as a sentence: with a full stop where they have no end of their own."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def how_long(duration: timedelta) -> str:
    """A length of time in its two largest units: ``3 h 20 min``."""
    seconds = max(0.0, duration.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    parts: list[str] = []
    left = round(seconds)
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        if len(parts) == 2 or (parts and not left):
            break
    return " ".join(parts)


def ago(moment: datetime | None, now: datetime) -> str:
    """How long a moment is past or still to come: ``2 min ago``, ``in 3 h``."""
    if moment is None:
        return "at an unknown time"
    if moment <= now:
        return f"{how_long(now - moment)} ago"
    return f"in {how_long(moment - now)}"


def ahead(moment: datetime | None, now: datetime) -> str:
    """How far ahead a moment is at which something happens: ``in 3 h``; ``any moment (due 2 s ago)`` where it has passed."""
    if moment is not None and moment <= now:
        return f"any moment (due {ago(moment, now)})"
    return ago(moment, now)


def listed(names: list[str], most: int = 5) -> str:
    """Names in a sentence: ``a, b and 3 more``."""
    shown = names[:most]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else "".join(shown)
