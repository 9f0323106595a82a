"""Standard hooks."""
