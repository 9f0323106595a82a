"""Figures that tasks return are kept as pictures that can be looked at."""

from __future__ import annotations

import io
import json

import altair as alt
import matplotlib as mpl
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure
from PIL import Image

from tradewind.sdk.artifacts import MemoryArtifacts
from tradewind.sdk.exceptions import SerializationError
from tradewind.sdk.xcom_codec import XComCodec
from tradewind.sdk.xcom_figures import Picture

mpl.use("agg")


@pytest.fixture
def codec():
    return XComCodec(MemoryArtifacts())


def line() -> Figure:
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([1, 3, 2])
    return figure


def test_a_matplotlib_figure_comes_back_as_a_picture(codec):
    stored = codec.encode(line())
    about = json.loads(stored.value)
    assert stored.kind == "png"
    assert (about["type"], about["library"], about["media_type"]) == ("Figure", "matplotlib", "image/png")
    picture = codec.decode(stored)
    assert isinstance(picture, Picture)
    assert picture.data.startswith(b"\x89PNG")
    assert picture.size == (about["width"], about["height"])
    assert picture.size[0] > 300


def test_a_picture_can_be_returned_again_and_saved(codec, tmp_path):
    picture = codec.decode(codec.encode(line()))
    assert codec.decode(codec.encode(picture)) == picture
    picture.save(str(tmp_path / "line.png"))
    assert (tmp_path / "line.png").read_bytes() == picture.data == picture._repr_png_()


def test_a_plotly_figure_comes_back_as_it_was(codec):
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), layout={"title": {"text": "Delays"}})
    stored = codec.encode(figure)
    about = json.loads(stored.value)
    assert (stored.kind, about["title"], about["traces"]) == ("plotly", "Delays", 1)
    assert codec.decode(stored).to_plotly_json() == figure.to_plotly_json()


def test_an_image_comes_back_with_its_pixels(codec):
    image = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4))
    again = codec.decode(codec.encode(image))
    assert np.array_equal(np.asarray(again), np.asarray(image))


def test_figures_inside_of_a_dict_become_files_each(codec):
    found = codec.decode(codec.encode({"a": line(), "score": 0.9}))
    assert found["score"] == 0.9
    assert isinstance(found["a"], Picture)


def test_a_figure_that_can_not_be_drawn_is_an_error_that_says_where(codec):
    figure = Figure()
    figure.text(0.5, 0.5, r"$\undefined$")
    with pytest.raises(SerializationError, match=r"a matplotlib.figure Figure at \['plot'\] can't be drawn"):
        codec.encode({"plot": figure})


def test_an_altair_chart_comes_back_and_is_kept_as_what_draws_it(codec):
    chart = alt.Chart(pd.DataFrame({"day": ["Mo", "Tu"], "n": [3, 5]})).mark_bar().encode(x="day:N", y="n:Q")
    stored = codec.encode(chart | chart)
    about = json.loads(stored.value)
    assert (stored.kind, about["type"], about["library"]) == ("vega-lite", "HConcatChart", "altair")
    again = codec.decode(stored)
    assert isinstance(again, alt.HConcatChart)
    assert again.to_dict()["hconcat"][0]["mark"] == {"type": "bar"}


@pytest.mark.parametrize(("form", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif")])
def test_bytes_of_a_picture_are_known_to_be_one(codec, form, media_type):
    buffer = io.BytesIO()
    Image.effect_noise((300, 200), 80).save(buffer, form)
    about = json.loads(codec.encode(buffer.getvalue()).value)
    assert about["media_type"] == media_type
    assert "media_type" not in json.loads(codec.encode(b"<svg>" * 5000).value)
