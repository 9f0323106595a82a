"""The base of notifiers: callbacks with template fields, such as a message to a chat."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any, ClassVar

__all__ = ["BaseNotifier"]


class BaseNotifier:
    """A callback that is an object; subclasses give `notify`, and name their `template_fields`."""

    template_fields: Collection[str] = ()
    template_ext: Collection[str] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        for name, value in kwargs.items():
            setattr(self, name, value)

    @property
    def log(self) -> logging.Logger:
        """Where the notifier writes what it does."""
        return logging.getLogger(f"tradewind.task.notifier.{type(self).__qualname__}")

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Render the template fields with the context of the task that ended."""
        from tradewind.sdk.template import environment_of, render_operator  # noqa: PLC0415 - Jinja, only where it is used

        render_operator(self, context, jinja_env or environment_of(context.get("task")))

    def notify(self, context: Any) -> None:
        """Send it."""
        raise NotImplementedError(f"{type(self).__name__} has no notify()")

    def __call__(self, context: Any) -> None:
        self.render_template_fields(context)
        self.notify(context)
