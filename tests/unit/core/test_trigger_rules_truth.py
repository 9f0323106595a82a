"""All 13 trigger rules, over every mix of a few upstreams, mapped and not, against an oracle in plain English.

The oracle below knows nothing of tallies: it is told how each upstream ended, one letter each (s success, f failed,
k skipped, u upstream_failed, x removed, - not yet), and says in quantifiers what the rule means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement, permutations

import pytest

from support.story import Story, dag, failed, over, skipped, succeeded
from tradewind.core.rules import DIRECT, RULES, TOTALS, WEIGHTS, Verdict, decide
from tradewind.core.states import CODES, TaskState

LETTERS = {
    "s": TaskState.SUCCESS, "f": TaskState.FAILED, "k": TaskState.SKIPPED, "u": TaskState.UPSTREAM_FAILED,
    "x": TaskState.REMOVED, "-": None,
}  # fmt: skip
STATES = {"run": "queued", "skip": "skipped", "upstream_failed": "upstream_failed", "wait": None}


def oracle(rule: str, ends: str, *, is_mapped: bool = False) -> str:
    """What happens to a task with this rule. A mapped instance does not miss upstreams that were removed."""
    if not ends or rule == "always":
        return "run"
    is_there = [end for end in ends if not (is_mapped and end == "x")]
    everybody_has_ended = "-" not in ends
    somebody_failed = any(end in "fu" for end in ends)
    somebody_was_skipped = "k" in ends
    somebody_succeeded = "s" in ends
    match rule:
        case "all_success":
            if somebody_failed:
                return "upstream_failed"
            if somebody_was_skipped:
                return "skip"
            return "run" if all(end == "s" for end in is_there) else "wait"
        case "all_failed":
            if somebody_succeeded or somebody_was_skipped:
                return "skip"
            return "run" if all(end in "fu" for end in is_there) else "wait"
        case "all_done":
            return "run" if everybody_has_ended else "wait"
        case "all_done_min_one_success":
            if somebody_was_skipped:
                return "skip"
            if not everybody_has_ended:
                return "wait"
            return "run" if somebody_succeeded else "upstream_failed"
        case "all_done_setup_success":  # none of these is a setup, so nothing more is asked
            return "run" if everybody_has_ended else "wait"
        case "all_skipped":
            if any(end in "sfu" for end in ends):
                return "skip"
            return "run" if all(end == "k" for end in ends) else "wait"
        case "one_success":
            if somebody_succeeded:
                return "run"
            if not everybody_has_ended:
                return "wait"
            return "skip" if all(end == "k" for end in ends) else "upstream_failed"
        case "one_failed":
            if somebody_failed:
                return "run"
            return "skip" if everybody_has_ended else "wait"
        case "one_done":
            if any(end in "sf" for end in ends):
                return "run"
            return "skip" if everybody_has_ended else "wait"
        case "none_failed":
            if somebody_failed:
                return "upstream_failed"
            return "run" if all(end in "sk" for end in is_there) else "wait"
        case "none_failed_min_one_success":
            if somebody_failed:
                return "upstream_failed"
            if all(end == "k" for end in ends):
                return "skip"
            return "run" if all(end in "sk" for end in is_there) else "wait"
        case "none_skipped":
            if somebody_was_skipped:
                return "skip"
            return "run" if everybody_has_ended else "wait"
        case _:
            raise AssertionError(f"the oracle does not know {rule}")


def mixes(letters: str, most: int) -> Iterator[str]:
    """Every mix of up to `most` upstreams, whatever their order."""
    for size in range(most + 1):
        yield from map("".join, combinations_with_replacement(letters, size))


def test_the_oracle_knows_all_13_rules() -> None:
    assert len(RULES) == 13
    assert all(oracle(rule, "s") for rule in RULES)


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("is_mapped", [False, True], ids=["of an unmapped task", "of a mapped instance"])
def test_the_verdict_on_every_mix_of_up_to_six_upstreams(rule: str, is_mapped: bool) -> None:
    for ends in mixes("sfkux-", 6):
        tally = sum(WEIGHTS[DIRECT][CODES[LETTERS[end]]] for end in ends)
        verdict = decide(RULES[rule], tally, TOTALS[DIRECT] * len(ends), 0 if is_mapped else -1)
        assert verdict is Verdict[oracle(rule, ends, is_mapped=is_mapped).upper()], (ends, is_mapped)


# -- the same through stories: events come in every order, over upstreams that are mapped, or not, or both -------------


def unmapped(count: int, rule: str) -> tuple[Story, list[tuple[str, int]]]:
    """z below tasks that each have one above them, so that they can end as upstream_failed."""
    names = [f"t{n}" for n in range(count)]
    edges = "; ".join(f"before_{name} >> {name} >> z" for name in names)
    return begun(edges, rule), [(name, -1) for name in names]


def mapped(count: int, rule: str) -> tuple[Story, list[tuple[str, int]]]:
    """z below a task in a mapped group, behind another one in it."""
    return begun("g.before_m >> g.m; g.m >> z", rule, copies=count), [("g.m", index) for index in range(count)]


def both(count: int, rule: str) -> tuple[Story, list[tuple[str, int]]]:
    """z below one unmapped task and a mapped one."""
    story = begun("before_t >> t >> z; g.before_m >> g.m; g.m >> z", rule, copies=count - 1)
    return story, [("t", -1), *(("g.m", index) for index in range(count - 1))]


def begun(edges: str, rule: str, copies: int = 1) -> Story:
    spec = dag(edges, tasks={"z": {"trigger_rule": rule}}, groups={"g": over(copies)}, max_active_tasks=99)
    return Story(is_checked=False).given(spec).run()


def end(story: Story, upstream: tuple[str, int], letter: str) -> None:
    task, index = upstream
    before = task.replace("g.m", "g.before_m") if task.startswith("g.") else f"before_{task}"
    if letter == "u":
        story.when(failed(before, index))
        return
    how: dict[str, Callable[..., object]] = {"s": succeeded, "f": failed, "k": skipped}
    story.when(succeeded(before, index), how[letter](task, index))  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"always"}))
@pytest.mark.parametrize("shape", [unmapped, mapped, both])
def test_a_task_goes_as_soon_as_its_rule_says_so_in_whatever_order_its_upstreams_end(
    rule: str, shape: Callable[[int, str], tuple[Story, list[tuple[str, int]]]]
) -> None:
    count = 3
    orders = sorted({order for mix in combinations_with_replacement("sfku", count) for order in permutations(mix)})
    for order in orders:
        story, upstreams = shape(count, rule)
        said = "wait"
        for place, letter in enumerate(order):
            end(story, upstreams[place], letter)
            if said == "wait":
                said = oracle(rule, "".join(order[: place + 1]) + "-" * (count - place - 1))
            assert story.state_of("z") == STATES[said], (order[: place + 1], said)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_all_instances_of_a_mapped_task_are_judged_by_the_same_rule(rule: str) -> None:
    for order in ("ss", "sf", "fs", "sk", "ks", "ff", "kk", "uf", "us", "ku"):
        edges = "before_a >> a >> z; before_b >> b >> z"
        spec = dag(edges, tasks={"z": {"trigger_rule": rule, "mapped": over(2)}})
        story = Story().given(spec).run()
        upstreams = [("a", -1), ("b", -1)]
        said = oracle(rule, "--")
        for place, letter in enumerate(order):
            end(story, upstreams[place], letter)
            if said == "wait":
                said = oracle(rule, order[: place + 1] + "-" * (1 - place))
        assert {story.state_of("z", 0), story.state_of("z", 1)} == {STATES[said]}, order


@pytest.mark.parametrize("rule", sorted(RULES))
def test_inside_a_mapped_group_only_the_same_copy_counts(rule: str) -> None:
    for ends in mixes("sfku-", 2):
        if not ends:
            continue
        names = [f"g.t{n}" for n in range(len(ends))]
        edges = "; ".join(f"g.before_{name[2:]} >> {name} >> g.z" for name in names)
        story = Story(is_checked=False).given(dag(edges, tasks={"g.z": {"trigger_rule": rule}}, groups={"g": over(2)}))
        story.run()
        said = oracle(rule, "-" * len(ends))
        for place, letter in enumerate(ends.replace("-", "")):
            before = f"g.before_{names[place][2:]}"
            if letter == "u":
                story.when(failed(before, 1))
            else:
                how: dict[str, Callable[..., object]] = {"s": succeeded, "f": failed, "k": skipped}
                story.when(succeeded(before, 1), how[letter](names[place], 1))  # type: ignore[arg-type]
            if said == "wait":
                said = oracle(rule, ends.replace("-", "")[: place + 1] + "-" * (len(ends) - place - 1))
        assert story.state_of("g.z", 1) == STATES[said], ends
        assert story.state_of("g.z", 0) == STATES[oracle(rule, "-" * len(ends))], ends
