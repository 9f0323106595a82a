"""The routes under `/auth`: who somebody is, and what they may."""

from __future__ import annotations

from fastapi import APIRouter

from tradewind.api.auth import (
    audit_routes,
    login_routes,
    me_routes,
    oidc_routes,
    permission_routes,
    role_routes,
    routes,
    service_account_routes,
    token_routes,
    user_routes,
)

__all__ = ["auth_routers"]


def auth_routers() -> list[APIRouter]:
    """All of them."""
    modules = (
        audit_routes,
        routes,
        login_routes,
        oidc_routes,
        me_routes,
        user_routes,
        service_account_routes,
        token_routes,
        role_routes,
        permission_routes,
    )
    return [module.router for module in modules]
