"""The command line of the sandbox: its own server in a process, driven by its own commands."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from runtime.cli.sandbox import chat_lines
from runtime.sandbox.phones import Phone, PhoneMessage
from tests.parts import NOW
from tests.switchboard import SWITCHBOARD, variables

START_S, STOP_S = 30.0, 15.0
SANDBOX = (*SWITCHBOARD, "sandbox")
ENVIRONMENT = variables(PYTHONUNBUFFERED="1")


def sandbox(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [*SANDBOX, *arguments], capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=START_S
    )


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A sandbox without numbers, on a free port."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [*SANDBOX, "--port", "0"], stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as server:
        assert server.stderr is not None
        said = re.search(r"serves (http://127.0.0.1:\d+);", server.stderr.readline())
        assert said is not None
        yield said[1]
        server.terminate()
        server.communicate(timeout=STOP_S)
        assert server.returncode == 0


def test_what_is_to_go_wrong_is_said_listed_and_cleared(url: str) -> None:
    asked = sandbox("fault", "rate_limited", "--account", "SHOP", "--times", "2", "--retry-after", "7", "--url", url)
    assert asked.stdout == "rate_limited for the next 2.\n", asked.stderr
    assert sandbox("faults", "--url", url).stdout == "rate_limited for SHOP, 2 more\n"
    assert sandbox("faults", "--clear", "--url", url).stdout == ""


def test_what_the_sandbox_refuses_is_said_in_a_sentence(url: str) -> None:
    said = sandbox("say", "SHOP", "+393331234567", "hello", "--url", url)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "switchboard: the sandbox refuses: the sandbox has no number of the account SHOP\n"


def test_phones_can_be_shown_and_forgotten(url: str) -> None:
    assert sandbox("phones", "--url", url).stdout == ""
    assert sandbox("reset", "--numbers", "--url", url).returncode == 0


def test_a_sandbox_that_does_not_answer_is_named() -> None:
    done = sandbox("faults", "--url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.startswith("switchboard: no sandbox answers at http://127.0.0.1:9/control")


def test_an_address_that_others_reach_is_refused_unless_allowed() -> None:
    done = sandbox("--host", "0.0.0.0")  # noqa: S104 - what is refused
    assert done.returncode == 1
    assert "does not serve 0.0.0.0" in done.stderr


def test_a_chat_looks_like_one() -> None:
    said = PhoneMessage(id="1", direction="said", at=NOW, kind="text", words="hello", read=True)
    received = PhoneMessage(id="2", direction="received", at=NOW, kind="image", statuses=("sent", "read"))
    phone = Phone(account="SHOP", contact="+391", typing=False, messages=(said, received))
    assert chat_lines(phone) == ["+391 with SHOP:", f"  {'hello':>70}  read", "  (image)  sent, read"]
