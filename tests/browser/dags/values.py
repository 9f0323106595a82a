"""A DAG that hands on what can be looked at, and says in Markdown what it is."""

from __future__ import annotations

from typing import Any

from tradewind import DAG, Param, task

ABOUT = """
    # Figures of the shop

    | Figure | Unit |
    |--------|------|
    | price  | EUR  |

    See [the wiki](https://wiki.example/shop). ![a chart](https://elsewhere.example/chart.png)
    <script>document.title = "taken over"</script>
"""
DAYS = [{"day": day, "orders": orders} for day, orders in (("Mo", 3), ("Tu", 5), ("We", 2))]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
BARS = {"mark": "bar", "encoding": {"x": {"field": "day"}, "y": {"field": "twice", "type": "quantitative"}}}

with DAG(
    "values",
    schedule=None,
    is_paused_upon_creation=False,
    doc_md=ABOUT,
    params={"month": Param("2026-01", description_md="Which month, as **year-month**.")},
) as values:

    @task(doc_md="Draws *everything*.")
    def draw(ti: Any = None) -> list[dict[str, Any]]:
        import plotly.graph_objects as go
        from PIL import Image

        ti.xcom_push("figure", go.Figure(go.Bar(x=["Mo", "Tu", "We"], y=[3, 5, 2])))
        ti.xcom_push(
            "in a dict", {"data": [{"type": "scatter", "y": [1, 3, 2]}], "layout": {"title": {"text": "Trend"}}}
        )
        twice = [{"calculate": "datum.orders * 2", "as": "twice"}]
        ti.xcom_push("vega", {"$schema": SCHEMA, "data": {"values": DAYS}, "transform": twice, **BARS})
        ti.xcom_push("far", {"$schema": SCHEMA, "data": {"url": "https://elsewhere.example/data.csv"}, **BARS})
        ti.xcom_push("map", {"data": [{"type": "choropleth", "locations": ["DEU"], "z": [1]}], "layout": {}})
        ti.xcom_push("several", {"score": 0.9, "picture": Image.new("RGB", (64, 40), "teal")})
        return DAYS

    draw()
