"""Marks of tests."""

from __future__ import annotations

import pytest

skip_if_force_lowest_dependencies_marker = pytest.mark.skipif(False, reason="the dependencies are not the lowest ones")
