"""Specs survive being encoded, give the same bytes everywhere, and hash by content alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.base.errors import InvalidInput
from tradewind.spec import (
    ConcatInput,
    DagSpec,
    DeadlineSpec,
    EdgeLabel,
    GroupSpec,
    LiteralInput,
    LoopSpec,
    MapInput,
    MapSpec,
    ParamSpec,
    ScheduleSpec,
    StartTriggerSpec,
    TaskSpec,
    XComInput,
    ZipInput,
    decode,
    encode,
    model,
    spec_hash,
)
from tradewind.spec.upgrade import FORMAT, upgrade

CORPUS = Path(__file__).parent / "corpus"

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))])
sources = st.recursive(
    st.builds(LiteralInput, st.integers(0, 9)) | st.builds(XComInput, texts, texts),
    lambda inner: (
        st.builds(MapInput, inner)
        | st.builds(ZipInput, st.lists(inner, max_size=3).map(tuple), st.booleans())
        | st.builds(ConcatInput, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=5,
)
by_annotation: dict[str, st.SearchStrategy[Any]] = {
    "str": texts,
    "int": st.integers(),
    "float": numbers,
    "bool": st.booleans(),
    "datetime": st.datetimes(timezones=zones),
    "Json": json_values,
    "tuple[int, ...]": st.lists(st.integers(-9, 9), max_size=3).map(tuple),
    "tuple[str, ...]": st.lists(texts, max_size=3).map(tuple),
    "tuple[Json, ...]": st.lists(json_values, max_size=3).map(tuple),
    "Mapping[str, Json]": st.dictionaries(texts, json_values, max_size=3),
    "Mapping[str, str]": st.dictionaries(texts, texts, max_size=3),
    "tuple[tuple[str, MapSource], ...]": st.lists(st.tuples(texts, sources), max_size=3).map(tuple),
}


def specs_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of a class of the model: a random choice of its fields is given."""
    needed: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields(kind):
        annotation = str(field.type)
        strategy = by_annotation[annotation.removesuffix(" | None")]
        if annotation.endswith(" | None"):
            strategy = st.none() | strategy
        has_default = "MISSING" not in repr(field.default) or "MISSING" not in repr(field.default_factory)
        (optional if has_default else needed)[field.name] = strategy
    return st.fixed_dictionaries(needed, optional=optional).map(lambda values: kind(**values))


for _kind in (LoopSpec, MapSpec, ScheduleSpec, ParamSpec, EdgeLabel, GroupSpec, StartTriggerSpec, DeadlineSpec):
    by_annotation[_kind.__name__] = specs_of(_kind)
    by_annotation[f"tuple[{_kind.__name__}, ...]"] = st.lists(by_annotation[_kind.__name__], max_size=2).map(tuple)
by_annotation["tuple[TaskSpec, ...]"] = st.lists(specs_of(TaskSpec), max_size=3).map(tuple)


@given(specs_of(DagSpec))
@settings(max_examples=150, deadline=None)
def test_decoding_undoes_encoding(spec: DagSpec) -> None:
    data = encode(spec)
    again = decode(data)
    assert again == spec
    assert encode(again) == data
    assert spec_hash(again) == spec_hash(spec)


def example() -> DagSpec:
    tasks = (
        TaskSpec(task_id="extract", retries=2, owner="müller", template_sources={"b": 1, "a": [True, None]}),
        TaskSpec(
            task_id="load", upstream=("extract",), mapped=MapSpec((("x", XComInput("extract")),)), retry_delay_s=5
        ),
    )
    schedule = ScheduleSpec("cron_trigger", {"interval_s": 0, "cron": "0 9 * * 5"}, timezone="Europe/Berlin")
    return DagSpec(dag_id="sales", schedule=schedule, tasks=tasks, start_date=datetime(2026, 1, 1, tzinfo=UTC))


def test_keys_are_sorted_and_defaults_left_out() -> None:
    document = json.loads(encode(example()))
    assert document["format"] == FORMAT
    assert document["dag"]["tasks"][0] == {
        "owner": "müller",
        "retries": 2,
        "task_id": "extract",
        "template_sources": {"a": [True, None], "b": 1},
    }
    assert encode(example()).decode().index('"cron"') < encode(example()).decode().index('"interval_s"')
    assert b": " not in encode(example())


