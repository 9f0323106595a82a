"""Shared by the DAG files of the team."""


def double(x):
    return x * 2
