"""Variables and connections: what differs between your machine and production, kept out of the code.

They come from the environment, or from the database:

    tradewind variables set example_greeting Hello
    tradewind connections add example_api --conn-uri 'https://user:secret@api.example.com:443/v2'

Passwords are shown as *** in logs.
"""

from tradewind import Connection, Variable, dag, task
from tradewind.sdk.exceptions import AirflowNotFoundException


@task
def greet() -> str:
    """With a default, it works where nobody has set the variable."""
    return Variable.get("example_greeting", default="Hi")


@task
def settings() -> dict:
    """A variable may hold JSON."""
    return Variable.get("example_settings", default={"limit": 10}, deserialize_json=True)


@task
def where() -> str:
    """The connection is looked up when the task runs, never while the file is read."""
    try:
        connection = Connection.get("example_api")
    except AirflowNotFoundException:
        return "nowhere: example_api is not set"
    print(f"the password is {connection.password}")
    return f"{connection.conn_type}://{connection.host}:{connection.port}"


@task.bash
def in_a_template() -> str:
    """Templates reach both."""
    return "echo {{ var.value.get('example_greeting', 'Hi') }} there"


@dag(schedule=None, tags=["example"])
def variables_and_connections():
    """Three ways to look something up."""
    greet() >> in_a_template()
    settings()
    where()


variables_and_connections()
