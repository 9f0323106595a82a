"""Assets: names for data that tasks make and use. Here they are values; who triggers whom is not decided here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType

if TYPE_CHECKING:
    from tradewind.spec import Json

__all__ = ["Asset", "AssetAlias", "AssetAll", "AssetAny", "BaseAsset", "asset_condition"]

NAME_LENGTH = 1500


class BaseAsset:
    """An asset, an alias, or a condition made of them with ``&`` and ``|``."""

    def __or__(self, other: BaseAsset) -> AssetAny:
        if not isinstance(other, BaseAsset):
            return NotImplemented
        return AssetAny(self, other)

    def __and__(self, other: BaseAsset) -> AssetAll:
        if not isinstance(other, BaseAsset):
            return NotImplemented
        return AssetAll(self, other)

    def as_json(self) -> Json:
        """The asset or condition as it is stored in a spec."""
        raise NotImplementedError

    def iter_assets(self) -> Iterator[Asset]:
        """The assets in it."""
        yield from ()


class Asset(BaseAsset):
    """Some data.

    Args:
        name: what people call it; by default the URI.
        uri: where it is; by default the name.
        group: a kind of asset.
        extra: a JSON object about it.

    Raises:
        InvalidArgument: neither name nor URI, or one that is empty, too long, or of the scheme ``airflow:``.
    """

    asset_type = "asset"

    def __init__(
        self,
        name: str | None = None,
        uri: Any = None,
        *,
        group: str | None = None,
        extra: dict[str, Any] | None = None,
        watchers: Sequence[Any] | None = None,
        access_control: Any = None,
    ) -> None:
        if name is None and uri is None:
            raise InvalidArgumentType("Asset() requires either 'name' or 'uri'")
        address = str(uri) if uri is not None else None
        self.name = _checked(name if name is not None else address or "", "name")
        self.uri = _checked(address if address is not None else self.name, "uri")
        if self.uri.partition(":")[0].lower() == "airflow" and ":" in self.uri:
            raise InvalidArgument("Asset scheme 'airflow' is reserved")
        self.group = group or self.asset_type
        self.extra = dict(extra or {})
        self.watchers = list(watchers or ())
        self.access_control = access_control

    def as_json(self) -> Json:
        return {"type": "asset", "name": self.name, "uri": self.uri, "group": self.group, "extra": self.extra}

    def iter_assets(self) -> Iterator[Asset]:
        yield self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"Asset(name={self.name!r}, uri={self.uri!r})"


class AssetAlias(BaseAsset):
    """A name that stands for assets which a task adds when it runs."""

    def __init__(self, name: str, *, group: str = "asset") -> None:
        self.name = _checked(name, "name")
        self.group = group

    def as_json(self) -> Json:
        return {"type": "alias", "name": self.name, "group": self.group}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetAlias) and self.name == other.name

    def __hash__(self) -> int:
        return hash(("alias", self.name))

    def __repr__(self) -> str:
        return f"AssetAlias({self.name!r})"


class _Condition(BaseAsset):
    word = ""

    def __init__(self, *objects: BaseAsset) -> None:
        for one in objects:
            if not isinstance(one, BaseAsset):
                raise InvalidArgumentType(f"expect asset expressions in condition, not {one!r}")
        self.objects = objects

    def as_json(self) -> Json:
        return {"type": self.word, "of": [one.as_json() for one in self.objects]}

    def iter_assets(self) -> Iterator[Asset]:
        for one in self.objects:
            yield from one.iter_assets()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.objects))})"


class AssetAny(_Condition):
    """Met when one of its parts is."""

    word = "any"

    def __or__(self, other: BaseAsset) -> AssetAny:
        return AssetAny(*self.objects, other) if isinstance(other, BaseAsset) else NotImplemented


class AssetAll(_Condition):
    """Met when all of its parts are."""

    word = "all"

    def __and__(self, other: BaseAsset) -> AssetAll:
        return AssetAll(*self.objects, other) if isinstance(other, BaseAsset) else NotImplemented


def asset_condition(assets: BaseAsset | Sequence[BaseAsset]) -> BaseAsset:
    """The condition of a schedule: a list means all of them."""
    if isinstance(assets, BaseAsset):
        return assets
    return AssetAll(*assets)


def _checked(value: str, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidArgumentType(f"the {what} of an asset must be a string, not {value!r}")
    if not value.strip():
        raise InvalidArgument(f"Asset {what} cannot be empty")
    if len(value) > NAME_LENGTH or not value.isascii():
        raise InvalidArgument(f"the {what} of an asset must be ASCII and no longer than {NAME_LENGTH} characters")
    return value
