"""Pydantic models of bodies, queries and responses: the contract that Airflow's clients check."""
