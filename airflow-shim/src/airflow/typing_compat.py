"""What Airflow takes from `typing_extensions`."""

from airflow._forward import forward

PLACES = {
    "Literal": "typing_extensions:Literal",
    "NotRequired": "typing_extensions:NotRequired",
    "ParamSpec": "typing_extensions:ParamSpec",
    "Protocol": "typing_extensions:Protocol",
    "Required": "typing_extensions:Required",
    "Self": "typing_extensions:Self",
    "TypeAlias": "typing_extensions:TypeAlias",
    "TypedDict": "typing_extensions:TypedDict",
    "TypeGuard": "typing_extensions:TypeGuard",
    "Unpack": "typing_extensions:Unpack",
    "assert_never": "typing_extensions:assert_never",
    "override": "typing_extensions:override",
    "runtime_checkable": "typing_extensions:runtime_checkable",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
