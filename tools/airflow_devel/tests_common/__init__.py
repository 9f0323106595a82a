"""A small stand-in for Airflow's `tests_common`, of our own: what the unit tests of provider packages import of it.

Tests get DAGs and runs in memory, whose tasks our own runner runs. What only a database of Airflow's could answer skips
the test with a reason that begins with `tests_common.doors.NEEDS_ORM`.
"""
