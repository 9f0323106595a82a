"""Whether an answer is what both our schema and the unmodified Airflow client say it is."""

from __future__ import annotations

import json
from typing import Any

import airflow_client.client.models as client_models
from pydantic import BaseModel

__all__ = ["matches"]


def matches(body: Any, model: type[BaseModel]) -> Any:
    """Check a body against our response model (nothing missing, nothing more) and the client's of the same name.

    Returns:
        The body.
    """
    model.model_validate_json(json.dumps(body))
    theirs = getattr(client_models, model.__name__, None)
    assert theirs is not None, f"the client knows no {model.__name__}"
    theirs.from_dict(body)
    return body
