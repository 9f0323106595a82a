"""The 13 trigger rules as truth tables: for each mix of upstream ends, what happens to the task."""

from __future__ import annotations

import pytest

from tradewind.core.rules import DIRECT, INDIRECT, RULES, SETUP, TOTALS, WEIGHTS, Verdict, decide, shape
from tradewind.core.states import CODES, TaskState

LETTERS = {
    "s": TaskState.SUCCESS, "f": TaskState.FAILED, "k": TaskState.SKIPPED, "u": TaskState.UPSTREAM_FAILED,
    "x": TaskState.REMOVED, "-": None, "r": TaskState.RUNNING,
}  # fmt: skip
VERDICTS = {
    "wait": Verdict.WAIT, "run": Verdict.RUN, "skip": Verdict.SKIP, "upstream_failed": Verdict.UPSTREAM_FAILED,
    "remove": Verdict.REMOVE,
}  # fmt: skip


def verdict(rule: str, direct: str = "", *, setups: str = "", indirect: str = "", index: int = -1) -> Verdict:
    """The verdict on a task with these upstreams, one letter each."""
    tally = total = 0
    for letters, kind in ((direct, DIRECT), (setups, SETUP), (indirect, INDIRECT)):
        for letter in letters:
            tally += WEIGHTS[kind][CODES[LETTERS[letter]]]
            total += TOTALS[kind]
    return decide(RULES[rule], tally, total, index)


#            upstreams: ss  s-  --  sf  f-  ff  sk  k-  kk  su  u-  fk  sx
TABLE = """
all_success                 run wait wait upstream_failed upstream_failed upstream_failed skip skip skip upstream_failed upstream_failed upstream_failed wait
all_failed                  skip skip wait skip wait run skip skip skip skip wait skip skip
all_done                    run wait wait run wait run run wait run run wait run run
all_done_min_one_success    run wait wait run wait upstream_failed skip skip skip run wait skip run
all_done_setup_success      run wait wait run wait run run wait run run wait run run
one_success                 run run wait run wait upstream_failed run wait skip run wait upstream_failed run
one_failed                  skip wait wait run run run skip wait skip run run run skip
one_done                    run run wait run run run run wait skip run wait run run
none_failed                 run wait wait upstream_failed upstream_failed upstream_failed run wait run upstream_failed upstream_failed upstream_failed wait
none_failed_min_one_success run wait wait upstream_failed upstream_failed upstream_failed run wait skip upstream_failed upstream_failed upstream_failed wait
none_skipped                run wait wait run wait run skip skip skip run wait skip run
always                      run run run run run run run run run run run run run
all_skipped                 skip skip wait skip skip skip skip wait run skip skip skip skip
"""
MIXES = ["ss", "s-", "--", "sf", "f-", "ff", "sk", "k-", "kk", "su", "u-", "fk", "sx"]
CASES = [
    (rule, mix, expected)
    for rule, *cells in (line.split() for line in TABLE.strip().splitlines())
    for mix, expected in zip(MIXES, cells, strict=True)
]


def test_the_table_names_every_rule() -> None:
    assert {rule for rule, _, _ in CASES} == set(RULES)


@pytest.mark.parametrize(("rule", "mix", "expected"), CASES)
def test_a_rule_decides_as_its_table_says(rule: str, mix: str, expected: str) -> None:
    assert verdict(rule, mix) is VERDICTS[expected]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_task_without_upstreams_runs_whatever_its_rule(rule: str) -> None:
    assert verdict(rule) is Verdict.RUN


@pytest.mark.parametrize(
    ("setups", "direct", "expected"),
    [
        ("s", "s", "run"), ("s", "f", "run"), ("s", "-", "wait"), ("k", "s", "skip"), ("kk", "s", "skip"),
        ("f", "s", "upstream_failed"), ("u", "s", "upstream_failed"), ("sf", "s", "run"), ("sk", "s", "run"),
        ("kf", "s", "upstream_failed"), ("-", "s", "wait"), ("f", "-", "wait"),
    ],
)  # fmt: skip
def test_a_teardown_runs_if_one_of_its_setups_succeeded(setups: str, direct: str, expected: str) -> None:
    assert verdict("all_done_setup_success", direct, setups=setups) is VERDICTS[expected]


@pytest.mark.parametrize(
    ("indirect", "direct", "expected"),
    [
        ("s", "s", "run"), ("-", "s", "wait"), ("f", "-", "upstream_failed"), ("u", "-", "upstream_failed"),
        ("k", "-", "skip"), ("sk", "s", "skip"), ("s", "-", "wait"), ("s", "f", "upstream_failed"),
    ],
)  # fmt: skip
def test_a_task_waits_for_all_setups_it_lives_under(indirect: str, direct: str, expected: str) -> None:
    assert verdict("all_success", direct, indirect=indirect) is VERDICTS[expected]


def test_a_failed_setup_stops_even_a_task_whose_own_rule_is_all_done() -> None:
    assert verdict("all_done", "s", indirect="f") is Verdict.UPSTREAM_FAILED


@pytest.mark.parametrize("rule", ["all_success", "none_failed", "none_failed_min_one_success"])
def test_a_mapped_instance_forgives_removed_upstreams(rule: str) -> None:
    assert verdict(rule, "sx", index=0) is Verdict.RUN
    assert verdict(rule, "sx", index=-1) is Verdict.WAIT


def test_a_mapped_instance_beyond_its_shrunken_upstream_is_removed() -> None:
    assert verdict("all_success", "sx", index=1) is Verdict.REMOVE


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_verdict_changes_only_when_the_shape_of_the_tally_does(rule: str) -> None:
    seen: dict[int, Verdict] = {}
    for success in range(5):
        for failed in range(5):
            for skipped in range(5):
                left = 4 - success - failed - skipped
                if left < 0:
                    continue
                letters = "s" * success + "f" * failed + "k" * skipped + "-" * left
                tally = sum(WEIGHTS[DIRECT][CODES[LETTERS[x]]] for x in letters)
                look = shape(tally, 4)
                assert seen.setdefault(look, verdict(rule, letters)) is verdict(rule, letters)
