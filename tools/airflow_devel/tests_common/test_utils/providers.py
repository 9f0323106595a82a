"""What provider packages say of themselves."""

from __future__ import annotations

from importlib.metadata import requires


def get_provider_min_airflow_version(name: str) -> tuple[int, ...]:
    """The oldest Airflow that a provider package takes."""
    from packaging.requirements import Requirement

    for line in requires(name) or ():
        wanted = Requirement(line)
        if wanted.name == "apache-airflow":
            for one in wanted.specifier:
                if one.operator == ">=":
                    return tuple(int(part) for part in one.version.split("."))
    raise LookupError(f"{name} does not say which Airflow it takes")
