"""Who asks, and what they may."""

from tradewind.api.auth.actor import Actor, in_role
from tradewind.api.auth.roles import Action, Resource, Role, least_role
from tradewind.api.auth.sessions import Sessions

__all__ = ["Action", "Actor", "Resource", "Role", "Sessions", "in_role", "least_role"]
