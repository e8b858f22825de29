"""The people of the demonstration and the first admin of a stack, against the real console over HTTP."""

from pathlib import Path

import pytest

from runtime.demo.office import Office
from runtime.demo.people import first_admin, sample_people, told
from runtime.demo.sample import AGENTS
from runtime.embedded.stack_file import StackInfo
from tests.console.conftest import TOKEN, Console, console
from tests.console.people import browser

__all__ = ["console"]  # a fixture


@pytest.fixture
def stack(console: Console, tmp_path: Path) -> StackInfo:
    token_file = tmp_path / "token"
    token_file.write_text(TOKEN)
    return StackInfo(
        gateway_url="http://127.0.0.1:1",
        console_url=str(console.client.make_url("")),
        amqp_url="",
        mongo_url="",
        management_url=None,
        token_file=token_file,
        log_directory=tmp_path,
        health_urls={},
        pids={},
        supervisor_pid=0,
        supervisor_started=0,
    )


async def test_the_first_admin_is_made_once_and_signs_in(console: Console, stack: StackInfo) -> None:
    first = await first_admin(stack)

    assert first is not None
    assert await first_admin(stack) is None
    async with browser(console) as admin:
        assert (await admin.sign_in(first.name, first.password)).json["user"]["role"] == "admin"


async def test_sample_people_sign_in_with_what_is_printed_and_get_another_password_next_time(
    console: Console, stack: StackInfo
) -> None:
    office = Office(stack)
    for agent in AGENTS:
        await office.put("agents", agent)
    people = await sample_people(office)
    again = await sample_people(office)
    await office.close()

    assert {one.role for one in people} == {"admin", "supervisor", "agent"}
    assert len({one.password for one in (*people, *again)}) == 2 * len(people)
    assert all(one.password in "\n".join(told(again)) for one in again)
    async with browser(console) as somebody:
        assert (await somebody.sign_in(people[-1].name, people[-1].password)).status == 401
        me = (await somebody.sign_in(again[-1].name, again[-1].password)).json["user"]
    assert (me["role"], me["agent_id"]) == ("agent", again[-1].name)
