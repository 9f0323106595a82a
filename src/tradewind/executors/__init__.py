"""Where attempts run. An executor starts, stops and reports; it never decides how a task ended."""
