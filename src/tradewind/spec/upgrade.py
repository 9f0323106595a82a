"""From the encoded specs of older releases to the current format: one step per format, applied in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tradewind.base.errors import InvalidInput

__all__ = ["FORMAT", "STEPS", "Document", "upgrade"]

Document = dict[str, object]
Step = Callable[[Document], Document]

FORMAT = 1
"""The format that this release writes. It changes only when a field changes its meaning; a new field with a default
needs no new format."""

STEPS: Mapping[int, Step] = {}
"""Format -> how its documents become those of the next format."""


def upgrade(document: Document, steps: Mapping[int, Step] = STEPS, to: int = FORMAT) -> Document:
    """The document in the current format.

    Raises:
        InvalidInput: it is no spec, or of a newer release.
    """
    found = document.get("format")
    if not isinstance(found, int) or isinstance(found, bool) or "dag" not in document:
        raise InvalidInput("this is no spec: it has no format number")
    if found > to:
        raise InvalidInput(
            f"this spec is in format {found}, this release reads up to {to}: upgrade Tradewind", format=found
        )
    for number in range(found, to):
        if number not in steps:
            raise InvalidInput(f"specs in format {found} can no longer be read: parse the DAG again", format=found)
        document = {**steps[number](document), "format": number + 1}
    return document
