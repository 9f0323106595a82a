"""Airflow's package `airflow.timetables`."""
