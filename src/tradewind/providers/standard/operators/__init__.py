"""Standard operators."""
