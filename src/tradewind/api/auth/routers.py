"""The routes under `/auth`, who somebody is and what they may: one module a subject, imported when it is asked for."""

from __future__ import annotations

import importlib

from fastapi import APIRouter

__all__ = ["AUTH_MODULES", "auth_routers"]

PACKAGE = __name__.rpartition(".")[0]
AUTH_MODULES = (
    "audit_routes",
    "routes",
    "login_routes",
    "oidc_routes",
    "me_routes",
    "user_routes",
    "service_account_routes",
    "token_routes",
    "role_routes",
    "permission_routes",
)
"""In the order in which paths are read."""


def auth_routers() -> list[APIRouter]:
    """All of them."""
    return [importlib.import_module(f"{PACKAGE}.{name}").router for name in AUTH_MODULES]
