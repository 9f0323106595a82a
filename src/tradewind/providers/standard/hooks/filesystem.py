"""A hook for a folder that a connection names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tradewind.sdk.exceptions import AirflowNotFoundException
from tradewind.sdk.hook import BaseHook

__all__ = ["FSHook"]


class FSHook(BaseHook):
    """A folder: `extra` of the connection is ``{"path": "/folder"}``. Where the default connection is not there, it is
    the root folder."""

    conn_name_attr = "fs_conn_id"
    default_conn_name = "fs_default"
    conn_type = "fs"
    hook_name = "File (path)"

    def __init__(self, fs_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fs_conn_id = fs_conn_id
        try:
            connection = self.get_connection(fs_conn_id)
        except AirflowNotFoundException:
            if fs_conn_id != self.default_conn_name:
                raise
            self.basepath = "/"
        else:
            self.basepath = connection.extra_dejson.get("path", "")

    def get_conn(self) -> None:
        """There is nothing to connect to."""

    def get_path(self) -> str:
        """The folder."""
        return self.basepath

    def test_connection(self) -> tuple[bool, str]:
        """Whether the folder is there, in words."""
        path = self.get_path()
        if not path:
            return False, "File Path is undefined."
        return (True, f"Path {path} is existing.") if Path(path).exists() else (False, f"Path {path} does not exist.")
