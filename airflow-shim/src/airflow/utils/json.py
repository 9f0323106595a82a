"""JSON encoders for what JSON has no form for."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

__all__ = ["WebEncoder", "XComDecoder", "XComEncoder"]


class WebEncoder(json.JSONEncoder):
    """Dates as ISO text, decimals as numbers."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime | date):
            return o.isoformat()
        if isinstance(o, Decimal):
            return int(o) if o == o.to_integral_value() else float(o)
        return super().default(o)


XComEncoder = WebEncoder
XComDecoder = json.JSONDecoder
