"""What the API tells of the settings has no secrets in it."""

from __future__ import annotations

from tradewind.api.public.insight import config_sections
from tradewind.base.settings import load_settings


def test_passwords_and_arguments_of_secrets_backends_are_hidden(tmp_path):
    settings = load_settings(
        {
            "TRADEWIND__SMTP__PASSWORD": "pass-of-mail",
            "AIRFLOW__SECRETS__BACKEND_KWARGS": '{"token": "pass-of-vault"}',
            "TRADEWIND__DB__URL": "postgresql+psycopg://u:pass-of-db@db/d",
        },
        home=tmp_path,
    )
    sections = config_sections(settings)
    assert "pass-of" not in str(sections)
    assert (sections["smtp"]["password"], sections["secrets"]["backend_kwargs"]) == ("***", "***")
    assert sections["db"]["url"] == "postgresql+psycopg://u:***@db/d"
    assert sections["secrets"]["workers_backend_kwargs"] == ""
