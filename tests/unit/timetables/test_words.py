"""Cron expressions are told in the words that Airflow's users know."""

from __future__ import annotations

import pytest

from tradewind.timetables.words import describe


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("* * * * *", "Every minute"),
        ("*/5 * * * *", "Every 5 minutes"),
        ("0 * * * *", "Every hour"),
        ("30 * * * *", "At 30 minutes past the hour"),
        ("0 */2 * * *", "Every 2 hours"),
        ("5 */3 * * *", "At 5 minutes past the hour, every 3 hours"),
        ("0 9 * * 5", "At 09:00, only on Friday"),
        ("0 9 * * fri", "At 09:00, only on Friday"),
        ("0 9 ? * 5", "At 09:00, only on Friday"),
        ("0 9 * * 1-5", "At 09:00, Monday through Friday"),
        ("0 9,17 * * *", "At 09:00 and 17:00"),
        ("0 9 * * 1,3,5", "At 09:00, only on Monday, Wednesday, and Friday"),
        ("*/10 9-17 * * 1-5", "Every 10 minutes, between 09:00 and 17:59, Monday through Friday"),
        ("0 0 1 * *", "At 00:00, on day 1 of the month"),
        ("0 0 1 */3 *", "At 00:00, on day 1 of the month, every 3 months"),
        ("0 0 1 1 *", "At 00:00, on day 1 of the month, only in January"),
        ("0 0 L * *", "At 00:00, on the last day of the month"),
        ("0 0 15W * *", "At 00:00, on the weekday nearest day 15 of the month"),
        ("0 0 * * fri#2", "At 00:00, on the second Friday of the month"),
        ("0 0 * * L5", "At 00:00, on the last Friday of the month"),
        ("1-5 9 * * *", "Every minute between 09:01 and 09:05"),
        ("5,10 9 * * *", "At 5 and 10 minutes past the hour, at 09:00"),
        ("0 9 1 * 5", "At 09:00, on day 1 of the month (or) At 09:00, only on Friday"),
        ("0 9 * * 5 30", ""),
    ],
)
def test_an_expression_is_told_in_words(cron: str, words: str) -> None:
    assert describe(cron) == words
