"""Starting an interaction with a template, over the API."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.interactions import InteractionState
from contracts.outbound import Template, TemplateStatus, template_key
from runtime.store.templates import TemplateStore
from tests.desk import CUSTOMER, Desk, at_work
from tests.parts import NOW, Parts

HELLO = {"kind": "template", "name": "hello", "language": "en"}
BODY: dict[str, Any] = {"contact": CUSTOMER, "template": HELLO}
START = "accounts/shop/interactions"


@pytest.fixture
async def desk(parts: Parts) -> AsyncIterator[Desk]:
    async with at_work(parts, capacity=1, agents=("ann", "ben"), inactivity_timeout=5) as desk:
        known = {"id": template_key("shop", "hello", "en"), "account_id": "shop", "name": "hello", "language": "en"}
        template = Template(**known, status=TemplateStatus.APPROVED, synchronised_at=NOW)
        await TemplateStore(parts.store).replace("shop", [template], NOW)
        yield desk
        await desk.is_sound()


async def test_an_agent_who_starts_owns_the_interaction_and_the_template_is_sent(desk: Desk) -> None:
    answer = await desk.call("POST", f"{START}?agent=ann", BODY)
    assert answer.status == 201, answer.text
    (told,) = desk.parts.said.sends
    assert told.type == "send"
    one = await desk.of()
    assert (one.state, one.owner, one.message_count, one.sequence) == (InteractionState.ASSIGNED, "ann", 0, 1)
    (message,) = await desk.log_of(one.id)
    assert (message.author, message.state, message.sequence) == ("ann", "queued", 1)
    assert [entry.interaction_id for entry in await desk.queue_of("ann")] == [one.id]
    assert await desk.trace_of(one.id) == ["ann started"]
    await desk.work()
    await desk.write(words="who is this?")
    assert (await desk.get(one.id)).message_count == 1
    assert (await desk.of()).id == one.id


async def test_one_s_own_open_interaction_is_joined_and_somebody_else_s_refused(desk: Desk) -> None:
    await desk.done("POST", f"{START}?agent=ann", BODY)
    joined = await desk.done("POST", f"{START}?agent=ann", BODY)
    assert len(await desk.log_of(joined["id"])) == 2
    assert "and it is ann's" in await desk.refused("POST", f"{START}?agent=ben", BODY)
    await desk.write("+39333000009")
    assert "nobody's yet" in await desk.refused("POST", f"{START}?agent=ben", {**BODY, "contact": "+39333000009"})


async def test_of_many_who_start_at_once_one_opens_and_one_key_is_one_message(desk: Desk) -> None:
    keyed = {**BODY, "key": "click-1"}
    answers = await asyncio.gather(
        *(desk.call("POST", f"{START}?agent={agent}", keyed) for agent in ("ann", "ben") * 3)
    )
    assert {answer.status for answer in answers} == {201, 409}
    one = await desk.of()
    assert {answer.json["id"] for answer in answers if answer.status == 201} == {one.id}
    assert len(await desk.all_open()) == 1
    assert len(await desk.log_of(one.id)) == 1
    await desk.work()


async def test_who_has_no_room_or_no_part_in_the_account_starts_nothing(desk: Desk) -> None:
    await desk.owned_by("ann", "+39333000009")
    assert "as many as they can take" in await desk.refused("POST", f"{START}?agent=ann", BODY)
    await desk.refused("POST", f"{START}?agent=cai", BODY, status=403)
    await desk.refused("POST", f"{START}?agent=zoe", BODY, status=404)
    await desk.refused("POST", START, BODY, status=422)
    await desk.refused("POST", "accounts/nowhere/interactions?agent=ann", BODY, status=404)
    await desk.be("offline", "ben")
    assert "offline" in await desk.refused("POST", f"{START}?agent=ben", BODY)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"contact": "+39"}, "contact"),
        ({"template": {**HELLO, "name": "bye"}}, "template.name"),
        ({"template": {"kind": "text", "text": "hello"}}, "template.kind"),
    ],
)
async def test_what_cannot_be_sent_opens_nothing(desk: Desk, change: dict[str, Any], field: str) -> None:
    answer = await desk.call("POST", f"{START}?agent=ann", {**BODY, **change})
    assert answer.status == 422
    assert field in answer.faults
    assert await desk.parts.all_interactions() == []


async def test_a_paused_agent_starts_and_nobody_s_answer_closes_it_in_time(desk: Desk) -> None:
    await desk.be("pause", "ann")
    one = (await desk.done("POST", f"{START}?agent=ann", BODY))["id"]
    await desk.pass_(300)
    assert (await desk.get(one)).disposition == ("Timeout",)
