"""DAGs that messages start: their assets are watched by triggers of the messaging packages."""

from airflow.providers.apache.kafka.triggers.msg_queue import KafkaMessageQueueTrigger
from airflow.providers.common.messaging.triggers.msg_queue import MessageQueueTrigger
from airflow.sdk import DAG, Asset, AssetWatcher, task

redis_trigger = MessageQueueTrigger(
    scheme="redis+pubsub", channels=["news"], redis_conn_id="redis_default", poll_interval=0.05
)
kafka_trigger = KafkaMessageQueueTrigger(
    topics=["news"], kafka_config_id="kafka_watch", apply_function="order_messages.text_of", poll_interval=0.1
)
redis_news = Asset("redis_news", watchers=[AssetWatcher(name="redis", trigger=redis_trigger)])
kafka_news = Asset("kafka_news", watchers=[AssetWatcher(name="kafka", trigger=kafka_trigger)])


@task
def payload(triggering_asset_events):
    return [event.extra["payload"] for events in triggering_asset_events.values() for event in events]


with DAG("on_redis_news", schedule=[redis_news]):
    payload()

with DAG("on_kafka_news", schedule=[kafka_news]):
    payload()
