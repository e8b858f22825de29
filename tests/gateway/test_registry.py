"""Which providers there are, and what their credential forms accept."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import gateway.providers
from contracts.errors import ConfigurationFault
from gateway.registry import check_credentials, credential_form, manifests, providers

SECRET = "hunter2-hunter2-hunter2"
FORMS: dict[str, dict[str, Any]] = {
    "meta": {
        "account_sid": "100000000000001",
        "app_id": "300000000000003",
        "phone_number_id": "200000000000002",
        "authorization_token": SECRET,
        "app_secret": SECRET,
        "verify_token": SECRET,
    },
    "twilio": {"account_sid": "AC00000000000000000000000000000001", "auth_token": SECRET},
    "sinch": {
        "base_url": "https://eu.conversation.api.sinch.com",
        "project_id": "00000000-0000-4000-8000-000000000001",
        "app_id": "01TESTAPP0000000000000001",
        "key_id": "00000000-0000-4000-8000-000000000002",
        "key_secret": SECRET,
        "webhook_secret": SECRET,
    },
    "kaleyra": {
        "base_url": "https://api.in.kaleyra.io",
        "waba_id": "100000000000001",
        "account_sid": "HXAP1600000000IN",
        "api_key": SECRET,
        "bearer_token": SECRET,
    },
}
FOLDERS = sorted(path.parent.name for path in Path(gateway.providers.__path__[0]).glob("*/manifest.py"))


def test_every_folder_of_providers_is_one_by_its_own_name() -> None:
    assert sorted(manifests()) == FOLDERS
    assert set(FORMS) <= set(FOLDERS)


def test_those_that_receive_have_a_provider() -> None:
    assert set(providers()) == {name for name, manifest in manifests().items() if manifest.receives} >= set(FORMS)
    assert all(provider.manifest is manifests()[name] for name, provider in providers().items())


def imported(module: Path) -> set[str]:
    """What a module imports, by full name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("folder", FOLDERS)
def test_providers_do_not_know_one_another(folder: str) -> None:
    others = tuple(f"gateway.providers.{other}." for other in FOLDERS if other != folder)
    modules = list((Path(gateway.providers.__path__[0]) / folder).glob("*.py"))
    assert modules
    strangers = {name for module in modules for name in imported(module) if f"{name}.".startswith(others)}
    assert not strangers


def test_nobody_can_add_a_provider_at_run_time() -> None:
    for registry in (manifests(), providers()):
        with pytest.raises(TypeError):
            registry["other"] = None  # type: ignore[index] # the point is that it cannot be written


def test_the_forms_do_not_load_the_code_that_reads_webhooks() -> None:
    code = "import sys, gateway.registry as r; r.manifests(); print([m for m in sys.modules if m.endswith('.inbound')])"
    root = Path(str(importlib.import_module("gateway").__file__)).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter and code
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", FORMS)
def test_every_line_of_a_form_has_a_label_and_a_rule(name: str) -> None:
    lines = credential_form(name)
    assert all(line.label and line.rule for line in lines)
    assert {line.name for line in lines} >= set(FORMS[name])


@pytest.mark.parametrize("name", FORMS)
def test_a_filled_form_is_split_into_public_and_secret_values(name: str) -> None:
    public, secrets = check_credentials(name, FORMS[name])
    assert public == {field: value for field, value in FORMS[name].items() if value != SECRET}
    assert {field: secret.get_secret_value() for field, secret in secrets.items()} == {
        field: value for field, value in FORMS[name].items() if value == SECRET
    }
    assert {line.name for line in credential_form(name) if line.secret} >= set(secrets)
    assert not {line.name for line in credential_form(name) if line.secret} & set(public)


@pytest.mark.parametrize("name", FORMS)
def test_stored_secrets_may_be_checked_again(name: str) -> None:
    public, secrets = check_credentials(name, FORMS[name])
    assert check_credentials(name, {**public, **secrets}) == (public, secrets)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, form in FORMS.items() for field in form])
