"""The whole API against its own OpenAPI document: whatever any role sends, nothing is answered with 5xx, and what is
answered is what the document says.

schemathesis makes the requests, from the document alone, and sends them to a console that runs. `FUZZ_CASES=200` is the
thorough run.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator

import pytest

from console.app import build_console
from contracts.access import SCOPES_OF, Role
from runtime.process import HttpServer
from tests.console.conftest import Console

CASES = int(os.environ.get("FUZZ_CASES", "2"))
"""How many requests are made of each operation, beside those at the limits of its fields."""
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
AGENTS = {Role.AGENT: {"agent_id": "ada"}}
LONG_S = 600 + 10 * CASES


@pytest.fixture
async def address(shop: Console) -> AsyncIterator[str]:
    """The console's API, served as the process does it."""
    server = HttpServer(build_console(shop.dependencies), "127.0.0.1", 0, "console")
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()


async def schemathesis(address: str, token: str) -> tuple[int, str]:
    """A run over every operation; its exit code and what it has to say."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "schemathesis.cli",
        "run",
        f"{address}/api/openapi.json",
        *("--header", f"Authorization: Bearer {token}"),
        *("--checks", ",".join(CHECKS)),
        *("--phases", "examples,coverage,fuzzing" if CASES > 2 else "examples,fuzzing"),
        *("--max-examples", str(CASES), "--seed", "1", "--continue-on-failure"),
        *("--suppress-health-check", "all", "--warnings", "off", "--no-color"),
        *("--exclude-path-regex", "/api/live"),  # an answer without an end
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


@pytest.mark.timeout(LONG_S)
@pytest.mark.parametrize(
    "role", [Role.ADMIN, *(pytest.param(role, marks=pytest.mark.thorough) for role in (Role.AGENT, Role.SUPERVISOR))]
)
async def test_no_request_of_a_role_breaks_an_operation_or_its_description(
    shop: Console, address: str, role: Role
) -> None:
    scopes = [scope.value for scope in SCOPES_OF[role]]
    made = await shop.create("tokens", name=role.value, role=role.value, scopes=scopes, **AGENTS.get(role, {}))

    code, said = await schemathesis(address, made["token"])

    assert code == 0, said
    assert sum(map(int, re.findall(r"(\d+) generated", said))) > 100
