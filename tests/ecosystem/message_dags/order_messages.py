"""What the DAGs beside it do with messages; the triggers find these functions by name."""

import json

from airflow.sdk.exceptions import AirflowSkipException


def made(count, prefix="order"):
    for number in range(int(count)):
        yield f"{prefix}-{number}", json.dumps({"number": number})


def number_of(message, plus=0):
    return json.loads(message.value())["number"] + plus


def batch_size(messages):
    print(f"a batch of {len(messages)}")


def if_number(wanted, message, **more):
    found = json.loads(message.value())
    return {**found, **more} if found.get("number") == wanted else None


def text_of(message):
    return message.value().decode()


def until_stop(event, **context):
    print(f"heard {event} in {context['ti'].task_id}")
    if event == "stop":
        raise AirflowSkipException("heard enough")
