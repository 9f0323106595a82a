"""YAML, by the quick parser where it is installed."""

from __future__ import annotations

from typing import Any

import yaml
from yaml import YAMLError

__all__ = ["FullLoader", "YAMLError", "dump", "load", "safe_load"]

_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FullLoader = getattr(yaml, "CFullLoader", yaml.FullLoader)
load = yaml.load


def safe_load(stream: Any) -> Any:
    """The object that a text describes: plain types only."""
    return yaml.load(stream, _loader)  # noqa: S506 - a safe loader


def dump(data: Any, **kwargs: Any) -> str:
    """A text that describes the object."""
    return yaml.dump(data, Dumper=_dumper, **kwargs)
