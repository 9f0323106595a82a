"""Draws the winner's curves and writes the report that a person reads: PNG files and one HTML page beside them."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # tasks have no screen

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import roc_curve

__all__ = ["draw_plots", "write_report"]

BLUE, ORANGE, GREY = "#2563eb", "#ea580c", "#94a3b8"

PLOTS = {
    "roc.png": "How well late flights are told from the others",
    "calibration.png": "Do the probabilities mean what they say?",
    "hours.png": "When flights are late, and when the model expects it",
    "importance.png": "What the model looks at",
}


def draw_plots(predictions: pd.DataFrame, importance: Mapping[str, float], folder: Path) -> list[Path]:
    """Four plots of the test period.

    Args:
        predictions: one row a flight: `is_late`, `probability`, `hour`.
        importance: feature -> loss of AUC when its values are shuffled.
        folder: where the files go.
    """
    drawings = (
        lambda axes: _draw_roc(axes, predictions),
        lambda axes: _draw_calibration(axes, predictions),
        lambda axes: _draw_hours(axes, predictions),
        lambda axes: _draw_importance(axes, importance),
    )
    paths = []
    for (name, title), draw in zip(PLOTS.items(), drawings, strict=True):
        figure, axes = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
        draw(axes)
        axes.set_title(title, loc="left", fontsize=11)
        axes.spines[["top", "right"]].set_visible(False)
        paths.append(folder / name)
        figure.savefig(paths[-1], dpi=120)
        plt.close(figure)
    return paths


def _draw_roc(axes: plt.Axes, predictions: pd.DataFrame) -> None:
    wrong, right, _ = roc_curve(predictions["is_late"], predictions["probability"])
    axes.plot(wrong, right, color=BLUE, linewidth=2, label="the model")
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="a coin")
    axes.set(xlabel="share of punctual flights flagged", ylabel="share of late flights flagged")
    axes.legend(frameon=False)


def _draw_calibration(axes: plt.Axes, predictions: pd.DataFrame) -> None:
    tenth = pd.qcut(predictions["probability"], 10, duplicates="drop")
    groups = predictions.groupby(tenth, observed=True)[["probability", "is_late"]].mean()
    axes.plot(groups["probability"], groups["is_late"], "o-", color=BLUE, label="tenths of the flights")
    limit = float(groups.to_numpy().max()) * 1.05
    axes.plot([0, limit], [0, limit], color=GREY, linestyle="--", label="perfect")
    axes.set(xlabel="predicted probability", ylabel="share that was late")
    axes.legend(frameon=False)


def _draw_hours(axes: plt.Axes, predictions: pd.DataFrame) -> None:
    by_hour = predictions.groupby("hour")[["is_late", "probability"]].mean()
    axes.bar(by_hour.index, by_hour["is_late"], color=GREY, label="late")
    axes.plot(by_hour.index, by_hour["probability"], "o-", color=ORANGE, label="expected")
    axes.set(xlabel="hour of scheduled departure", ylabel="share of flights", xticks=range(5, 24, 3))
    axes.legend(frameon=False)


def _draw_importance(axes: plt.Axes, importance: Mapping[str, float]) -> None:
    top = sorted(importance.items(), key=lambda item: item[1])[-15:]
    axes.barh([name for name, _ in top], [value for _, value in top], color=BLUE)
    axes.set(xlabel="AUC lost when shuffled")
    axes.tick_params(axis="y", labelsize=8)


def write_report(folder: Path, title: str, verdict: str, sections: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """One HTML page: the verdict, a table for each section, the plots that lie in the folder.

    Args:
        folder: where the plots are and the page goes.
        title: of the page.
        verdict: one sentence that a busy reader needs.
        sections: heading -> rows, each a mapping of column to value, all with the same columns.
    """
    body = [f"<h1>{html.escape(title)}</h1>", f"<p class=verdict>{html.escape(verdict)}</p>"]
    for heading, rows in sections.items():
        body.append(f"<h2>{html.escape(heading)}</h2>")
        body.append(_table(rows))
    pictures = (f'<figure><img src="{name}" alt="{html.escape(text)}"></figure>' for name, text in PLOTS.items())
    body.append(f"<h2>The test period</h2><div class=plots>{''.join(pictures)}</div>")
    page = PAGE.format(title=html.escape(title), body="\n".join(body))
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows:
        return "<p>nothing</p>"
    head = "".join(f"<th>{html.escape(str(column))}</th>" for column in rows[0])
    lines = ("".join(f"<td>{html.escape(_text(value))}</td>" for value in row.values()) for row in rows)
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _text(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float | np.floating) else str(value)


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #0f172a }}
.verdict {{ font-size: 1.2rem; border-left: .3rem solid #2563eb; padding: .2rem 1rem }}
table {{ border-collapse: collapse }} th, td {{ border-bottom: 1px solid #e2e8f0; padding: .25rem .9rem .25rem 0; text-align: left }}
.plots {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)) }} figure {{ margin: .5rem }} img {{ width: 100% }}
</style></head><body>
{body}
</body></html>
"""
