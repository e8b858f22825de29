"""Answering over the API: who may, what may be sent when, and that one key makes one message."""

import asyncio
from datetime import timedelta

import pytest

from contracts.content import Text
from contracts.interactions import Failure, InteractionState
from contracts.messages import DeliveryState
from contracts.outbound import Template, TemplateStatus, template_key
from contracts.stored import StoredMessage
from contracts.topology import WORK
from runtime.store.interactions import Change
from tests.console.conftest import NOW, Answer, Console, Json
from tests.console.test_agents import waiting

HELLO = {"content": {"kind": "text", "text": "hello"}}
OWNED = {"state": InteractionState.ASSIGNED, "owner": "ada", "waiting_for": None}


def inbound(number: int = 1, **fields: Json) -> StoredMessage:
    basis = {
        "id": f"shop:m{number}",
        "event_id": f"e{number}",
        "correlation_id": "c1",
        "interaction_id": "i1",
        "account_id": "shop",
        "contact_key": "+390000001",
        "direction": "inbound",
        "sequence": number,
        "provider_id": f"m{number}",
        "content": Text(text="hi"),
        "sent_at": NOW - timedelta(hours=1),
        "received_at": NOW - timedelta(hours=1),
    }
    return StoredMessage.model_validate({**basis, **fields})


@pytest.fixture
async def desk(shop: Console) -> Console:
    """Ada has an interaction, whose customer wrote an hour ago."""
    await shop.account(id="shop")
    owned = waiting(sequence=1, message_count=1, unread=1, version=1).model_copy(update=OWNED)
    await shop.dependencies.interactions.save([Change(None, owned)])
    await shop.dependencies.agent_queues.show([owned])
    await shop.dependencies.interactions.record(messages=[inbound()])
    shop.publisher.published.clear()
    return shop


async def send(console: Console, body: Json = None, query: str = "") -> Answer:
    return await console.call("POST", f"/api/interactions/i1/messages{query}", body or HELLO)


async def log(console: Console) -> list[StoredMessage]:
    return await console.dependencies.interactions.messages("i1", 100)


async def test_an_answer_is_stored_as_queued_under_the_next_number_and_a_sender_is_told(desk: Console) -> None:
    answer = await send(desk)
    assert answer.status == 201, answer.text
    _, stored = await log(desk)
    assert StoredMessage.model_validate(answer.json) == stored
    assert (stored.sequence, stored.state, stored.author, stored.sending) == (
        2,
        DeliveryState.QUEUED,
        "ada",
        Text(text="hello"),
    )
    ((told,),) = desk.publisher.on(WORK)
    assert (told["type"], told["account_id"], told["contact_key"]) == ("send", "shop", "+390000001")
    read = (await desk.call("GET", "/api/interactions/i1")).json
    assert (read["sequence"], read["message_count"], read["version"], read["preview"]) == (2, 1, 2, "Hello")
    (entry,) = (await desk.call("GET", "/api/agents/ada/queue")).json["items"]
    assert (entry["sequence"], entry["version"]) == (2, 2)


async def test_one_key_makes_one_message_also_when_it_is_sent_twice_at_once(desk: Console) -> None:
    body = {**HELLO, "key": "click-1"}
    answers = await asyncio.gather(*(send(desk, body) for _ in range(4)))
    answers.append(await send(desk, body))
    assert {(answer.status, answer.json["id"]) for answer in answers} == {(201, answers[0].json["id"])}
    assert len(await log(desk)) == 2
    other = await send(desk, {"content": {"kind": "text", "text": "something else"}, "key": "click-1"})
    assert other.status == 409
    assert (await send(desk, {**HELLO, "key": "click-2"})).json["id"] != answers[0].json["id"]


async def test_an_answer_counts_though_the_broker_is_away(desk: Console) -> None:
    desk.publisher.down = True
    assert (await send(desk)).status == 201
    assert len(await log(desk)) == 2


@pytest.mark.parametrize(("query", "status"), [("?agent=ada", 201), ("?agent=ben", 409)])
async def test_only_the_owner_answers(desk: Console, query: str, status: int) -> None:
    answer = await send(desk, query=query)
    assert answer.status == status
    assert len(await log(desk)) == (2 if status == 201 else 1)


async def test_nobody_answers_what_is_nobodys_or_not_there(shop: Console) -> None:
    await shop.dependencies.interactions.save([Change(None, waiting())])
    for path in ("messages", "read", "typing"):
        body = HELLO if path == "messages" else None
        refused = await shop.call("POST", f"/api/interactions/i1/{path}", body)
        assert (refused.status, "waiting" in refused.json["detail"]) == (409, True)
        assert (await shop.call("POST", f"/api/interactions/i9/{path}", body)).status == 404