def test_a_required_field_that_is_missing_or_blank_or_of_no_sense_is_named(name: str, field: str) -> None:
    line = next(line for line in credential_form(name) if line.name == field)
    without = {key: value for key, value in FORMS[name].items() if key != field}
    wrong: list[dict[str, Any]] = [{**without, field: value} for value in (["x"], 7, {"a": 1}, "\0 " * 2000)]
    blank = [without, {**without, field: None}, {**without, field: ""}, {**without, field: "  "}]
    for values in [*wrong, *(blank if line.required else [])]:
        with pytest.raises(ConfigurationFault) as refusal:
            check_credentials(name, values)
        assert refusal.value.field == f"credentials.{field}"
        assert refusal.value.rule in {"is required", f"must be {line.rule}"}


@pytest.mark.parametrize("name", ["meta", "sinch", "twilio"])
def test_the_secret_before_a_rotation_is_optional_and_a_blank_one_is_left_out(name: str) -> None:
    previous = next(line.name for line in credential_form(name) if not line.required)
    for blank in ("", None):
        assert previous not in check_credentials(name, {**FORMS[name], previous: blank})[1]
    kept = check_credentials(name, {**FORMS[name], previous: "older"})[1]
    assert kept[previous].get_secret_value() == "older"


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("twilio", "account_sid", "AC0000000000000000000000000000000"),
        ("twilio", "account_sid", "SK00000000000000000000000000000001"),
        ("twilio", "account_sid", "AC0000000000000000000000000000000G"),
        ("meta", "phone_number_id", "+15550002222"),
        ("meta", "account_sid", "12a"),
        ("sinch", "project_id", "00000000-0000-4000-8000-00000000000"),
        ("sinch", "base_url", "us.conversation.api.sinch.com"),
        ("sinch", "base_url", "https://user:password@eu.conversation.api.sinch.com"),
        ("sinch", "app_id", "01TEST/APP"),
        ("kaleyra", "base_url", "ftp://api.in.kaleyra.io"),
        ("kaleyra", "bearer_token", "short"),
    ],
)
def test_a_value_that_breaks_the_rule_of_its_field_is_refused(name: str, field: str, value: str) -> None:
    with pytest.raises(ConfigurationFault) as refusal:
        check_credentials(name, {**FORMS[name], field: value})
    assert refusal.value.field == f"credentials.{field}"
    assert value not in str(refusal.value)


def test_a_refusal_never_holds_a_secret() -> None:
    with pytest.raises(ConfigurationFault) as refusal:
        check_credentials("kaleyra", {**FORMS["kaleyra"], "bearer_token": "short-secret", "api_key": ""})
    assert "short-secret" not in f"{refusal.value!r} {refusal.value.__cause__!r}"
    assert refusal.value.__suppress_context__


def test_a_field_that_the_form_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigurationFault, match=r"credentials\.password: is not a field of this provider"):
        check_credentials("twilio", {**FORMS["twilio"], "password": "x"})


def test_blanks_around_what_was_pasted_are_taken_off() -> None:
    public, secrets = check_credentials("twilio", {name: f" {value}\n" for name, value in FORMS["twilio"].items()})
    assert public["account_sid"] == FORMS["twilio"]["account_sid"]
    assert secrets["auth_token"] == SecretStr(SECRET)


@pytest.mark.parametrize("check", [credential_form, lambda name: check_credentials(name, {})])
def test_an_unknown_provider_is_refused(check: Callable[[str], object]) -> None:
    with pytest.raises(ConfigurationFault, match="type: must be one of kaleyra, meta, sinch, twilio"):
        check("acme")


@pytest.mark.parametrize(
    "shown",
    [
        "https://api.in.kaleyra.io",
        "https://api.in.kaleyra.io/",
        "https://api.in.kaleyra.io/v1",
        "https://api.in.kaleyra.io/v2/",
        "https://api.in.kaleyra.io/v2/HXAP1600000000IN",
    ],
)
def test_the_base_url_of_kaleyra_may_be_pasted_in_every_form_that_it_shows(shown: str) -> None:
    public, _ = check_credentials("kaleyra", {**FORMS["kaleyra"], "base_url": shown})
    assert public["base_url"] == "https://api.in.kaleyra.io"


def test_a_bearer_token_is_made_up_for_kaleyra_each_time_that_none_is_given() -> None:
    without = {name: value for name, value in FORMS["kaleyra"].items() if name != "bearer_token"}
    tokens = {check_credentials("kaleyra", given)[1]["bearer_token"].get_secret_value()
              for given in (without, without, {**without, "bearer_token": ""})}  # fmt: skip
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 43
