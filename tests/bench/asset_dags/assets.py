"""A DAG that makes an asset, and DAGs that wait for one: each task notes when its own code began."""

import time

from tradewind import DAG, Asset, task
from tradewind.providers.events import WebhookTrigger
from tradewind.sdk import AssetWatcher

made = Asset("made")
told = Asset("told")
called = Asset("called", watchers=[AssetWatcher("hook", WebhookTrigger("bench"))])

with DAG("producer", schedule=None, max_active_runs=1):

    @task(outlets=[made])
    def make() -> float:
        return time.time()

    make()

for name, asset in (("after_task", made), ("after_event", told), ("after_webhook", called)):
    with DAG(name, schedule=[asset], max_active_runs=1, is_paused_upon_creation=False):

        @task
        def begin() -> float:
            return time.time()

        begin()