async def test_free_messages_end_24_hours_after_the_customers_last_one_and_templates_do_not(desk: Console) -> None:
    long_ago = NOW - timedelta(hours=24)
    await desk.store.database["messages"].update_one({"_id": "shop:m1"}, {"$set": {"sent_at": long_ago}})
    refused = await send(desk)
    assert refused.status == 409
    assert "24 hours" in refused.json["detail"]
    assert "2026-03-14 09:26 UTC" in refused.json["detail"]
    window = (await desk.call("GET", "/api/interactions/i1")).json["window"]
    assert (window["open"], window["closes_at"]) == (False, "2026-03-14T09:26:53Z")

    await keep_template(desk, TemplateStatus.APPROVED)
    assert (await send(desk, {"content": TEMPLATE})).status == 201


async def test_the_window_is_open_while_the_customer_wrote_within_24_hours(desk: Console) -> None:
    window = (await desk.call("GET", "/api/interactions/i1")).json["window"]
    assert window == {
        "last_inbound_at": "2026-03-14T08:26:53Z",
        "closes_at": "2026-03-15T08:26:53Z",
        "open": True,
    }


async def test_who_never_wrote_gets_templates_only(desk: Console) -> None:
    await desk.store.database["messages"].delete_many({})
    refused = await send(desk)
    assert (refused.status, "never wrote" in refused.json["detail"]) == (409, True)


TEMPLATE = {"kind": "template", "name": "welcome", "language": "en", "body": {"1": "Ann"}}


async def keep_template(console: Console, status: TemplateStatus) -> None:
    template = Template(
        id=template_key("shop", "welcome", "en"),
        account_id="shop",
        name="welcome",
        language="en",
        status=status,
        template_id="HX1",
        synchronised_at=NOW,
    )
    await console.dependencies.templates.replace("shop", [template], NOW)


async def test_a_template_must_be_known_and_approved_and_brings_the_providers_id(desk: Console) -> None:
    unknown = await send(desk, {"content": TEMPLATE, "key": "k"})
    assert (unknown.status, list(unknown.faults)) == (422, ["content.name"])
    await keep_template(desk, TemplateStatus.PAUSED)
    paused = await send(desk, {"content": TEMPLATE, "key": "k"})
    assert "paused" in paused.faults["content.name"]
    await keep_template(desk, TemplateStatus.APPROVED)
    for _ in range(2):
        sent = await send(desk, {"content": TEMPLATE, "key": "k"})
        assert (sent.status, sent.json["sending"]["template_id"]) == (201, "HX1")
    assert len(await log(desk)) == 2


@pytest.mark.parametrize("name", ["m1", "shop:m1"])
async def test_an_answer_and_a_reaction_refer_to_a_message_by_its_provider_id(desk: Console, name: str) -> None:
    answer = await send(desk, {**HELLO, "reply_to": name})
    reaction = await send(desk, {"content": {"kind": "reaction", "message_id": name, "emoji": "+"}})
    assert (answer.json["reply_to"], reaction.json["sending"]["message_id"]) == ("m1", "m1")


async def test_what_refers_to_a_message_that_is_not_there_or_not_sent_yet_is_refused(desk: Console) -> None:
    queued = (await send(desk)).json["id"]
    for name, words in (("m9", "no message"), (queued, "not have yet")):
        refused = await send(desk, {**HELLO, "reply_to": name})
        assert (refused.status, words in refused.faults["reply_to"]) == (422, True)


async def test_a_file_that_was_not_uploaded_is_refused(desk: Console) -> None:
    refused = await send(desk, {"content": {"kind": "media", "media": "image", "file_id": "nowhere"}})
    assert (refused.status, list(refused.faults)) == (422, ["content.file_id"])
    linked = await send(desk, {"content": {"kind": "media", "media": "image", "url": "https://cdn.example.test/a.jpg"}})
    assert linked.status == 201


async def test_an_interaction_whose_account_was_deleted_takes_no_answer(desk: Console) -> None:
    await desk.call("DELETE", "/api/accounts/shop")
    assert (await send(desk)).status == 409


async def test_who_reads_has_nothing_unread_and_the_customer_is_told(desk: Console) -> None:
    failed = Failure(message_id="x", at=NOW).model_dump()
    await desk.store.database["interactions"].update_one({"_id": "i1"}, {"$set": {"failure": failed}})
    seen = (await desk.call("POST", "/api/interactions/i1/read")).json
    assert (seen["unread"], seen["failure"]) == (0, None)
    (entry,) = (await desk.call("GET", "/api/agents/ada/queue")).json["items"]
    assert entry["unread"] == 0
    ((told,),) = desk.publisher.on(WORK)
    assert (told["type"], told["signal"]["signal"], told["signal"]["message_id"]) == ("tell", "read", "m1")


async def test_who_types_is_seen_to_be_typing_if_the_customer_has_written_at_all(desk: Console) -> None:
    assert (await desk.call("POST", "/api/interactions/i1/typing")).status == 204
    ((told,),) = desk.publisher.on(WORK)
    assert told["signal"]["signal"] == "typing"
    await desk.store.database["messages"].delete_many({})
    assert (await desk.call("POST", "/api/interactions/i1/typing")).status == 204
    assert len(desk.publisher.on(WORK)) == 1
