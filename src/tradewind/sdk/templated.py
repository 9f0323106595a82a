"""What has template fields and renders itself: the methods that operators and notifiers share.

Subclasses override the two with an underscore to reach into objects of their own (a pod's containers, a job's
configuration), so rendering goes through them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

__all__ = ["Templated"]


class Templated:
    """Something whose attributes, those in `template_fields`, are templates."""

    template_fields: ClassVar[Collection[str]] = ()
    template_ext: ClassVar[Collection[str]] = ()

    def get_template_env(self, dag: Any = None, *, force_sandboxed: bool = False) -> Any:  # noqa: ARG002 - ours always is
        """The Jinja environment: that of its own DAG, or of the one that is given."""
        from tradewind.sdk.template import environment_of  # noqa: PLC0415 - Jinja is loaded where tasks run

        return environment_of(self, dag)

    def render_template(
        self, content: Any, context: Any, jinja_env: Any = None, seen_oids: set[int] | None = None
    ) -> Any:
        """A value with its templates and stand-ins replaced.

        Args:
            content: a text or anything that holds some.
            context: what the templates may name.
            jinja_env: the environment; None: its own.
            seen_oids: the ids of objects that are rendered already.
        """
        from tradewind.sdk.template import render_value  # noqa: PLC0415 - Jinja is loaded where tasks run

        return render_value(self, content, context, jinja_env, seen_oids)

    def resolve_template_files(self) -> None:
        """Put the texts of template files in the place of their names, unrendered, and call `prepare_template`.

        Raises:
            jinja2.TemplateNotFound: a file is not there.
        """
        suffixes = tuple(self.template_ext)
        if suffixes:
            environment = self.get_template_env()

            def text(value: Any) -> Any:
                is_name = isinstance(value, str) and value.endswith(suffixes)
                return environment.loader.get_source(environment, value)[0] if is_name else value

            for name in self.template_fields:
                value = getattr(self, name, None)
                if isinstance(value, list):
                    setattr(self, name, [text(one) for one in value])
                elif value is not (read := text(value)):
                    setattr(self, name, read)
        self.prepare_template()

    def prepare_template(self) -> None:
        """Called when template files have been read and nothing is rendered yet; subclasses may change fields."""

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], context: Any, jinja_env: Any, seen_oids: set[int]
    ) -> None:
        """Render these attributes of `parent` in place."""
        from tradewind.sdk.template import render_named  # noqa: PLC0415 - Jinja is loaded where tasks run

        render_named(self, parent, template_fields, context, jinja_env, seen_oids)

    def _render_nested_template_fields(self, value: Any, context: Any, jinja_env: Any, seen_oids: set[int]) -> None:
        """Render, in place, an object found in a field that names template fields of its own."""
        if id(value) not in seen_oids and not callable(names := getattr(value, "template_fields", ())) and names:
            seen_oids.add(id(value))
            self._do_render_template_fields(value, names, context, jinja_env, seen_oids)
