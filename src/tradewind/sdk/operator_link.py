"""Links that an operator adds to the page of its task instances."""

from __future__ import annotations

from typing import Any, ClassVar

from tradewind.sdk.plugins import PLUGINS

__all__ = ["LINK_PREFIX", "BaseOperatorLink", "link_key", "links_of"]

LINK_PREFIX = "_link_"
"""Keys of XComs that hold the address of a link begin so."""


class BaseOperatorLink:
    """A link; subclasses give `name` and `get_link`."""

    operators: ClassVar[list[type]] = []
    """Operators that get this link, apart from those that name it in `operator_extra_links`."""

    name: str = ""
    """The words of the link; a class attribute, or a property."""

    @property
    def xcom_key(self) -> str:
        """Key of the XCom that keeps the address."""
        return f"{LINK_PREFIX}{type(self).__name__}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address for one task instance."""
        raise NotImplementedError(f"{type(self).__name__} has no get_link()")


def link_key(link: Any) -> str:
    """Key of the XCom that keeps a link's address; a link that is no `BaseOperatorLink` has its class's name there too."""
    return str(getattr(link, "xcom_key", "") or f"{LINK_PREFIX}{type(link).__name__}")


def links_of(operator: Any) -> list[Any]:
    """The links of an operator, or of the class of a mapped one: its own, and those of plugins, which win."""
    own = operator.operator_extra_links
    if isinstance(own, property):  # of a class: known for each instance only
        own = ()
    if not PLUGINS.links:
        return list(own)
    kind = operator if isinstance(operator, type) else type(operator)
    added = [link for link in PLUGINS.links if link.is_global or kind in link.operators]
    names = {one.link.name for one in added}
    return [*(link for link in own if link.name not in names), *(one.link for one in added)]
