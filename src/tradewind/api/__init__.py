"""The HTTP side: Airflow's REST API under `/api/v2`, tokens under `/auth`, and what workers ask over HTTP.

`create_app` is loaded when first asked for: the task API's handler is used by schedulers, which have no need of a web
framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradewind.api.app import create_app
    from tradewind.api.services import ApiServices, Liveness

__all__ = ["ApiServices", "Liveness", "create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from tradewind.api.app import create_app  # noqa: PLC0415 - see above

        return create_app
    if name in {"ApiServices", "Liveness"}:
        from tradewind.api import services  # noqa: PLC0415 - see above

        return getattr(services, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
