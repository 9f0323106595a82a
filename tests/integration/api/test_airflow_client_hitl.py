"""The unmodified `apache-airflow-client` lists and answers questions."""

from __future__ import annotations

from datetime import UTC, datetime

import airflow_client.client as airflow
import pytest
from airflow_client.client.exceptions import ApiException
from airflow_client.client.models import UpdateHITLDetailPayload

from support.api import Api, live
from support.rows import spec
from tradewind.core.events import AttemptAwaitsInput
from tradewind.protocol.messages import Ended
from tradewind.protocol.waits import InputForm

ORDERS = [
    "ti_id", "subject", "responded_at", "created_at", "responded_by_user_id", "responded_by_user_name", "dag_id", "run_id",
    "task_display_name", "run_after", "rendered_map_index", "task_instance_operator", "task_instance_state",
]  # fmt: skip


def test_questions_are_listed_and_answered(api: Api) -> None:
    api.has(spec())
    api.triggered("etl", dag_run_id="r")
    attempt, now = api.engine.start("extract"), datetime.now(UTC)
    form = InputForm(subject="Go on?", options=["yes", "no"], assigned_users=[{"id": "admin", "name": "admin"}])
    report = Ended(attempt=attempt, at=now, outcome="awaiting_input", form=form)
    api.engine.apply(AttemptAwaitsInput(attempt, now), outputs={attempt: report})
    with live(api.app) as url, airflow.ApiClient(airflow.Configuration(host=url, access_token=api.token())) as client:
        tis = airflow.TaskInstanceApi(client)
        for name in ORDERS:
            found = tis.get_hitl_details(
                "~", "~", order_by=[f"-{name}"], response_received=False, state=["awaiting_input"]
            )
            assert [one.subject for one in found.hitl_details] == ["Go on?"]
        detail = tis.get_hitl_detail("etl", "r", "extract", -1)
        assert (detail.options, detail.response_received) == (["yes", "no"], False)
        assert detail.assigned_users is not None
        assert [user.name for user in detail.assigned_users] == ["admin"]
        payload = UpdateHITLDetailPayload(chosen_options=["yes"])
        said = tis.update_hitl_detail("etl", "r", "extract", -1, payload)
        assert (said.chosen_options, said.responded_by.name) == (["yes"], "admin")
        with pytest.raises(ApiException) as twice:
            tis.update_hitl_detail("etl", "r", "extract", -1, payload)
        assert twice.value.status == 409
        assert tis.get_hitl_detail_try_detail("etl", "r", "extract", -1, 1).chosen_options == ["yes"]
        client.rest_client.pool_manager.clear()
