from typing import Any, Sequence
from airflow.models import BaseOperator
class HelloOperator(BaseOperator):
    template_fields: Sequence[str] = ("name",)
    def __init__(self, *, name: str, **kwargs) -> None:
        super().__init__(**kwargs)
        self.name = name
    def execute(self, context: Any):
        message = f"Hello {self.name}"
        print(message)
        return message
