from pathlib import Path

import pytest
from pydantic import SecretStr

import runtime
from runtime.settings import Settings
from runtime.settings_page import settings_page, variable_of

ROOT = Path(runtime.__file__).parent.parent
HARMLESS = {"amqp://guest:guest@127.0.0.1:5672/", "mongodb://127.0.0.1:27017/?directConnection=true"}
FIELDS = sorted(Settings.model_fields)


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_page(), "run: make docs"


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_has_a_description_that_is_a_sentence(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_stands_on_the_page_once(name: str) -> None:
    assert settings_page().count(f"| `{variable_of(name, Settings.model_fields[name])}` |") == 1


@pytest.mark.parametrize("name", FIELDS)
def test_a_variable_of_the_page_is_the_one_that_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"log_level": "debug", "log_format": "text", "event_log_max_age": "1D", "public_url": "http://a.example"}
    values |= {
        "console_public_url": values["public_url"],
        "password_min_length": "8",
        "event_log_max_bytes": "10000000",
    }
    variable = variable_of(name, Settings.model_fields[name])
    monkeypatch.setenv(variable, values.get(name, "1"))
    assert name in Settings().model_fields_set


def test_no_default_is_a_secret_of_anybodys() -> None:
    defaults = (field.default for field in Settings.model_fields.values())
    assert {default.get_secret_value() for default in defaults if isinstance(default, SecretStr)} <= HARMLESS
