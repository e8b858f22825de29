"""Settings: documented, typed, validated, and silent about secrets."""

import pytest
from pydantic import SecretStr, ValidationError

from runtime.settings import Settings

SECRETS = {
    "AMQP_URL": "amqp://user:sesame@host:5672/",
    "MONGO_URL": "mongodb://user:sesame@host/",
    "SWITCHBOARD_SECRET_KEY": "sesame",
    "SWITCHBOARD_CONSOLE_TOKEN": "sesame",
}


def test_every_setting_is_documented_and_typed() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
        assert field.annotation is not None, name


def test_everything_has_a_default() -> None:
    assert all(not field.is_required() for field in Settings.model_fields.values())


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_PARTITIONS", "8")
    monkeypatch.setenv("AMQP_URL", "amqp://elsewhere/")
    monkeypatch.setenv("SWITCHBOARD_HOST", "")
    settings = Settings()
    assert (settings.partitions, settings.host) == (8, "127.0.0.1")
    assert settings.amqp_url == SecretStr("amqp://elsewhere/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("partitions", "100"),
        ("partitions", "many"),
        ("port", "65536"),
        ("log_level", "loud"),
        ("heartbeat_s", "0"),
        ("public_url", "example.org"),
        ("event_log_max_age", "a week"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SWITCHBOARD_{name.upper()}", value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert [error["loc"] for error in refused.value.errors()] == [(name,)]


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert "sesame" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
