"""What a task says that it needs of a machine. Nobody looks at it here, as in Airflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow._forward import moved
from airflow.configuration import conf
from tradewind.sdk.exceptions import AirflowException

__all__ = ["CpuResource", "DiskResource", "GpuResource", "RamResource", "Resource", "Resources"]

moved(__name__, "`executor_config`")


@dataclass(frozen=True)
class Resource:
    """So much of something."""

    name: str
    units_str: str
    qty: int

    def __post_init__(self) -> None:
        if self.qty < 0:
            raise AirflowException(f"the quantity of {self.name} must be at least 0, not {self.qty}")

    def to_dict(self) -> dict[str, Any]:
        """As a dict."""
        return {"name": self.name, "qty": self.qty, "units_str": self.units_str}


class CpuResource(Resource):
    """Cores."""

    def __init__(self, qty: int) -> None:
        super().__init__("CPU", "core(s)", qty)


class RamResource(Resource):
    """Memory."""

    def __init__(self, qty: int) -> None:
        super().__init__("RAM", "MB", qty)


class DiskResource(Resource):
    """Disk."""

    def __init__(self, qty: int) -> None:
        super().__init__("Disk", "MB", qty)


class GpuResource(Resource):
    """Graphics processors."""

    def __init__(self, qty: int) -> None:
        super().__init__("GPU", "gpu(s)", qty)


class Resources:
    """What a task needs; by default what the settings say."""

    def __init__(
        self, cpus: int | None = None, ram: int | None = None, disk: int | None = None, gpus: int | None = None
    ) -> None:
        self.cpus = CpuResource(_or_default(cpus, "cpus"))
        self.ram = RamResource(_or_default(ram, "ram"))
        self.disk = DiskResource(_or_default(disk, "disk"))
        self.gpus = GpuResource(_or_default(gpus, "gpus"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resources) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.cpus, self.ram, self.disk, self.gpus))

    def to_dict(self) -> dict[str, Any]:
        """As a dict."""
        return {name: getattr(self, name).to_dict() for name in ("cpus", "ram", "disk", "gpus")}


def _or_default(quantity: int | None, key: str) -> int:
    return quantity if quantity is not None else conf.getint("operators", f"default_{key}")
