"""Setup and teardown: what is needed for the work is made before it, and taken away after it, even if the work fails."""

from tradewind import dag, setup, task, teardown


@setup
def start_cluster() -> str:
    """Made once, for the work in between."""
    return "cluster-1"


@task
def work(cluster: str) -> str:
    """Uses it."""
    return f"done on {cluster}"


@task
def broken_work(cluster: str) -> None:
    """Uses it, and fails."""
    raise RuntimeError(f"no space left on {cluster}")


@teardown
def stop_cluster(cluster: str) -> str:
    """Runs whatever came of the work; it does not decide how the run ends."""
    return f"{cluster} is gone"


@dag(schedule=None, tags=["example"])
def setup_teardown():
    """The work goes well."""
    cluster = start_cluster()
    cluster >> work(cluster) >> stop_cluster(cluster).as_teardown(setups=cluster)


@dag(schedule=None, tags=["example"])
def setup_teardown_after_a_failure():
    """The work fails: the cluster goes away all the same, and the run has failed."""
    cluster = start_cluster()
    cluster >> broken_work(cluster) >> stop_cluster(cluster).as_teardown(setups=cluster)


setup_teardown()
setup_teardown_after_a_failure()
