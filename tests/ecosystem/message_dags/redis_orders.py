"""Keys and channels of Redis: written, waited for, heard with a worker and without."""

from airflow.providers.redis.hooks.redis import RedisHook
from airflow.providers.redis.operators.redis_publish import RedisPublishOperator
from airflow.providers.redis.sensors.redis_key import RedisKeySensor
from airflow.providers.redis.sensors.redis_pub_sub import RedisPubSubSensor
from airflow.providers.redis.triggers.redis_await_message import AwaitMessageTrigger
from airflow.sdk import DAG, BaseOperator, task


class Hear(BaseOperator):
    """Waits for a message without a worker; the package has the trigger alone."""

    def execute(self, context):
        self.defer(trigger=AwaitMessageTrigger(channels=["heard"], poll_interval=0.05), method_name="execute_complete")

    def execute_complete(self, context, event=None):
        return event["data"]


with DAG("redis_keys", schedule=None):

    @task
    def write():
        redis = RedisHook("redis_default").get_conn()
        redis.set("order", "here")
        return redis.connection_pool.connection_kwargs["db"]

    (
        write()
        >> RedisKeySensor(task_id="there", key="{{ 'or' }}der", redis_conn_id="redis_default", poke_interval=0.1)
        >> RedisPublishOperator(task_id="publish", channel="said", message="{{ ti.task_id }} of {{ dag.dag_id }}")
    )

with DAG("redis_listen", schedule=None):
    RedisPubSubSensor(
        task_id="sensor", channels=["heard"], redis_conn_id="redis_default", poke_interval=0.1, timeout=90
    )

with DAG("redis_hear", schedule=None):
    Hear(task_id="hear")
