"""Who asks, and what they may."""

from tradewind.api.auth.actor import Actor, in_role
from tradewind.api.auth.sessions import Sessions

__all__ = ["Actor", "Sessions", "in_role"]
