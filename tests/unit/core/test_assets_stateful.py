"""Random stories of assets: no event is lost or counted twice, and runs start exactly when their condition says."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.asset_story import AssetStory, alias, all_of, any_of, asset, consumer, key, producer, ref
from tradewind.core import events as e
from tradewind.core.states import RUN_FINISHED
from tradewind.spec import DagKey, Json

ASSETS = ["a", "b", "c"]
ALIASES = ["x", "y"]
CONSUMERS = ["d1", "d2", "d3"]

LEAVES = st.one_of(
    st.sampled_from([asset(name) for name in ASSETS]),
    st.sampled_from([alias(name) for name in ALIASES]),
    st.sampled_from([ref(name="a"), ref(uri="s3://b")]),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda parts: st.builds(
        lambda kind, of: kind(*of), st.sampled_from([all_of, any_of]), st.lists(parts, min_size=1, max_size=3)
    ),
    max_leaves=4,
)


@dataclass
class Expected:
    """What a plain reading of the rules says about one DAG."""

    condition: dict[str, Json]
    is_paused: bool = False
    waiting: dict[str, str] = field(default_factory=dict)
    """Event -> its asset."""
    runs: list[tuple[str, ...]] = field(default_factory=list)


class Stories(RuleBasedStateMachine):
    """A producer, a few consumers, and everything that can happen to them."""

    @initialize(conditions=st.lists(CONDITIONS, min_size=len(CONSUMERS), max_size=len(CONSUMERS)),
                limit=st.integers(1, 3))  # fmt: skip
    def begin(self, conditions: list[dict[str, Json]], limit: int) -> None:
        self.story = AssetStory()
        self.limit = limit
        self.count = 0
        self.members: dict[str, set[str]] = {name: set() for name in ALIASES}
        self.expected = {name: Expected(one) for name, one in zip(CONSUMERS, conditions, strict=True)}
        self.story.given(producer())
        for name, one in self.expected.items():
            self.story.given(consumer(name, one.condition, max_active_runs=limit))

    # -- the plain reading --------------------------------------------------------------------------------------------

    def leaves(self, condition: Json) -> list[dict[str, Json]]:
        assert isinstance(condition, dict)
        if condition["type"] in ("all", "any"):
            of = condition["of"]
            assert isinstance(of, list)
            return [leaf for part in of for leaf in self.leaves(part)]
        return [condition]

    def stands_for(self, leaf: dict[str, Json], name: str) -> bool:
        match leaf:
            case {"type": "alias", "name": str(one)}:
                return name in self.members[one]
            case {"type": "ref", "uri": uri}:
                return uri == f"s3://{name}"
            case _:
                return leaf["name"] == name

    def holds(self, condition: Json, there: set[str]) -> bool:
        assert isinstance(condition, dict)
        if condition["type"] in ("all", "any"):
            of = condition["of"]
            assert isinstance(of, list)
            parts = [self.holds(part, there) for part in of]
            return all(parts) if condition["type"] == "all" else any(parts)
        return any(self.stands_for(condition, name) for name in there)

    def arrive(self, touched: list[tuple[str, str, tuple[str, ...]]]) -> None:
        for uid, name, aliases in touched:
            for one in aliases:
                self.members[one].add(name)
            for expected in self.expected.values():
                direct = [leaf for leaf in self.leaves(expected.condition) if leaf["type"] != "alias"]
                by_alias = [leaf for leaf in self.leaves(expected.condition) if leaf["type"] == "alias"]
                is_wanted = any(self.stands_for(leaf, name) for leaf in direct)
                if is_wanted or any(leaf["name"] in aliases for leaf in by_alias):
                    expected.waiting[uid] = name
        for expected in self.expected.values():
            if any(uid in expected.waiting for uid, _, _ in touched):
                self.settle(expected)

    def settle(self, expected: Expected) -> None:
        there = set(expected.waiting.values())
        if there and not expected.is_paused and self.holds(expected.condition, there):
            expected.runs.append(tuple(expected.waiting))
            expected.waiting.clear()

    # -- what happens -------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(ASSETS), aliases=st.sets(st.sampled_from(ALIASES)))
    def update(self, name: str, aliases: set[str]) -> None:
        self.story.update(name, aliases=tuple(sorted(aliases)))
        self.arrive([(f"e{self.story._events}", name, tuple(sorted(aliases)))])

    @rule(names=st.lists(st.sampled_from(ASSETS), min_size=1, max_size=3, unique=True))
    def make(self, names: list[str]) -> None:
        self.count += 1
        self.story.make(*names, run=f"r{self.count}")
        first = self.story._events - len(names) + 1
        self.arrive([(f"e{first + n}", name, ()) for n, name in enumerate(names)])

    @rule(dag=st.sampled_from(CONSUMERS), is_paused=st.booleans())
    def pause(self, dag: str, is_paused: bool) -> None:
        dag_key = DagKey("default", dag)
        self.story.paused[dag_key] = is_paused
        self.story.apply(e.PauseSet(dag_key, is_paused))
        self.expected[dag].is_paused = is_paused
        self.settle(self.expected[dag])

    @rule()
    def restart(self) -> None:
        self.story.restart()
        for expected in self.expected.values():
            self.settle(expected)  # an alias may have come to stand for more since

    @rule(dag=st.sampled_from(CONSUMERS), name=st.sampled_from(ASSETS))
    def drop(self, dag: str, name: str) -> None:
        self.story.apply(e.AssetEventsDropped("default", dag, key(name)))
        waiting = self.expected[dag].waiting
        self.expected[dag].waiting = {uid: one for uid, one in waiting.items() if one != name}

    @rule(dag=st.sampled_from(CONSUMERS), condition=CONDITIONS)
    def change(self, dag: str, condition: dict[str, Json]) -> None:
        self.story.given(consumer(dag, condition, max_active_runs=self.limit))
        expected = self.expected[dag]
        expected.condition = condition
        leaves = self.leaves(condition)
        expected.waiting = {
            uid: name for uid, name in expected.waiting.items() if any(self.stands_for(leaf, name) for leaf in leaves)
        }
        self.settle(expected)

    @rule(dag=st.sampled_from(CONSUMERS))
    def finish(self, dag: str) -> None:
        for facts in self.story.made.get(dag, [])[:]:
            row = self.story.rows.tasks.get((facts.uid, "use", -1))
            if row is not None and row.attempt is not None and self.story.rows.attempts[row.attempt].outcome is None:
                self.story.apply(e.AttemptStarted(row.attempt, self.story.now))
                self.story.apply(e.AttemptSucceeded(row.attempt, self.story.now))
                self.settle(self.expected[dag])
                return

    # -- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def runs_and_queues_are_as_the_conditions_say(self) -> None:
        for name, expected in self.expected.items():
            assert [set(run) for run in self.story.runs_of(name)] == [set(run) for run in expected.runs]
            assert sorted(self.story.waiting(name)) == sorted(expected.waiting)

    @invariant()
    def no_event_is_taken_twice_by_a_dag(self) -> None:
        for name in CONSUMERS:
            taken = [uid for run in self.story.runs_of(name) for uid in run]
            assert len(taken) == len(set(taken))
            assert not set(taken).intersection(self.story.waiting(name))

    @invariant()
    def no_more_runs_are_active_than_allowed(self) -> None:
        for name in CONSUMERS:
            states = [self.story.run_state(facts.uid) for facts in self.story.made.get(name, [])]
            assert sum(state == "running" for state in states) <= self.limit

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        for name in CONSUMERS:
            self.pause(name, is_paused=False)
        self.story.work()
        assert all(row.state in RUN_FINISHED for row in self.story.rows.runs.values())
        self.runs_and_queues_are_as_the_conditions_say()


TestAssetStories = Stories.TestCase
TestAssetStories.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
