"""Who asks, and what they may."""

from tradewind.api.auth.roles import Action, Resource, Role, least_role
from tradewind.api.auth.sessions import Actor, Sessions

__all__ = ["Action", "Actor", "Resource", "Role", "Sessions", "least_role"]
