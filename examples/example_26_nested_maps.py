"""Maps in maps: for each customer as many tasks as there are orders, to any depth; every item flows on by itself."""

from tradewind import dag, task, task_group

ORDERS = {"ann": [3, 4], "bob": [5], "eve": [1, 2, 6]}


@task
def customers() -> list[str]:
    """Known only at run time."""
    return list(ORDERS)


@task
def orders_of(customer: str) -> list[int]:
    """The orders of one customer."""
    return ORDERS[customer]


@task
def price(order: int) -> int:
    """Of one order."""
    return order * 10


@task
def bill(customer: str, prices: list[int]) -> str:
    """Gets the prices of its own customer only."""
    return f"{customer} owes {sum(prices)}"


@task_group
def serve(customer: str):
    """A copy for each customer; inside, a map over that customer's orders."""
    return bill(customer, price.expand(order=orders_of(customer)))


@task
def send(bills: list[str]) -> list[str]:
    """All bills, in the order of the customers."""
    return list(bills)


@dag(schedule=None, tags=["example"])
def nested_maps():
    """A map in a mapped group, and everything together at the end."""
    send(serve.expand(customer=customers()))


nested_maps()
