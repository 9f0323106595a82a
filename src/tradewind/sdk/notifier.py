"""The base of notifiers: callbacks with template fields, such as a message to a chat."""

from __future__ import annotations

import logging
from collections.abc import Collection, Generator
from typing import Any, ClassVar

from tradewind.sdk.templated import Templated

__all__ = ["BaseNotifier"]


class BaseNotifier(Templated):
    """A callback that is an object; subclasses give `notify`, or `async_notify`, and name their `template_fields`.

    Called with a context it sends; awaited it sends with the context it was made with. One of the two methods is
    enough: `notify` runs `async_notify` where only that is there, and the other way round.
    """

    template_fields: ClassVar[Collection[str]] = ()
    template_ext: ClassVar[Collection[str]] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {}
    context: Any = None

    def __init__(self, context: Any = None, **kwargs: Any) -> None:
        super().__init__()
        self.context = {} if context is None else context
        for name, value in kwargs.items():
            setattr(self, name, value)

    @property
    def log(self) -> logging.Logger:
        """Where the notifier writes what it does."""
        return logging.getLogger(f"tradewind.task.notifier.{type(self).__qualname__}")

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Render the template fields with the context of what ended, in place."""
        from tradewind.sdk.template import environment_of, render_operator  # noqa: PLC0415 - only where it is used

        if jinja_env is None:
            task = context.get("task")
            jinja_env = self.get_template_env(context.get("dag")) if task is None else environment_of(task)
        render_operator(self, context, jinja_env)

    def notify(self, context: Any) -> None:
        """Send it."""
        if type(self).async_notify is BaseNotifier.async_notify:
            raise NotImplementedError(f"{type(self).__name__} has neither notify() nor async_notify()")
        import asyncio  # noqa: PLC0415 - only for notifiers that know no other way

        asyncio.run(self.async_notify(context))

    async def async_notify(self, context: Any) -> None:
        """Send it without blocking the event loop."""
        if type(self).notify is BaseNotifier.notify:
            raise NotImplementedError(f"{type(self).__name__} has neither notify() nor async_notify()")
        import asyncio  # noqa: PLC0415 - only for notifiers that know no other way

        await asyncio.to_thread(self.notify, context)

    def __call__(self, *args: Any) -> None:
        # Four arguments are those of an SLA miss of old, which nobody calls with any more.
        names = ("dag", "task_list", "blocking_task_list", "blocking_tis")
        context = args[0] if len(args) == 1 else dict(zip(names, args, strict=False))
        self._prepare(context)
        self.notify(context)

    def __await__(self) -> Generator[Any, None, None]:
        self._prepare(self.context)
        return self.async_notify(self.context).__await__()

    def _prepare(self, context: Any) -> None:
        """Templates may name the notifier's own fields, as they were given."""
        for name in self.template_fields:
            if name not in context:
                context[name] = getattr(self, name, None)
        self.render_template_fields(context)