def test_a_whole_number_in_a_float_field_is_no_other_spec() -> None:
    as_int = DagSpec(dag_id="x", schedule=ScheduleSpec("none"), dagrun_timeout_s=60)
    as_float = DagSpec(dag_id="x", schedule=ScheduleSpec("none"), dagrun_timeout_s=60.0)
    assert spec_hash(as_int) == spec_hash(as_float)


def test_the_same_moment_in_another_zone_is_no_other_spec() -> None:
    there = timezone(timedelta(hours=2))
    one = DagSpec(dag_id="x", schedule=ScheduleSpec("none"), start_date=datetime(2026, 1, 1, tzinfo=UTC))
    two = DagSpec(dag_id="x", schedule=ScheduleSpec("none"), start_date=datetime(2026, 1, 1, 2, tzinfo=there))
    assert encode(one) == encode(two)


def test_bytes_do_not_depend_on_the_process_or_its_hash_seed() -> None:
    names = ["cedilla", "alpha", "bravo", "echo", "delta"]
    code = (
        "import sys; from tradewind.spec import *; "
        f"names = set({names!r}); "
        "spec = DagSpec(dag_id='x', schedule=ScheduleSpec('none', {n: 1 for n in names}), "
        "owner_links={n: n for n in names}); sys.stdout.write(spec_hash(spec))"
    )
    hashes = set[str]()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        hashes.add(ran.stdout)
    spec = DagSpec(
        dag_id="x", schedule=ScheduleSpec("none", dict.fromkeys(names, 1)), owner_links={n: n for n in names}
    )
    assert hashes == {spec_hash(spec)}


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (DagSpec(dag_id="x", schedule=ScheduleSpec("none", {"a": float("nan")})), "not JSON"),
        (DagSpec(dag_id="x", schedule=ScheduleSpec("none", {"a": object()})), "not JSON"),  # type: ignore[dict-item]
        (DagSpec(dag_id="x", schedule=ScheduleSpec("none"), description="\ud800"), "not JSON"),
        (DagSpec(dag_id="x", schedule=ScheduleSpec("none"), start_date=datetime(2026, 1, 1)), "time zone"),
    ],
)
def test_what_is_no_json_is_refused(spec: DagSpec, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        encode(spec)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"nonsense", "no spec"),
        (b"[]", "an object belongs"),
        (b"{}", "no format number"),
        (b'{"format":1}', "no format number"),
        (b'{"format":99,"dag":{}}', "upgrade Tradewind"),
        (b'{"format":1,"dag":{"dag_id":"x"}}', "missing"),
        (b'{"format":1,"dag":{"dag_id":"x","schedule":{"kind":"none"},"colour":1}}', "no field 'colour'"),
        (b'{"format":1,"dag":{"dag_id":7,"schedule":{"kind":"none"}}}', "a text belongs"),
        (b'{"format":1,"dag":{"dag_id":"x","schedule":{"kind":"none"},"start_date":"soon"}}', "a moment belongs"),
    ],
)
def test_what_is_no_spec_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        decode(data)


def test_every_field_of_the_model_can_be_encoded() -> None:
    kinds = [kind for kind in vars(model).values() if isinstance(kind, type) and is_dataclass(kind)]
    assert len(kinds) > 8
    for kind in kinds:
        for field in fields(kind):
            assert str(field.type) in codec_annotations(), f"{kind.__name__}.{field.name}"


def codec_annotations() -> set[str]:
    from tradewind.spec.codec import BY_ANNOTATION

    return set(BY_ANNOTATION)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.json")), ids=lambda file: file.stem)
def test_specs_of_every_release_decode_for_ever(file: Path) -> None:
    data = file.read_bytes()
    spec = decode(data)
    assert spec.dag_id
    if json.loads(data)["format"] == FORMAT:
        assert encode(spec) == data, "an encoded spec changed: hashes of stored specs would change with it"


def test_the_corpus_is_there() -> None:
    assert len(list(CORPUS.glob("*.json"))) >= 2


def test_old_formats_are_upgraded_step_by_step() -> None:
    steps = {
        1: lambda document: {**document, "dag": {**document["dag"], "b": 1}},
        2: lambda document: {**document, "dag": {**document["dag"], "c": document["dag"]["b"] + 1}},
    }
    assert upgrade({"format": 1, "dag": {"a": 0}}, steps, to=3) == {"format": 3, "dag": {"a": 0, "b": 1, "c": 2}}
    with pytest.raises(InvalidInput, match="can no longer be read"):
        upgrade({"format": 1, "dag": {}}, {}, to=2)
