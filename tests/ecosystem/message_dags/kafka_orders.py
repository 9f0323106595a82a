"""Orders into Kafka and out of it; one task waits for a single order without a worker."""

from airflow.providers.apache.kafka.operators.consume import ConsumeFromTopicOperator
from airflow.providers.apache.kafka.operators.produce import ProduceToTopicOperator
from airflow.providers.apache.kafka.sensors.kafka import AwaitMessageSensor, AwaitMessageTriggerFunctionSensor
from airflow.sdk import DAG, Param
from order_messages import batch_size, number_of, until_stop

with DAG("kafka_orders", schedule=None, params={"topic": "orders", "count": 5}):
    produce = ProduceToTopicOperator(
        task_id="produce",
        topic="{{ params.topic }}",
        producer_function="order_messages.made",
        producer_function_args=["{{ params.count }}"],
        producer_function_kwargs={"prefix": "{{ dag.dag_id }}"},
    )
    consume = ConsumeFromTopicOperator(
        task_id="consume",
        topics=["{{ params.topic }}"],
        apply_function=number_of,
        apply_function_kwargs={"plus": 100},
        return_apply_function_results=True,
        commit_cadence="end_of_batch",
        max_messages=5,
        max_batch_size=2,
        poll_timeout=20,
    )
    batches = ConsumeFromTopicOperator(
        task_id="batches",
        kafka_config_id="kafka_other",
        topics=["{{ params.topic }}"],
        apply_function_batch=batch_size,
        commit_cadence="never",
        max_messages=5,
        max_batch_size=5,
        poll_timeout=20,
    )
    produce >> [consume, batches]

with DAG(
    "kafka_wait", schedule=None, params={"topic": "orders", "number": Param(3)}, render_template_as_native_obj=True
):
    wait = AwaitMessageSensor(
        task_id="wait",
        kafka_config_id="kafka_waiting",
        topics=["{{ params.topic }}"],
        apply_function="order_messages.if_number",
        apply_function_args=["{{ params.number }}"],
        apply_function_kwargs={"seen_by": "{{ dag.dag_id }}"},
        xcom_push_key="order",
        poll_timeout=1,
        poll_interval=0.1,
        timeout=90,
    )

with DAG("kafka_each", schedule=None, params={"topic": "words"}):
    AwaitMessageTriggerFunctionSensor(
        task_id="each",
        kafka_config_id="kafka_each",
        topics=["{{ params.topic }}"],
        apply_function="order_messages.text_of",
        event_triggered_function=until_stop,
        poll_timeout=1,
        poll_interval=0.1,
        timeout=90,
    )
