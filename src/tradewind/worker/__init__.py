"""Where tasks run: zygotes, the processes they fork, and what one attempt does from its start to its report."""
