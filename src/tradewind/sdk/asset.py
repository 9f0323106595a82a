"""Assets: names for data that tasks make and use, and conditions made of them. Who starts whom is decided by the core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradewind.sdk.asset_uri import normal_uri
from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType

if TYPE_CHECKING:
    from tradewind.spec import Json

__all__ = [
    "Asset",
    "AssetAccessControl",
    "AssetAlias",
    "AssetAll",
    "AssetAny",
    "AssetNameRef",
    "AssetRef",
    "AssetUriRef",
    "AssetWatcher",
    "BaseAsset",
    "Dataset",
    "Metadata",
    "Model",
    "asset_condition",
]

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


@dataclass(frozen=True)
class AssetAccessControl:
    """Which teams may make and use an asset. Accepted, and kept; teams are workspaces here."""

    producer_teams: list[str] = field(default_factory=list)
    consumer_teams: list[str] | None = None
    allow_global: bool = True


@dataclass(frozen=True)
class AssetWatcher:
    """Something that waits outside for news of an asset: each event of the trigger is an update of it.

    Args:
        name: tells it from the other watchers of the asset.
        trigger: a `BaseEventTrigger`.
    """

    name: str
    trigger: Any

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise InvalidArgument("the name of an asset's watcher can't be empty")
        if not callable(getattr(self.trigger, "serialize", None)):
            raise InvalidArgumentType(f"a watcher takes an event trigger, not {self.trigger!r}")

    def as_json(self) -> Json:
        """The watcher as it is stored in a spec.

        Raises:
            InvalidArgument: the trigger is none that may watch for an asset.
        """
        from tradewind.sdk.trigger import BaseEventTrigger  # noqa: PLC0415 - few DAGs have watchers
        from tradewind.sdk.xcom_codec import MemoryArtifacts, XComCodec  # noqa: PLC0415 - the same

        if not isinstance(self.trigger, BaseEventTrigger):
            raise InvalidArgument(
                f"the trigger of watcher {self.name!r} must be a BaseEventTrigger, not {type(self.trigger).__name__}"
            )
        classpath, kwargs = self.trigger.serialize()
        codec = XComCodec(MemoryArtifacts(), 2**40)
        found: dict[str, Json] = {
            "name": self.name,
            "classpath": classpath,
            "kwargs": codec.encode(dict(kwargs), f"the arguments of watcher {self.name!r}").value,
        }
        for name in ("webhook", "secret"):
            value = getattr(self.trigger, f"{name}_name", None)
            if isinstance(value, str) and value:
                found[name] = value
        return found


class Asset(BaseAsset):
    """Some data.

    Args:
        name: what people call it; by default the URI.
        uri: where it is, in one form (`normal_uri`); by default the name.
        group: a kind of asset.
        extra: a JSON object about it.
        watchers: what waits outside for news of it.
        access_control: which teams may make and use it.

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
        self.uri = normal_uri(_checked(address if address is not None else self.name, "uri"))
        self.group = group or self.asset_type
        self.extra = dict(extra or {})
        self.watchers = list(watchers or ())
        for watcher in self.watchers:
            if not isinstance(watcher, AssetWatcher):
                raise InvalidArgumentType(f"watchers of an asset must be AssetWatcher, not {watcher!r}")
        self.access_control = access_control

    @staticmethod
    def ref(*, name: str = "", uri: str = "") -> AssetRef:
        """The asset that goes by this name, or by this URI, wherever it is defined.

        Raises:
            InvalidArgumentType: both are given, or neither.
        """
        if bool(name) == bool(uri):
            raise InvalidArgumentType("Asset reference expects keyword argument 'name' or 'uri', and only one of them")
        return AssetNameRef(name) if name else AssetUriRef(uri)

    @property
    def normalized_uri(self) -> str | None:
        """The URI, where it has a scheme that says what it is of; None otherwise."""
        scheme = self.uri.partition("://")[0] if "://" in self.uri else ""
        return self.uri if scheme and not scheme.startswith("x-") else None

    def as_json(self) -> Json:
        found: dict[str, Json] = {
            "type": "asset",
            "name": self.name,
            "uri": self.uri,
            "group": self.group,
            "extra": self.extra,
        }
        if self.watchers:
            found["watchers"] = [watcher.as_json() for watcher in self.watchers]
        return found

    def iter_assets(self) -> Iterator[Asset]:
        yield self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"Asset(name={self.name!r}, uri={self.uri!r})"


class Dataset(Asset):
    """A table, file or the like: an asset of the group ``dataset``."""

    asset_type = "dataset"


class Model(Asset):
    """A trained model: an asset of the group ``model``."""

    asset_type = "model"


class AssetRef(BaseAsset):
    """An asset by its name or its URI alone."""

    field_name = ""

    def __init__(self, value: str) -> None:
        self.value = _checked(value, self.field_name)
        setattr(self, self.field_name, value)

    def as_json(self) -> Json:
        return {"type": "ref", self.field_name: self.value}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.value == getattr(other, "value", None)

    def __hash__(self) -> int:
        return hash((self.field_name, self.value))

    def __repr__(self) -> str:
        return f"Asset.ref({self.field_name}={self.value!r})"


class AssetNameRef(AssetRef):
    """An asset by its name."""

    field_name = "name"
    name: str


class AssetUriRef(AssetRef):
    """An asset by its URI."""

    field_name = "uri"
    uri: str

    def __init__(self, value: str) -> None:
        super().__init__(normal_uri(_checked(value, "uri")))


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
    if len(value) > NAME_LENGTH:
        raise InvalidArgument(f"Asset {what} cannot exceed {NAME_LENGTH} characters")
    if not value.isascii():
        raise InvalidArgument(f"Asset {what} must only consist of ASCII characters")
    return value


@dataclass
class Metadata:
    """Yielded by a task's function: what its event about an asset says beside that it happened.

    Args:
        asset: the asset.
        extra: a JSON object.
        alias: the alias among the task's outlets that the asset is added to.
    """

    asset: Asset
    extra: Mapping[str, Any] = field(default_factory=dict)
    alias: AssetAlias | None = None
