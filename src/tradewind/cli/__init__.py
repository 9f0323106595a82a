"""The command line: each command loads what it needs when it runs, talks to a running server by one HTTP call, and mounts
the same API in its own process where no server runs."""
