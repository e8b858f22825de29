"""The compose file, read by the compose specification's own rules (package compose-spec)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose, PyOptions

from runtime.embedded.processes import KINDS, SANDBOX, ProcessKind
from runtime.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
INTERPOLATION = re.compile(r"\$\{(\w+):([?-])([^}]*)\}")
SECRETS = {"RABBITMQ_PASSWORD", "SWITCHBOARD_SECRET_KEY", "SWITCHBOARD_CONSOLE_TOKEN"}
DEPLOYED = [kind for kind in KINDS if kind is not SANDBOX]
"""The sandbox plays the providers on a developer's machine; a deployment has the real ones."""
OURS = [kind.name for kind in DEPLOYED]


def interpolated() -> str:
    """The text as Compose reads it, with every default in its place and a word for what has none."""
    return INTERPOLATION.sub(lambda found: found[3] if found[2] == "-" else "given", TEXT)


COMPOSE = PyOptions(apply_merge=True).from_yaml(interpolated())
SERVICES: dict[str, dict[str, Any]] = dict(COMPOSE.to_dict()["services"])
AS_WRITTEN: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]


def known_variables() -> set[str]:
    own = {f"SWITCHBOARD_{name.upper()}" for name in Settings.model_fields}
    return own - {"SWITCHBOARD_AMQP_URL", "SWITCHBOARD_MONGO_URL"} | {"AMQP_URL", "MONGO_URL"}


def test_the_file_keeps_to_the_specification_and_every_reference_is_defined() -> None:
    COMPOSE.validate()
    assert set(COMPOSE.service_names()) == {"rabbitmq", "mongodb", *OURS}


def test_the_parser_refuses_what_the_specification_does_not_know() -> None:
    with pytest.raises(ValueError, match="restart"):
        PyCompose.from_yaml("services: {router: {image: x, restart: sometimes}}")


@pytest.mark.parametrize("kind", DEPLOYED, ids=OURS)
def test_a_service_runs_what_the_supervisor_runs(kind: ProcessKind) -> None:
    assert SERVICES[kind.name]["command"] == ["python", *kind.arguments]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_health_check_and_comes_back_after_a_crash(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_our_services_wait_until_broker_and_database_are_healthy(name: str) -> None:
    conditions = {key: value["condition"] for key, value in SERVICES[name]["depends_on"].items()}
    assert conditions == {"rabbitmq": "service_healthy", "mongodb": "service_healthy"}


@pytest.mark.parametrize("name", [kind.name for kind in DEPLOYED if kind.http_port is None])
def test_what_serves_nobody_outside_can_be_scaled(name: str) -> None:
    assert not {"container_name", "ports", "hostname"} & SERVICES[name].keys()


@pytest.mark.parametrize("kind", [kind for kind in DEPLOYED if kind.http_port is not None], ids=lambda kind: kind.name)
def test_what_is_published_is_published_on_loopback_unless_asked_otherwise(kind: ProcessKind) -> None:
    service = AS_WRITTEN[kind.name]
    assert "container_name" not in service
    assert service["ports"] == [f"${{{kind.name.upper()}_ADDRESS:-127.0.0.1:{kind.http_port}}}:8080"]
    assert service["environment"]["SWITCHBOARD_PORT"] == "8080"


@pytest.mark.parametrize("name", ["rabbitmq", "mongodb"])
def test_broker_and_database_cannot_be_reached_from_outside(name: str) -> None:
    assert "ports" not in SERVICES[name]
    assert list(SERVICES[name]["networks"]) == ["data"]
    assert COMPOSE.to_dict()["networks"]["data"]["internal"] is True


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= known_variables()


def test_a_secret_comes_from_the_environment_and_its_absence_stops_the_start() -> None:
    used = INTERPOLATION.findall(TEXT)
    assert {name for name, _, _ in used} >= SECRETS
    assert {operator for name, operator, _ in used if name in SECRETS} == {"?"}
    values = [
        value
        for service in AS_WRITTEN.values()
        for key, value in service.get("environment", {}).items()
        if re.search(r"PASS|TOKEN|KEY|SECRET", key)
    ]
    assert len(values) == 1 + len(OURS) + 1
    assert [value for value in values if not INTERPOLATION.fullmatch(value)] == []


def test_the_example_names_every_variable_and_holds_no_secret() -> None:
    lines = (ROOT / "deploy" / "env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(example) == {name for name, _, _ in INTERPOLATION.findall(TEXT)}
    assert {example[name] for name in SECRETS} == {""}
