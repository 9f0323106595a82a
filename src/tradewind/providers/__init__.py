"""Operators, sensors and hooks, one package for each system they talk to."""
