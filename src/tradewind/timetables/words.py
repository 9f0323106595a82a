"""A cron expression in words, as Airflow's lists show it: ``At 09:00, only on Friday``."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["describe"]

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]  # fmt: skip
WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
PART = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?")


def describe(cron: str) -> str:
    """A valid expression as a sentence; empty for more than five fields."""
    fields = cron.lower().replace("?", "*").split()
    if len(fields) != 5:
        return ""
    fields = [re.sub(r"^(\*)/1$|^0/1$", "*", field) for field in fields]
    minute, hour, day, month, weekday = fields
    time = _time(minute, hour)
    if day != "*" and weekday != "*":
        months = _months(month)
        return f"{time}{_days(day)}{months} (or) {time}{months}{_weekdays(weekday)}"
    return f"{time}{_days(day)}{_months(month)}{_weekdays(weekday)}"


def _time(minute: str, hour: str) -> str:
    if minute.isdigit() and _is_list(hour) and ("-" not in hour or int(minute) == 0):
        return "At " + _listing(hour, lambda h: f"{int(h):02}:{int(minute):02}", lambda h: f"{int(h):02}:59")
    found = re.fullmatch(r"(\d+)-(\d+)", minute)
    if found and hour.isdigit():
        return f"Every minute between {int(hour):02}:{int(found[1]):02} and {int(hour):02}:{int(found[2]):02}"
    minutes, hours = _minutes(minute), _hours(hour, is_exact="," in minute)
    if minute == "0" and hour == "*":
        return "Every hour"
    if minute == "0" and (found := re.fullmatch(r"[*0]/(\d+)", hour)):
        return f"Every {found[1]} hours"
    return minutes + hours


def _is_list(field: str) -> bool:
    """Whether it is a number, or a list that starts with one and has no steps."""
    items = field.split(",")
    return "/" not in field and "*" not in field and (len(items) > 1 or field.isdigit())


def _minutes(field: str) -> str:
    found = PART.fullmatch(field)
    if field == "*":
        return "Every minute"
    if found is None:
        return f"At {_listing(field, str, str)} minutes past the hour"
    low, high, step = found["low"], found["high"], found["step"]
    span = f"minutes {low} through {high} past the hour"
    if step is None:
        return span.capitalize() if high else f"At {low} minutes past the hour"
    if high:
        return f"Every {step} minutes, {span}"
    return f"Every {step} minutes" + ("" if low in ("*", "0") else f", starting at {low} minutes past the hour")


def _hours(field: str, *, is_exact: bool) -> str:
    found = PART.fullmatch(field)
    if field == "*":
        return ""
    if found is None:
        return f", at {_listing(field, lambda h: f'{int(h):02}:00', lambda h: f'{int(h):02}:59')}"
    low, high, step = found["low"], found["high"], found["step"]
    if step is None and is_exact and not high:
        return f", at {int(low):02}:00"
    if step is None:
        return f", between {int(low):02}:00 and {int(high or low):02}:59"
    if high:
        return f", every {step} hours, between {int(low):02}:00 and {int(high):02}:59"
    return f", every {step} hours" + ("" if low in ("*", "0") else f", starting at {int(low):02}:00")


def _days(field: str) -> str:
    if field == "*":
        return ""
    if field == "l":
        return ", on the last day of the month"
    if found := re.fullmatch(r"(\d+)w", field):
        return f", on the weekday nearest day {found[1]} of the month"
    part = PART.fullmatch(field)
    if part is None:
        return f", on day {_listing(field.replace('l', 'L'), str, str)} of the month"
    low, high, step = part["low"], part["high"], part["step"]
    span = f", between day {low} and {high} of the month" if high else ""
    if step is None:
        return span or f", on day {low} of the month"
    start = "" if low in ("*", "1") or high else f", starting on day {low} of the month"
    return f", every {step} days{span}{start}"


def _months(field: str) -> str:
    return _named(field, _month, "months", "December")


def _weekdays(field: str) -> str:
    if found := re.fullmatch(r"(\w+)#(\d)", field):
        return f", on the {ORDINALS[int(found[2])]} {_weekday(found[1])} of the month"
    if found := re.fullmatch(r"l(\w+)", field):
        return f", on the last {_weekday(found[1])} of the month"
    return _named(field, _weekday, "days of the week", "Saturday")


def _named(field: str, name: Callable[[str], str], unit: str, last: str) -> str:
    if field == "*":
        return ""
    found = PART.fullmatch(field)
    if found is None:
        return f", only {'on' if name is _weekday else 'in'} {_listing(field, name, name)}"
    low, high, step = found["low"], found["high"], found["step"]
    span = f", {name(low)} through {name(high)}" if high else ""
    if step is None:
        return span or f", only {'on' if name is _weekday else 'in'} {name(low)}"
    start = "" if low == "*" or high else f", {name(low)} through {last}"
    return f", every {step} {unit}{span}{start}"


def _listing(field: str, name: Callable[[str], str], end: Callable[[str], str]) -> str:
    """``1,5-7`` as ``one and five through seven``; `name` words an item, `end` the end of a range."""
    words: list[str] = []
    for item in field.split(","):
        found = PART.fullmatch(item)
        if found is None or found["low"] == "*":
            words.append(name(item) if found is None else "any")
        else:
            words.append(f"{name(found['low'])} through {end(found['high'])}" if found["high"] else name(found["low"]))
        if found is not None and found["step"]:
            words[-1] += f" in steps of {found['step']}"
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def _month(word: str) -> str:
    return MONTHS[int(word) - 1] if word.isdigit() else next(m for m in MONTHS if m.lower().startswith(word))


def _weekday(word: str) -> str:
    if found := re.fullmatch(r"(\w+)#(\d)", word):
        return f"the {ORDINALS[int(found[2])]} {_weekday(found[1])}"
    if word.isdigit():
        return WEEKDAYS[int(word) % 7]
    return next((day for day in WEEKDAYS if day.lower().startswith(word)), word)
