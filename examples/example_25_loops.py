"""Loops: a task, or a group, is repeated on its own result until that is good enough, with a bound."""

from tradewind import dag, task


@task.loop(until=lambda guess: abs(guess * guess - 2) < 1e-6, max_iterations=20)
def improve(guess: float, iteration: int) -> float:
    """One step of Newton's way to the root of two; each iteration is an instance of its own, with its log and result."""
    print(f"iteration {iteration}: {guess}")
    return (guess + 2 / guess) / 2


@task
def tell(root: float, steps: list[float]) -> str:
    """The last result, and all of them."""
    return f"{root:.4f} after {len(steps)} steps"


@dag(schedule=None, tags=["example"])
def loops():
    """Go round until it is good enough."""
    root = improve(1.0)
    tell(root, root.all)


loops()
