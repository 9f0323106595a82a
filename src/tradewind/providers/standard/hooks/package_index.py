"""A hook for a Python package index that a connection names."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlparse

from tradewind.sdk.hook import BaseHook

__all__ = ["PackageIndexHook"]

CHECK_S = 30


class PackageIndexHook(BaseHook):
    """The address of a package index: `host` of the connection is its URL, login and password go into it."""

    conn_name_attr = "pi_conn_id"
    default_conn_name = "package_index_default"
    conn_type = "package_index"
    hook_name = "Package Index (Python)"

    def __init__(self, pi_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pi_conn_id = pi_conn_id
        self.conn = None

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """How the connection form shows its fields."""
        return {
            "hidden_fields": ["schema", "port", "extra"],
            "relabeling": {"host": "Package Index URL"},
            "placeholders": {
                "host": "Example: https://my-package-index.com/simple",
                "login": "Username for package index",
                "password": "Password for package index (will be masked)",
            },
        }

    def get_conn(self) -> Any:
        """The address."""
        return self.get_connection_url()

    def get_connection_url(self) -> str:
        """The address, with login and password.

        Raises:
            ValueError: the connection has no URL.
        """
        found = self.get_connection(self.pi_conn_id)
        if not found.host:
            raise ValueError("Please provide an index URL.")
        parsed = urlparse(found.host)
        if not found.login:
            return found.host
        password = f":{quote(found.password, safe='')}" if found.password else ""
        netloc = f"{quote(found.login, safe='')}{password}@{parsed.netloc.rpartition('@')[2]}"
        return parsed._replace(netloc=netloc).geturl()

    def test_connection(self) -> tuple[bool, str]:
        """Whether the index answers, in words."""
        import urllib3  # noqa: PLC0415 - few who use an index try it

        try:
            status = urllib3.request("GET", self.get_connection_url(), timeout=CHECK_S, retries=False).status
        except urllib3.exceptions.HTTPError as error:
            return False, str(error)
        return (True, "Connection successful") if status < 400 else (False, f"the index answers with {status}")
