"""Settings for the time of a test."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def conf_vars(overrides: Mapping[tuple[str, str], str | None]) -> Iterator[None]:
    """Let options of the configuration have these values; None: not set."""
    before = dict(os.environ)
    for (section, key), value in overrides.items():
        name = f"AIRFLOW__{section.upper().replace('.', '_').replace('-', '_')}__{key.upper()}"
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
