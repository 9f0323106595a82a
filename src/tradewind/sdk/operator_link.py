"""Links that an operator adds to the page of its task instances."""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = ["BaseOperatorLink"]


class BaseOperatorLink:
    """A link; subclasses give `name` and `get_link`."""

    operators: ClassVar[list[type]] = []
    """Operators that get this link, apart from those that name it in `operator_extra_links`."""

    name: str = ""
    """The words of the link; a class attribute, or a property."""

    @property
    def xcom_key(self) -> str:
        """Key of the XCom that the address is kept under."""
        return f"_link_{type(self).__name__}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address for one task instance."""
        raise NotImplementedError(f"{type(self).__name__} has no get_link()")
