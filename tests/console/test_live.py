"""The live feed over real HTTP, from what router, worker and console store to those who listen at either of two
consoles."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from console import live, live_hub
from console.app import build_console
from console.live_hub import LiveHub
from contracts.base import new_id
from contracts.events import StatusReported
from contracts.live import LIVE_ENTRIES, LiveEntry, LiveKind
from contracts.messages import DeliveryState, MessageStatus
from contracts.topology import LIVE
from runtime.broker import Broker, EventLog
from runtime.broker.telling import Teller
from runtime.clock import utc_now
from runtime.live.publisher import LivePublisher
from runtime.metrics import Metrics
from runtime.store.audiences import Audiences
from tests.console.conftest import TOKEN
from tests.console.feeds import Feed, listening
from tests.desk import CUSTOMER, Desk, at_work
from tests.parts import NOW, Fields, Parts, about, account, bundle, queue
from tests.patience import so

OTHER = "+39333000002"


@dataclass
class Consoles:
    """Two consoles over one contact centre."""

    desk: Desk
    urls: tuple[str, str]
    hubs: tuple[LiveHub, LiveHub]
    session: aiohttp.ClientSession
    teller: Teller

    @asynccontextmanager
    async def feed(self, at: int = 0, token: str = TOKEN, cursor: str | None = None) -> AsyncIterator[Feed]:
        async with listening(self.session, self.urls[at], token, cursor) as feed:
            yield feed

    async def token_of(self, agent: str, role: str = "agent") -> str:
        """A token of an agent, or of somebody else."""
        wanted = {"name": f"{role} {agent}", "role": role, "scopes": ["read"]}
        made = await self.desk.done("POST", "tokens", wanted | ({"agent_id": agent} if role == "agent" else {}))
        return str(made["token"])

    async def tell(self, *entries: LiveEntry) -> None:
        """As a process that has stored something."""
        await self.teller.tell(LIVE_ENTRIES.dump_json(list(entries), exclude_defaults=True))


@pytest.fixture
async def consoles(parts: Parts, broker: Broker) -> AsyncIterator[Consoles]:
    async with AsyncExitStack() as stack:
        publisher = LivePublisher(parts.store.news, broker, Audiences(parts.store), parts.metrics, utc_now)
        await publisher.start()
        stack.push_async_callback(publisher.stop)
        desk = await stack.enter_async_context(at_work(parts))
        hubs = (await _hub(parts, broker, stack), await _hub(parts, broker, stack))
        servers = [TestServer(build_console(replace(desk.dependencies, live=hub))) for hub in hubs]
        for server in servers:
            await stack.enter_async_context(server)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        urls = tuple(str(server.make_url("")).rstrip("/") for server in servers)
        yield Consoles(desk, (urls[0], urls[1]), hubs, session, Teller(broker, LIVE, 5.0))


async def _hub(parts: Parts, broker: Broker, stack: AsyncExitStack) -> LiveHub:
    hub = LiveHub(EventLog(broker, LIVE), parts.configuration, Metrics(), utc_now)
    await hub.start()
    stack.push_async_callback(hub.stop)
    await so(lambda: hub.newest is not None)
    return hub


def change(number: int, **fields: Fields) -> LiveEntry:
    return LiveEntry.model_validate({"kind": LiveKind.MESSAGE, "id": f"m{number}", "at": NOW, **fields})


def end() -> LiveEntry:
    """What everybody is told of: behind it there is nothing more to come."""
    return LiveEntry(kind=LiveKind.CONFIGURATION, id=new_id(), at=NOW)


# --- who is told what


async def test_a_message_is_told_when_it_can_be_read_with_ids_and_nothing_of_what_it_says(consoles: Consoles) -> None:
    async with consoles.feed() as feed:
        await consoles.desk.write(CUSTOMER, "my password is hunter2")
        event = await feed.until("message")
        one = await consoles.desk.of(CUSTOMER)
        assert (event.data["interaction_id"], event.data["account_id"]) == (one.id, "shop")
        assert event.data.keys() == {"kind", "id", "interaction_id", "account_id", "at"}
        (log,) = await consoles.desk.log_of(one.id)
        assert event.data["id"] == log.id


async def test_an_offer_its_acceptance_and_the_others_loss_are_told_to_those_whom_they_concern(
    consoles: Consoles,
) -> None:
    desk = consoles.desk
    await desk.done("PATCH", "queues/sales", {"strategy": "beepall"})
    ann, ben, cai = [await consoles.token_of(agent) for agent in ("ann", "ben", "cai")]
    async with consoles.feed(0, ben) as bens, consoles.feed(1, cai) as cais, consoles.feed(1, ann) as anns:
        await desk.write(CUSTOMER)
        for feed, agent in ((bens, "ben"), (cais, "cai")):
            assert (await feed.until("agent_queue")).data["agent_id"] == agent
        one = await desk.of(CUSTOMER)
        await desk.done("POST", f"agents/ben/queue/{one.id}/accept")
        assert (await cais.until("agent_queue")).data["interaction_id"] == one.id
        assert (await bens.until("agent_queue")).data["interaction_id"] == one.id
        await consoles.tell(last := end())
        heard = {event.what[0] for event in await anns.all_until("configuration", last.id)}
        assert heard >= {"message", "interaction"}  # it is on her account
        assert "agent_queue" not in heard


async def test_an_agent_never_hears_of_what_is_anothers(consoles: Consoles) -> None:
    desk = consoles.desk
    await desk.done("POST", "agents", {"id": "dan", "name": "Dan"})  # of no account and no queue
    dan = await consoles.token_of("dan")
    async with consoles.feed(0, dan) as dans, consoles.feed(0) as boss:
        one = await desk.owned_by("ann")
        await desk.done("POST", f"interactions/{one}/notes?agent=ann", {"text": "hm"})
        await desk.done("POST", f"interactions/{one}/tags", {"add": ["vip"]})
        await desk.done("POST", f"interactions/{one}/transfer?agent=ann", {"agent": "cai"})
        await desk.be("offline", "ann")
        await consoles.tell(before := end())
        assert [event.what[0] for event in await dans.all_until("configuration", before.id)] == ["configuration"]
        assert len(await boss.all_until("configuration", before.id)) > 5

        await desk.done("POST", f"interactions/{one}/assign", {"agent": "dan"})  # now it is his
        await consoles.tell(after := end())
        heard = await dans.all_until("configuration", after.id)
        assert {event.what for event in heard[:-1]} == {("interaction", one), ("agent_queue", "dan")}

        await desk.done("POST", f"interactions/{one}/assign", {"agent": "ann"})
        await desk.write(CUSTOMER, "are you there?")
        await consoles.tell(last := end())
        heard = await dans.all_until("configuration", last.id)
        assert ("agent_queue", "dan") in {event.what for event in heard}
        assert "message" not in {event.what[0] for event in heard}


async def test_who_could_see_an_interaction_is_told_when_it_leaves_their_queue(consoles: Consoles) -> None:
    desk = consoles.desk
    steps = [{"action": "Queue", "queue": one, "timeout": 60} for one in ("sales", "second")]
    await desk.parts.configure(
        queue(agents=("ben",)),
        queue("second", agents=("cai",)),
        account(steps, agents=("ann",), transfer={"enabled": True, "timeout": 60}),
    )
    await desk.be("offline", "ann", "ben", "cai")
    await desk.write(CUSTOMER)
    one = (await desk.of(CUSTOMER)).id
    ben = await consoles.token_of("ben")
    async with consoles.feed(1, ben) as bens:
        await desk.pass_(60)  # the router moves it on
        await bens.until("interaction", one)
        await consoles.tell(moved := end())
        await bens.all_until("configuration", moved.id)
        await desk.done("POST", f"interactions/{one}/tags", {"add": ["vip"]})
        await consoles.tell(tagged := end())
        assert [event.what[0] for event in await bens.all_until("configuration", tagged.id)] == ["configuration"]

        await desk.done("POST", f"interactions/{one}/assign", {"agent": "ann"})
        await desk.done("POST", f"interactions/{one}/transfer?agent=ann", {"queue": "sales"})
        await bens.until("interaction", one)
        await desk.done("DELETE", f"interactions/{one}/transfer?agent=ann")  # a click moves it back
        await consoles.tell(back := end())
        heard = {event.what for event in await bens.all_until("configuration", back.id)}
        assert ("interaction", one) in heard


async def test_statuses_of_what_was_sent_are_told_with_the_message_and_a_failure_with_its_interaction(
    consoles: Consoles,
) -> None:
    desk = consoles.desk
    one = await desk.owned_by("ann")
    sent = await desk.done(
        "POST", f"interactions/{one}/messages?agent=ann", {"content": {"kind": "text", "text": "hi"}}
    )
    ann = await consoles.token_of("ann")
    async with consoles.feed(0, ann) as feed:
        await _report(consoles, sent["id"], DeliveryState.DELIVERED)
        event = await feed.until("message")
        assert (event.data["id"], event.data["interaction_id"]) == (sent["id"], one)
        again = await desk.done(
            "POST", f"interactions/{one}/messages?agent=ann", {"content": {"kind": "text", "text": "ho"}}
        )
        await feed.until("message", again["id"])
        await _report(consoles, again["id"], DeliveryState.FAILED)
        await feed.until("message", again["id"])
        await consoles.tell(last := end())
        heard = {event.what for event in await feed.all_until("configuration", last.id)}
        assert {("interaction", one), ("agent_queue", "ann")} <= heard


async def _report(consoles: Consoles, reference: str, state: DeliveryState) -> None:
    status = MessageStatus(
        provider_id="p1", contact_key=CUSTOMER, state=state, provider_state="x", occurred_at=NOW, reference=reference
    )
    await consoles.desk.parts.router().handle([bundle(StatusReported(**about(CUSTOMER), status=status))])


async def test_notes_states_and_configuration_are_told(consoles: Consoles) -> None:
    one = await consoles.desk.owned_by("ann")
    async with consoles.feed() as feed:
        await consoles.desk.done("POST", f"interactions/{one}/notes", {"text": "hm"})
        await feed.until("interaction", one)
        await consoles.desk.done("PUT", "agents/ben/state", {"state": "pause", "pause": "lunch"})
        assert (await feed.until("agent", "ben")).data["agent_id"] == "ben"
        await consoles.desk.done("PATCH", "queues/sales", {"weight": 3})
        await feed.until("configuration", "queues")


async def test_nobody_listens_without_a_token_and_whose_token_is_taken_back_is_let_go(
    consoles: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    async with consoles.session.get(f"{consoles.urls[0]}/api/live") as response:
        assert response.status == 401
    token = await consoles.token_of("ann")
    async with consoles.feed(0, token) as feed:
        (made,) = (await consoles.desk.done("GET", "tokens"))["items"]
        await consoles.desk.call("DELETE", f"tokens/{made['id']}")
        await feed.ended()


# --- coming back


async def test_who_comes_back_to_the_other_console_gets_exactly_what_was_missed(consoles: Consoles) -> None:
    async with consoles.feed(0) as feed:
        await consoles.tell(*(change(number) for number in range(5)))
        seen = [await feed.next() for _ in range(3)]
    await consoles.tell(*(change(number) for number in range(5, 9)))
    await consoles.tell(last := end())
    async with consoles.feed(1, cursor=seen[-1].id) as feed:
        missed = await feed.all_until("configuration", last.id)
        assert [event.data["id"] for event in missed] == [*(f"m{number}" for number in range(3, 9)), last.id]
        await consoles.tell(change(10))
        assert (await feed.next()).data["id"] == "m10"


async def test_who_heard_nothing_since_comes_back_with_the_cursor_of_the_last_sign_of_life(
    consoles: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)
    ann = await consoles.token_of("ann")
    async with consoles.feed(0, ann) as feed:
        await consoles.tell(*(change(number, account_id="not hers") for number in range(20)))
        async with consoles.feed(0) as boss:
            await consoles.tell(last := end())
            place = (await boss.until("configuration", last.id)).id
        await feed.until("configuration", last.id)
    await consoles.tell(change(21, account_id="not hers"), change(22, account_id="shop"), after := end())
    async with consoles.feed(1, ann, cursor=place) as feed:
        assert [event.what[1] for event in await feed.all_until("configuration", after.id)] == ["m22", after.id]


@pytest.mark.parametrize("cursor", ["0.0", "nonsense", "999999999.0"])
async def test_who_was_away_for_too_long_or_comes_from_nowhere_is_to_look_everything_up(
    consoles: Consoles, cursor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_hub, "REACH_S", 0.2)
    consoles.hubs[0]._ring.begin(consoles.hubs[0].newest or pytest.fail("the stream was not read"))
    async with consoles.feed(0) as first:
        await consoles.tell(change(1))
        await first.until("message", "m1")
    async with consoles.feed(0, cursor=cursor) as feed:
        assert (await feed.next()).name == "reset"
        await consoles.tell(change(2))
        assert (await feed.next()).data["id"] == "m2"


async def test_a_client_that_takes_nothing_is_reset_and_at_last_cut_off(
    consoles: Consoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SEND_S", 0.5)
    hub = consoles.hubs[0]
    host, port = consoles.urls[0].removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(f"GET /api/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
    await reader.readline()
    async with asyncio.timeout(30):
        while hub.metrics.live_dropped._value.get() == 0:
            await consoles.tell(*(change(number, interaction_id="i" * 500) for number in range(400)))
            await asyncio.sleep(0.01)
    writer.close()
    assert len(hub._clients) == 0
    assert hub.metrics.live_resets.labels("slow")._value.get() > 0


async def test_consoles_that_stop_let_their_clients_go_at_once(consoles: Consoles) -> None:
    async with consoles.feed(0) as feed:
        await consoles.hubs[0].dismiss()
        await feed.ended()
