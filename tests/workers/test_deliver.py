"""The worker: contacts made once, agent queues in line, targets served; any number of times."""

from datetime import timedelta

import pytest

from contracts.commands import COMMANDS, Command, ContactSeed, Deliver, Serve
from contracts.events import MessageReceived
from contracts.queues import AgentState
from runtime.store.assignments import Placing
from runtime.store.contacts import ContactRequest, ContactStore
from tests.parts import NOW, Parts, account, bundle, message, people, queue

WHO = "+39333000001"


@pytest.fixture
async def routed(parts: Parts) -> Parts:
    """Two messages of one contact were routed to a queue with one agent, and nothing was delivered yet."""
    actions = [{"action": "Queue", "queue": "sales", "timeout": 60}]
    await parts.configure(*people("ann"), queue(agents=("ann",)), account(actions))
    await parts.presence.set("ann", AgentState.AVAILABLE)
    await parts.router().handle([bundle(message(WHO, "m1"), message(WHO, "m2"))])
    return parts


async def contacts(parts: Parts) -> list[tuple[str, str | None, str]]:
    return [(c["_id"], c["number"], c["name"]) for c in await parts.store.database["contacts"].find().to_list(None)]


async def test_what_the_router_said_is_carried_out_once_however_often_it_comes(routed: Parts) -> None:
    body = COMMANDS.dump_json(routed.said.commands)
    for _ in range(3):
        assert await routed.worker().handle([body, body]) == 2 * len(routed.said.commands)

    assert await contacts(routed) == [(f"people:{WHO}", WHO, "Ada")]
    (entry,) = await routed.queues.entries("ann")
    assert (entry.sequence, entry.unread, entry.preview, entry.kind) == (2, 2, "hello", "offer")
    assert (await routed.one()).round == 2
    delivered = routed.metrics.registry.get_sample_value(
        "switchboard_handled_total", {"stage": "worker", "outcome": "offered"}
    )
    assert delivered == 1


async def test_a_message_that_joins_shows_in_the_queue_of_whoever_has_the_interaction(routed: Parts) -> None:
    await routed.carry_out()
    await routed.assignments.accept((await routed.one()).id, "ann")
    await routed.router().handle([bundle(message(WHO, "m3", "and one more"))])
    await routed.carry_out()

    (entry,) = await routed.queues.entries("ann")
    assert (entry.sequence, entry.preview, entry.kind) == (3, "and one more", "owned")


async def test_settling_takes_away_what_does_not_stand(routed: Parts) -> None:
    await routed.carry_out()
    offered = await routed.one()
    gone = {"$set": {"state": "waiting", "offered_to": [], "offer_ends_at": None}, "$inc": {"version": 1}}
    await routed.store.database["interactions"].update_one({"_id": offered.id}, gone)
    join: list[Command] = [Deliver(correlation_id="c", interaction_id=offered.id)]
    await routed.worker().handle([COMMANDS.dump_json(join)])
    assert len(await routed.queues.entries("ann")) == 1

    settle: list[Command] = [Deliver(correlation_id="c", interaction_id=offered.id, settle=True), *join]
    await routed.worker().handle([COMMANDS.dump_json(settle)])

    assert await routed.queues.entries("ann") == []
    assert await routed.presence.holdings() == {}


async def test_commands_about_what_is_not_there_change_nothing(parts: Parts) -> None:
    await parts.configure(*people("ann"))
    seed = ContactSeed(list_id="people", key="user.1", name="")
    strange: list[Command] = [
        Deliver(correlation_id="c", interaction_id="gone", settle=True, contact=seed),
        Serve(correlation_id="c", target="queue:gone"),
    ]
    assert await parts.worker().handle([COMMANDS.dump_json(strange)]) == 2
    assert await contacts(parts) == [("people:user.1", None, "")]


async def test_a_command_that_cannot_be_read_is_set_apart(routed: Parts) -> None:
    await routed.worker().handle([b'[{"type":"invented"}]', COMMANDS.dump_json(routed.said.commands)])

    assert [letter.stage for letter in routed.said.letters] == ["worker"]
    assert len(await routed.queues.entries("ann")) == 1


async def test_a_lost_race_for_an_interaction_changes_nothing(routed: Parts) -> None:
    """Somebody else placed it between the worker's read and write."""
    waiting = await routed.one()
    placing = Placing(waiting, ("ann",), NOW + timedelta(seconds=30))
    await routed.assignments.place([placing])
    await routed.carry_out()
    assert (await routed.one()).offered_to == ("ann",)


SCOPED = "IT.13491208655302741918"


def written(key: str, provider_id: str, alias: str | None = None) -> MessageReceived:
    """A message of a customer who has a number, a business-scoped id, or both."""
    event = message(key, provider_id)
    return event.model_copy(update={"message": event.message.model_copy(update={"user_id": alias})})


async def take(parts: Parts, *events: MessageReceived) -> None:
    for event in events:
        await parts.router().handle([bundle(event)])
        await parts.carry_out()


KNOWN = {"number first": WHO, "scoped id first": SCOPED}


@pytest.mark.parametrize("first", KNOWN.values(), ids=KNOWN)
async def test_a_customer_is_one_contact_under_their_number_and_their_scoped_id(routed: Parts, first: str) -> None:
    await routed.carry_out()
    await routed.store.database["contacts"].delete_many({})
    await take(
        routed, written(first, "n1"), written(WHO, "n2", SCOPED), written(SCOPED, "n3"), written(WHO, "n4", SCOPED)
    )

    found = await ContactStore(routed.store).find(ContactRequest("people"))
    (only,) = found.items
    assert (only.key, only.number, only.name, only.merged_keys) == (WHO, WHO, "Ada", (SCOPED,))
    assert {one.contact_id for one in await routed.all_interactions()} == {only.id}


async def test_a_scoped_id_that_is_another_contacts_already_stays_theirs(routed: Parts) -> None:
    await routed.carry_out()
    await take(routed, written("+39333000002", "n1", SCOPED), written(WHO, "n2", SCOPED))

    found = await ContactStore(routed.store).find(ContactRequest("people", order="number"))
    assert [(one.key, one.merged_keys) for one in found.items] == [(WHO, ()), ("+39333000002", (SCOPED,))]


async def test_nothing_is_said_of_a_contact_of_whom_all_is_known(routed: Parts) -> None:
    await routed.carry_out()
    await take(routed, written(WHO, "n1", SCOPED))
    await routed.router().handle([bundle(written(WHO, "n2", SCOPED))])

    assert [command.contact for command in routed.said.commands if isinstance(command, Deliver)] in ([], [None])
