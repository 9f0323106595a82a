"""Tools that unit tests of provider packages import."""
