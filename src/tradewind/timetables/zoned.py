"""Cron in a time zone: from matches of the wall clock to moments, through gaps and folds.

A schedule that matches in every hour (``*/15 * * * *``) follows real time: it fires whenever the wall clock matches,
so twice in an hour that comes twice, and not at times that are skipped. Any other schedule fires once for each match:
at the second of two equal times, and for a time that is skipped as much later as the clock was put forward.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from tradewind.timetables.cron import Cron

__all__ = ["ZonedCron"]

NEAR = timedelta(hours=25)
"""More than any change of offset: one that touches a moment happened or happens within this span."""
TICK = timedelta(microseconds=1)


class ZonedCron:
    """The moments, in UTC, at which an expression fires in a zone."""

    def __init__(self, cron: Cron, zone: tzinfo) -> None:
        self.cron = cron
        self._zone = zone

    def next(self, after: datetime) -> datetime | None:
        """The first moment after one; None: there is none any more."""
        if self._zone is UTC:
            match = self.cron.next(_naive(after))
            return None if match is None else _aware(match)
        return self._next_in_calm(after) or self._next(after)

    def _next_in_calm(self, after: datetime) -> datetime | None:
        """The first moment after one, where the clock is not changed near either; None: look closer."""
        offset = self._offset(after)
        if offset != self._offset(after - NEAR):
            return None
        match = self.cron.next(_naive(after) + offset)
        if match is None:
            return None
        moment = _aware(match - offset)
        is_calm = moment - after < NEAR and self._offset_at(match, fold=0) == offset == self._offset_at(match, fold=1)
        return moment if is_calm else None

    def _next(self, after: datetime) -> datetime | None:
        best: datetime | None = None
        match = self.cron.next(_naive(after) + self._lowest_offset(after) - TICK)
        while match is not None:
            for moment in self._moments(match):
                if moment > after and (best is None or moment < best):
                    best = moment
            # Any later match is a moment after `match - highest offset`, so the search can end there.
            if best is not None and match - self._highest_offset(best) >= _naive(best):
                break
            match = self.cron.next(match)
        return best

    def previous(self, before: datetime) -> datetime | None:
        """The last moment before one; None: there is none."""
        best: datetime | None = None
        match = self.cron.previous(_naive(before) + self._highest_offset(before) + TICK)
        while match is not None:
            for moment in self._moments(match):
                if moment < before and (best is None or moment > best):
                    best = moment
            if best is not None and match - self._lowest_offset(best) <= _naive(best):
                break
            match = self.cron.previous(match)
        return best

    def at_or_after(self, moment: datetime) -> datetime | None:
        """The first moment that is not before one."""
        return self.next(moment - TICK)

    def at_or_before(self, moment: datetime) -> datetime | None:
        """The last moment that is not after one."""
        return self.previous(moment + TICK)

    def _moments(self, match: datetime) -> tuple[datetime, ...]:
        first, second = self._offset_at(match, fold=0), self._offset_at(match, fold=1)
        if first == second:
            return (_aware(match - first),)
        is_gap = second > first
        if not self.cron.every_hour:
            return (_aware(match - (first if is_gap else second)),)
        return () if is_gap else (_aware(match - first), _aware(match - second))

    def _offset_at(self, match: datetime, *, fold: int) -> timedelta:
        return self._zone.utcoffset(match.replace(fold=fold)) or timedelta(0)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta(0)

    def _lowest_offset(self, moment: datetime) -> timedelta:
        return min(self._offset(moment - NEAR), self._offset(moment), self._offset(moment + NEAR))

    def _highest_offset(self, moment: datetime) -> timedelta:
        return max(self._offset(moment - NEAR), self._offset(moment), self._offset(moment + NEAR))


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
