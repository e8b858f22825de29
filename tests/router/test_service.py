"""The router on the real database and broker: whatever is interrupted and repeated, the end is the same."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import orjson
import pytest
from structlog.testing import capture_logs

from contracts.accounts import WhitelistMode
from contracts.commands import CallWebhook, Command, Deliver, ErrandCommand, FetchMedia, Send, SendCommand, Serve
from contracts.contacts import Contact, ContactList, contact_id
from contracts.content import Media, Text
from contracts.errors import Unavailable
from contracts.events import Event, MessageReceived, NoticeReceived, OfferRejected, StatusReported, WebhookAnswered
from contracts.interactions import Interaction, InteractionState
from contracts.messages import DeliveryState, MessageStatus
from contracts.stored import FileState, StoredFile, StoredMessage
from contracts.whitelists import ListRule, NumberRule, PrefixRule, Rule, Whitelist
from runtime.publishing import Outbox
from runtime.store.assignments import Placing
from runtime.store.interactions import Change, InteractionStore
from runtime.store.loading import Loaded
from runtime.store.whitelists import WhitelistRules
from tests.parts import NOW, PARTITIONS, Fields, Parts, about, account, bundle, deadline, message, people, queue

QUEUE = {"action": "Queue", "queue": "sales", "timeout": 60}
CLOSE = {"action": "Close", "disposition": "done"}
TAG = {"action": "Tag", "tag": "seen"}
HELLO = {"action": "AutoReply", "text": "Hello {contact.name|you}"}
ASK = {"action": "Webhook", "url": "https://hooks.example/crm", "timeout": 3}
ITALY = Whitelist(id="italy", name="Italy", rules_key="italy")
ON_BYE = {"action": "Gotoif", "condition": 'message.text == "bye"', "if_true": 2, "if_false": 3}


T = TypeVar("T")


class Killed(BaseException):
    """The process has ended here."""


class Fuse:
    """Ends the process when its n-th write is done. Whoever is dead writes nothing more."""

    def __init__(self, at: int) -> None:
        self.dead = False
        self._left = at

    async def burn(self, write: Callable[[], Awaitable[T]]) -> T:
        """Do the write, if the process lives to do it."""
        if self.dead:
            raise Killed
        self._left -= 1
        if self._left:
            return await write()
        self.dead = True
        await write()
        raise Killed


class FusedStore(InteractionStore):
    """Every write of a batch may be the last one; `save` may also be cut in the middle of its changes."""

    def __init__(self, parts: Parts, fuse: Fuse) -> None:
        super().__init__(parts.store)
        self._fuse = fuse

    async def save(self, batch: Sequence[Change], *, leading: bool = False) -> set[str]:
        lost: set[str] = set()
        ordered = sorted(batch, key=lambda change: change.before is None)
        for change in ordered:
            lost |= await self._fuse.burn(lambda change=change: super(FusedStore, self).save([change], leading=leading))  # type: ignore[misc] # a bound default, which mypy cannot type
        return lost

    async def _insert_new(self, collection: str, values: Sequence[Any]) -> None:
        for value in values:
            await self._fuse.burn(lambda value=value: super(FusedStore, self)._insert_new(collection, [value]))  # type: ignore[misc] # the same

    async def record_statuses(self, statuses: Fields) -> None:
        if statuses:
            await self._fuse.burn(lambda: super(FusedStore, self).record_statuses(statuses))


class FusedOutbox(Outbox):
    """Every publish may be the last one."""

    def __init__(self, parts: Parts, fuse: Fuse) -> None:
        super().__init__(parts.said, PARTITIONS)
        self._fuse = fuse

    async def commands(self, commands: Sequence[tuple[str, Command]]) -> None:
        for command in commands:
            await self._fuse.burn(lambda command=command: super(FusedOutbox, self).commands([command]))  # type: ignore[misc] # the same

    async def send(self, commands: Sequence[SendCommand]) -> None:
        for command in commands:
            await self._fuse.burn(lambda command=command: super(FusedOutbox, self).send([command]))  # type: ignore[misc] # the same

    async def errands(self, commands: Sequence[ErrandCommand]) -> None:
        for command in commands:
            await self._fuse.burn(lambda command=command: super(FusedOutbox, self).errands([command]))  # type: ignore[misc] # the same

    async def park(self, letters: Fields) -> None:
        if letters:
            await self._fuse.burn(lambda: super(FusedOutbox, self).park(letters))


async def handle_until_killed(parts: Parts, events: Sequence[Event], fuse: Fuse) -> bool:
    """Whether the process was killed over these events."""
    router = parts.router(FusedStore(parts, fuse), FusedOutbox(parts, fuse))
    try:
        await router.handle([bundle(*events)])
    except Killed:
        return True
    return False


async def configured(parts: Parts, *actions: dict[str, Any]) -> None:
    if "shop" not in parts.configuration.current.accounts:
        await parts.configure(*people("ann", "ben"), queue(agents=("ann", "ben")), account(actions))


def plain(interaction: Interaction) -> dict[str, Any]:
    """What must not depend on how often something was interrupted."""
    return interaction.model_dump(exclude={"version", "applied", "replies", "round", "config_version"})


async def state(parts: Parts) -> list[Any]:
    """Everything that has come of the events."""
    found: list[Any] = []
    for interaction in await parts.all_interactions():
        log = await parts.interactions.messages(interaction.id, 1000)
        found.append((plain(interaction), [(m.sequence, m.provider_id, m.author, m.sending) for m in log]))
    kept = ("rejections", "statuses", "notices", "refusals", "messages")
    counts = [await parts.store.database[name].count_documents({}) for name in kept]
    return [*found, counts]


async def check(parts: Parts, sent: Sequence[Event]) -> None:
    """The laws: each message once, numbered without a gap, in the order of receipt; everything said that must be."""
    interactions = await parts.all_interactions()
    logs = {one.id: await parts.interactions.messages(one.id, 1000) for one in interactions}
    for one in interactions:
        assert [m.sequence for m in logs[one.id]] == list(range(1, one.sequence + 1))
        inbound = [m.sequence for m in logs[one.id] if m.direction == "inbound"]
        assert (len(inbound), max(inbound)) == (one.message_count, one.last_inbound)
    conversations = {event.conversation for event in sent}
    for conversation in conversations:
        of_this = sorted(
            (one for one in interactions if one.conversation == conversation), key=lambda one: logs[one.id][0].event_id
        )
        stored = [m.provider_id for one in of_this for m in logs[one.id] if m.direction == "inbound"]
        received = [e.message.provider_id for e in sent if isinstance(e, MessageReceived) and e.account_id == "shop"]
        mine = {
            e.message.provider_id for e in sent if isinstance(e, MessageReceived) and e.conversation == conversation
        }
        if of_this:
            assert stored == [p for p in dict.fromkeys(received) if p in mine]
    _said(parts.said.commands, interactions)
    await _sent(parts)


def _said(commands: Sequence[Command], interactions: Sequence[Interaction]) -> None:
    delivered = {c.interaction_id: c for c in commands if isinstance(c, Deliver) and c.contact}
    settled = {c.interaction_id for c in commands if isinstance(c, Deliver) and c.settle}
    served = {c.target for c in commands if isinstance(c, Serve)}
    for one in interactions:
        assert one.id in delivered
        assert one.open or one.id in settled
        assert one.waiting_for is None or one.waiting_for in served


async def _sent(parts: Parts) -> None:
    """Whatever is to be sent, fetched or called has been said to whoever does it."""
    told = {(c.account_id, c.contact_key) for c in parts.said.sends if isinstance(c, Send)}
    fetched = {c.message_id for c in parts.said.errands if isinstance(c, FetchMedia)}
    called = {(c.interaction_id, c.step) for c in parts.said.errands if isinstance(c, CallWebhook)}
    async for document in parts.store.database["messages"].find({}):
        assert document["direction"] == "inbound" or (document["account_id"], document["contact_key"]) in told
        assert document["file"] is None or document["_id"] in fetched
    for one in await parts.all_interactions():
        assert one.state is not InteractionState.ROUTING or (one.id, one.step) in called


Story = Callable[[Parts, str], Awaitable[list[Event]]]


async def _queueing(parts: Parts, who: str) -> list[Event]:
    """Two conversations wait for a queue; one message comes again as another event."""
    await configured(parts, TAG, QUEUE)
    other = f"{who}9"
    return [
        message(who, "m1"),
        message(other, "o1"),
        message(who, "m2"),
        message(who, "m1"),
        message(other, "o2"),
    ]


async def _closing(parts: Parts, who: str) -> list[Event]:
    """Every message opens an interaction that the list closes at once."""
    await configured(parts, TAG, CLOSE)
    return [message(who, "m1"), message(who, "m2", received_at=NOW + timedelta(seconds=1))]


async def _timing_out(parts: Parts, who: str) -> list[Event]:
    """A message joins, the step ends and the list closes, and the next message opens anew: all in one batch."""
    await configured(parts, QUEUE, CLOSE)
    first = message(who, "m1")
    await parts.router().handle([bundle(first)])
    parts.clock.pass_(61)
    late = NOW + timedelta(seconds=70)
    return [message(who, "m2"), deadline(await parts.one()), message(who, "m3", received_at=late)]


async def _taking_leave(parts: Parts, who: str) -> list[Event]:
    """Nobody takes the interaction; a word closes it, and the next one opens another that waits so again."""
    await configured(parts, ON_BYE, CLOSE, TAG)
    later = [NOW + timedelta(seconds=n) for n in (1, 2, 3)]
    return [
        message(who, "m1", received_at=later[0]),
        message(who, "m2", "bye", received_at=later[1]),
        message(who, "m3", received_at=later[2]),
    ]


async def _everything(parts: Parts, who: str) -> list[Event]:
    """What is no message: a status, a notice, a sender who is refused, an account that does not exist."""
    shop = account([QUEUE], whitelist_mode=WhitelistMode.ONLY_LISTED, whitelists=("italy",))
    if "shop" not in parts.configuration.current.accounts:
        await parts.configure(*people("ann"), queue(agents=("ann",)), ITALY, shop)
        await parts.rules.add(ITALY.rules_key, [PrefixRule(prefix="+39")])
    status = MessageStatus(
        provider_id="out1", contact_key=who, state=DeliveryState.SENT, provider_state="sent", occurred_at=NOW
    )
    return [
        message(who, "m1"),
        StatusReported(**about(who), status=status),
        NoticeReceived(**about(who), kind="odd", raw={"a": 1}),
        message("+4412345678", "m2"),
        message(who, "m3", account_id="nobody"),
        message(who, "m4"),
    ]


async def _replying(parts: Parts, who: str) -> list[Event]:
    """Every message is answered, in an interaction that is closed and opened again; one brings a file."""
    await _configured_as(parts, [HELLO, {**HELLO, "text": "Bye", "times": "always"}, CLOSE], reopen_within=1)
    file = Media(kind="image", media_id="1", mime_type="image/png")
    later = [NOW + timedelta(seconds=n) for n in (1, 2)]
    return [
        message(who, "m1"),
        message(who, "m2", content=file, received_at=later[0]),
        message(who, "m1"),
        message(who, "m3", received_at=later[1]),
    ]


async def _calling(parts: Parts, who: str) -> list[Event]:
    """An endpoint is asked, and a message joins meanwhile; another's endpoint answers, whose message comes again."""
    await _configured_as(parts, [HELLO, ASK, QUEUE])
    other = f"{who}9"
    first = message(other, "o1")
    await parts.router().handle([bundle(first)])
    held_up = next(one for one in await parts.all_interactions() if one.contact_key == other)
    answer = WebhookAnswered(**about(other), interaction_id=held_up.id, step=held_up.step, attributes={"a": 1})
    return [first, message(who, "m1"), answer, message(who, "m2")]


async def _refusing(parts: Parts, who: str) -> list[Event]:
    """Two senders are not admitted, one of them twice, and each is told so once."""
    await _configured_as(
        parts, [QUEUE], whitelist_mode=WhitelistMode.ONLY_LISTED, whitelists=("italy",), refusal_text="No."
    )
    return [
        message("+4412345678", "x1"),
        message(who, "m1"),
        message("+4412345678", "x2"),
        message("+4487654321", "x3"),
    ]


async def _configured_as(parts: Parts, actions: list[dict[str, Any]], **fields: Fields) -> None:
    if "shop" not in parts.configuration.current.accounts:
        await parts.configure(*people("ann"), queue(agents=("ann",)), ITALY, account(actions, **fields))
        await parts.rules.add(ITALY.rules_key, [PrefixRule(prefix="+39")])


STORIES: list[Story] = [
    _queueing,
    _closing,
    _timing_out,
    _taking_leave,
    _everything,
    _replying,
    _calling,
    _refusing,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.strip("_"))
@pytest.mark.parametrize("cut", ["as it was", "one by one", "with more"])
async def test_a_router_killed_at_any_of_its_writes_leaves_nothing_that_the_next_one_does_not_set_right(
    parts: Parts, story: Story, cut: str
) -> None:
    who, wanted = "+3933300001", None
    for at in itertools.count(0):
        await _forget(parts)
        events = await story(parts, who)
        before = len(await parts.all_interactions())
        killed = await handle_until_killed(parts, events, Fuse(at)) if at else False
        more = [message(who, "late", received_at=NOW + timedelta(seconds=90))]
        await _deliver_again(parts, events, more, cut)
        found = await state(parts)
        await check(parts, [*([message(who, "m1")] if before else []), *events, *more])
        wanted = wanted or _shape(found)
        assert _shape(found) == wanted, f"killed at write {at}"
        if at and not killed:
            break
    assert at > 5


async def _forget(parts: Parts) -> None:
    parts.said.published.clear()
    parts.clock.now = NOW
    for name in await parts.store.database.list_collection_names():
        if name not in {"accounts", "queues", "agents", "lists", "whitelists", "whitelist_rules", "configuration"}:
            await parts.store.database[name].delete_many({})


async def _deliver_again(parts: Parts, events: Sequence[Event], more: Sequence[Event], cut: str) -> None:
    router = parts.router()
    match cut:
        case "one by one":
            for event in (*events, *more):
                await router.handle([bundle(event)])
        case "with more":
            await router.handle([bundle(*events), bundle(*more)])
        case _:
            await router.handle([bundle(*events)])
            await router.handle([bundle(*more)])


def _shape(found: list[Any]) -> list[Any]:
    """The state without the ids that every round of a story makes anew."""
    made_anew = {"id", "correlation_id"}
    *interactions, counts = found
    return [({k: v for k, v in one.items() if k not in made_anew}, log) for one, log in interactions] + [counts]


async def test_a_message_that_joins_before_the_list_closes_stays_in_the_interaction_that_it_joined(
    parts: Parts,
) -> None:
    """In one batch and without any crash: the closing write and the opening one concern one conversation."""
    events = await _timing_out(parts, "+3933300002")

    await parts.router().handle([bundle(*events)])

    closed, opened = await parts.all_interactions()
    logs = [[m.provider_id for m in await parts.interactions.messages(one.id, 9)] for one in (closed, opened)]
    assert logs == [["m1", "m2"], ["m3"]]
    walks = [entry.action for trace in await parts.interactions.traces(closed.id) for entry in trace.entries]
    assert walks == ["message", "Queue", "step", "Close"]


async def test_an_event_that_comes_again_when_its_interaction_was_closed_meanwhile_is_recognised(parts: Parts) -> None:
    await configured(parts, QUEUE)
    event = message("+3933300003", "m1")
    assert await handle_until_killed(parts, [event], Fuse(1))
    (interaction,) = await parts.all_interactions()
    closed = {"$set": {"open": False, "state": "closed", "owner": "ann"}, "$inc": {"version": 1}}
    await parts.store.database["interactions"].update_one({"_id": interaction.id}, closed)

    await parts.router().handle([bundle(event, message("+3933300003", "m2"))])

    first, second = sorted(await parts.all_interactions(), key=lambda one: one.open)
    assert [m.provider_id for m in await parts.interactions.messages(first.id, 9)] == ["m1"]
    assert [m.provider_id for m in await parts.interactions.messages(second.id, 9)] == ["m2"]
    assert second.previous_agent == "ann"


async def test_a_kill_before_the_record_is_told_in_the_trace(parts: Parts) -> None:
    await configured(parts, QUEUE)
    event = message("+3933300003", "m1")
    await handle_until_killed(parts, [event], Fuse(1))

    await parts.router().handle([bundle(event)])

    (trace,) = await parts.interactions.traces((await parts.one()).id)
    assert [(e.action, e.outcome) for e in trace.entries] == [("resume", "taken up again after a crash")]


class Interrupted(InteractionStore):
    """Something else happens between the read and the write, as often as `times` says."""

    def __init__(self, parts: Parts, interruption: Callable[[], Awaitable[Any]], times: int = 1) -> None:
        super().__init__(parts.store)
        self._interruption = interruption
        self._times = times

    async def load(self, *arguments: Fields) -> Loaded:
        loaded = await super().load(*arguments)
        if self._times:
            self._times -= 1
            await self._interruption()
        return loaded


async def _offered(parts: Parts, who: str) -> Interaction:
    await configured(parts, QUEUE, CLOSE)
    await parts.router().handle([bundle(message(who, "m1"))])
    waiting = await parts.one()
    (offered,) = await parts.assignments.place([Placing(waiting, ("ann", "ben"), NOW + timedelta(seconds=30))])
    return offered


@pytest.mark.parametrize("interruption", ["accept", "reject", "the last reject"])
async def test_what_agents_do_between_the_read_and_the_write_is_kept_and_no_message_is_lost(
    parts: Parts, interruption: str
) -> None:
    offered = await _offered(parts, "+3933300004")

    async def interrupt() -> None:
        if interruption == "accept":
            await parts.assignments.accept(offered.id, "ann")
            return
        await parts.assignments.reject(offered.id, "ann")
        if interruption == "the last reject":
            await parts.assignments.reject(offered.id, "ben")

    router = parts.router(Interrupted(parts, interrupt))
    await router.handle(
        [bundle(message("+3933300004", "m2"), message("+3933300005", "x1"), message("+3933300004", "m3"))]
    )

    mine = next(one for one in await parts.all_interactions() if one.contact_key == "+3933300004")
    assert [m.provider_id for m in await parts.interactions.messages(mine.id, 9)] == ["m1", "m2", "m3"]
    assert mine.message_count == mine.unread == 3
    states = {
        "accept": ("assigned", "ann", ()),
        "reject": ("offered", None, ("ben",)),
        "the last reject": ("waiting", None, ()),
    }
    assert (mine.state, mine.owner, mine.offered_to) == states[interruption]


async def test_a_deadline_that_an_acceptance_overtakes_changes_nothing(parts: Parts) -> None:
    offered = await _offered(parts, "+3933300004")
    parts.clock.pass_(61)
    router = parts.router(Interrupted(parts, lambda: parts.assignments.accept(offered.id, "ben")))

    await router.handle([bundle(deadline(offered))])

    assert ((await parts.one()).owner, (await parts.one()).state) == ("ben", InteractionState.ASSIGNED)


async def test_two_routers_over_the_same_events_store_them_once(parts: Parts) -> None:
    """A router that was held up goes on while another has taken over: the single active consumer let both work."""
    await configured(parts, QUEUE)
    events = [message("+3933300006", f"m{n}") for n in range(4)]

    async def overtake() -> None:
        await parts.router().handle([bundle(*events)])

    await parts.router(Interrupted(parts, overtake)).handle([bundle(*events[:3])])

    only = await parts.one()
    assert [m.provider_id for m in await parts.interactions.messages(only.id, 9)] == ["m0", "m1", "m2", "m3"]
    assert only.message_count == 4


async def test_a_message_that_the_provider_repeats_is_stored_once_and_counted_as_repeated(parts: Parts) -> None:
    await configured(parts, QUEUE)
    who = "+3933300007"
    await parts.router().handle([bundle(message(who, "m1"), message(who, "m1")), bundle(message(who, "m1"))])
    await parts.router().handle([bundle(message(who, "m2"), message(who, "m1"))])

    assert (await parts.one()).message_count == 2
    assert 'switchboard_handled_total{outcome="repeated",stage="router"} 3.0' in parts.metrics.exposition().decode()


async def test_one_event_that_cannot_be_read_costs_its_neighbours_nothing(parts: Parts) -> None:
    await configured(parts, QUEUE)
    good = message("+3933300008", "m1")
    body = b"[" + good.model_dump_json().encode() + b',{"type":"message_received"}]'

    assert await parts.router().handle([body, b"no json"]) == 1

    assert (await parts.one()).message_count == 1
    assert [letter.stage for letter in parts.said.letters] == ["router", "router"]
    assert all(letter.reason.startswith("cannot be read") for letter in parts.said.letters)


async def test_an_event_of_an_account_that_does_not_exist_is_set_apart_with_its_stack(parts: Parts) -> None:
    await configured(parts, QUEUE)
    event = message("+3933300008", "m1", account_id="gone")

    await parts.router().handle([bundle(event, message("+3933300009", "m2"))])

    (letter,) = parts.said.letters
    assert (letter.id, letter.reason) == (event.event_id, "account gone does not exist")
    assert "Unprocessable" in letter.trace
    assert len(await parts.all_interactions()) == 1


async def test_an_account_made_a_moment_ago_is_looked_for_before_its_events_are_set_apart(parts: Parts) -> None:
    router = parts.router()
    await parts.configuration_store.put(*people("ann"), queue(agents=("ann",)), account([QUEUE]))

    await router.handle([bundle(message("+3933300008", "m1"))])

    assert (await parts.one()).waiting_for == "queue:sales"


@pytest.mark.parametrize(
    "raw", [{"n": 2**80}, {"a\x00b": 1}, {"deep": [{"n": -(2**70)}]}, {"": 1, "$set": {"a.b": 2}}], ids=str
)
async def test_a_notice_that_no_database_would_take_as_it_is_costs_its_neighbours_nothing(
    parts: Parts, raw: dict[str, Any]
) -> None:
    """A provider's own fields are kept in their raw form: numbers and names that MongoDB does not know included."""
    await configured(parts, QUEUE)
    who = "+3933300010"

    await parts.router().handle(
        [bundle(message(who, "m1"), NoticeReceived(**about(who), kind="odd", raw=raw), message(who, "m2"))]
    )

    assert [m.provider_id for m in await parts.interactions.messages((await parts.one()).id, 9)] == ["m1", "m2"]
    assert await parts.store.database["notices"].count_documents({}) == 1


async def test_a_condition_about_the_message_sees_the_last_one_of_the_same_batch(parts: Parts) -> None:
    """As it would were the events handled one by one."""
    await configured(parts, QUEUE, {**ON_BYE, "if_true": 3, "if_false": 4}, CLOSE, TAG)
    who = "+3933300011"
    await parts.router().handle([bundle(message(who, "m1"))])
    parts.clock.pass_(61)

    await parts.router().handle([bundle(message(who, "m2", "bye"), deadline(await parts.one()))])

    assert (await parts.one()).state is InteractionState.CLOSED


async def test_a_condition_about_the_message_sees_the_stored_one_when_the_event_brings_none(parts: Parts) -> None:
    await configured(parts, QUEUE, {**ON_BYE, "if_true": 3, "if_false": 4}, CLOSE, TAG)
    who = "+3933300011"
    await parts.router().handle([bundle(message(who, "m1", "bye"))])
    parts.clock.pass_(61)

    await parts.router().handle([bundle(deadline(await parts.one()))])

    assert (await parts.one()).state is InteractionState.CLOSED


async def test_a_condition_about_a_queue_gets_its_figures(parts: Parts) -> None:
    asks = {"action": "Gotoif", "condition": 'queue["Sales"].waiting > 0', "if_true": 3, "if_false": 2}
    await configured(parts, asks, QUEUE, CLOSE)
    await parts.router().handle([bundle(message("+3933300012", "m1"))])

    await parts.router().handle([bundle(message("+3933300013", "m2"))])

    states = {one.contact_key: one.state for one in await parts.all_interactions()}
    assert states == {"+3933300012": InteractionState.WAITING, "+3933300013": InteractionState.CLOSED}


async def test_a_refusal_brings_the_next_agents_turn(parts: Parts) -> None:
    offered = await _offered(parts, "+3933300014")
    await parts.assignments.reject(offered.id, "ann")
    rejected = await parts.assignments.reject(offered.id, "ben")
    parts.said.published.clear()

    event = OfferRejected(**about("+3933300014"), interaction_id=rejected.id, agent_id="ben", round=rejected.round)
    await parts.router().handle([bundle(event)])

    assert [c.target for c in parts.said.commands if isinstance(c, Serve)] == ["queue:sales"]


async def test_a_database_that_is_away_is_told_and_the_same_bundles_may_come_again(parts: Parts) -> None:
    await configured(parts, QUEUE)

    class Away(InteractionStore):
        async def record(self, *_arguments: Fields, **_values: Fields) -> None:
            raise Unavailable("MongoDB: away")

    bodies = [bundle(message("+3933300015", "m1"))]
    with pytest.raises(Unavailable):
        await parts.router(Away(parts.store)).handle(bodies)

    await parts.router().handle(bodies)
    assert [m.sequence for m in await parts.interactions.messages((await parts.one()).id, 9)] == [1]


async def test_no_line_of_the_log_holds_what_a_customer_wrote(parts: Parts) -> None:
    await configured(parts, QUEUE)
    with capture_logs() as lines:
        await parts.router().handle(
            [
                bundle(
                    message("+3933300016", "m1", "my card is 4111"),
                    message("+3933300016", "m2", "4111", account_id="gone"),
                )
            ]
        )
        await parts.carry_out()
    assert lines
    assert "4111" not in str(lines)


async def test_a_file_is_fetched_once_its_message_is_stored(parts: Parts) -> None:
    await configured(parts, QUEUE)
    file = Media(kind="document", media_id="7", mime_type="application/pdf", filename="a.pdf")
    event = message("+3933300017", "m1", content=file)
    found: list[StoredMessage] = []

    class Looking(Outbox):
        async def errands(self, commands: Sequence[ErrandCommand]) -> None:
            found.extend(await parts.interactions.messages((await parts.one()).id, 9))
            await super().errands(commands)

    await parts.router(outbox=Looking(parts.said, PARTITIONS)).handle([bundle(event)])

    (stored,) = found
    assert stored.file == StoredFile(state=FileState.PENDING, mime_type="application/pdf", filename="a.pdf")
    assert parts.said.errands == [
        FetchMedia(correlation_id=event.correlation_id, account_id="shop", message_id="shop:m1")
    ]


async def test_a_message_without_a_file_has_nothing_fetched(parts: Parts) -> None:
    await configured(parts, QUEUE)
    await parts.router().handle([bundle(message("+3933300017", "m1"))])
    assert parts.said.errands == []


async def test_an_automatic_reply_is_stored_as_queued_and_said_to_the_sender(parts: Parts) -> None:
    await configured(parts, HELLO, QUEUE)
    event = message("+3933300018", "m1")

    await parts.router().handle([bundle(event)])

    interaction = await parts.one()
    inbound, reply = await parts.interactions.messages(interaction.id, 9)
    assert (reply.id, reply.author, reply.sequence) == (f"{event.event_id}-1", "action:1", 2)
    assert (reply.direction, reply.state, reply.content) == ("outbound", DeliveryState.QUEUED, None)
    assert reply.sending == Text(text="Hello Ada")
    assert parts.said.sends == [Send(correlation_id=event.correlation_id, account_id="shop", contact_key="+3933300018")]
    assert (interaction.sequence, interaction.message_count, interaction.last_inbound) == (2, 1, inbound.sequence)


async def test_what_an_agent_writes_between_the_read_and_the_write_keeps_its_number(parts: Parts) -> None:
    """The console appends to the log on its own; the router finds the version changed and counts on from there."""
    await configured(parts, QUEUE)
    who = "+3933300019"
    await parts.router().handle([bundle(message(who, "m1"))])
    database = parts.store.database

    async def answer() -> None:
        await database["interactions"].update_one({}, {"$inc": {"sequence": 1, "version": 1}})

    await parts.router(Interrupted(parts, answer)).handle([bundle(message(who, "m2"))])

    interaction = await parts.one()
    assert (interaction.sequence, interaction.message_count, interaction.last_inbound) == (3, 2, 3)
    assert [m.sequence for m in await parts.interactions.messages(interaction.id, 9)] == [1, 3]


async def test_a_condition_looks_at_the_customers_last_message_and_not_at_what_was_sent_since(parts: Parts) -> None:
    await configured(parts, HELLO, QUEUE, {**ON_BYE, "if_true": 4, "if_false": 5}, CLOSE, TAG)
    await parts.router().handle([bundle(message("+3933300020", "m1", "bye"))])
    parts.clock.pass_(61)

    await parts.router().handle([bundle(deadline(await parts.one()))])

    assert (await parts.one()).state is InteractionState.CLOSED


async def test_a_sender_who_is_refused_is_told_at_most_once_a_day(parts: Parts) -> None:
    await _configured_as(parts, [QUEUE], whitelist_mode=WhitelistMode.ONLY_LISTED, refusal_text="Not for you.")
    who = "+4412345678"

    async def told() -> int:
        return await parts.store.database["messages"].count_documents({"author": "refusal"})

    for number, (hours, times) in enumerate([(0, 1), (1, 1), (22, 1), (1, 2), (1, 2)]):
        parts.clock.pass_(3600 * hours)
        await parts.router().handle([bundle(message(who, f"m{number}"))])
        assert await told() == times, number
    assert await parts.store.database["rejections"].count_documents({}) == 5
    assert await parts.all_interactions() == []
    refusal = await parts.store.database["messages"].find_one({"author": "refusal"})
    assert refusal is not None
    assert (refusal["contact_key"], refusal["sending"]["text"], refusal["state"]) == (who, "Not for you.", "queued")


async def test_two_routers_that_refuse_the_same_sender_tell_them_once(parts: Parts) -> None:
    await _configured_as(parts, [QUEUE], whitelist_mode=WhitelistMode.ONLY_LISTED, refusal_text="Not for you.")
    events = [message("+4412345678", f"m{number}") for number in range(8)]

    await asyncio.gather(*(parts.router().handle([bundle(event)]) for event in events))

    assert await parts.store.database["messages"].count_documents({}) == 1


async def _listed(parts: Parts, *rules: Rule, actions: Sequence[dict[str, Any]] = (QUEUE,)) -> None:
    """An account that admits whom these rules name."""
    gold = ContactList(id="gold", name="Gold")
    fields = {"whitelist_mode": WhitelistMode.ONLY_LISTED, "whitelists": ("italy",)}
    await parts.configure(*people("ann"), gold, queue(agents=("ann",)), ITALY, account(actions, **fields))
    if rules:
        await parts.rules.add(ITALY.rules_key, rules)


async def test_every_kind_of_rule_admits_in_one_batch_and_nobody_else_comes_in(parts: Parts) -> None:
    await _listed(parts, NumberRule(number="+4412345678"), PrefixRule(prefix="+39"), ListRule(list_id="gold"))
    member = "IT.member"
    await parts.interactions.create_contacts(
        [
            Contact(id=contact_id("gold", member), list_id="gold", key=member),
            Contact(id="people:IT.b", list_id="people", key="IT.b"),
        ]
    )
    senders = ["+4412345678", "+393331234567", member, "+44123456789", "+441234567", "+41791234567", "IT.b"]

    await parts.router().handle([bundle(*(message(who, f"m{n}") for n, who in enumerate(senders)))])

    assert {one.contact_key for one in await parts.all_interactions()} == {*senders[:3]}
    refused = await parts.store.database["rejections"].distinct("contact_key")
    assert set(refused) == {*senders[3:]}
    await parts.carry_out()
    assert await parts.store.database["contacts"].count_documents({"list_id": "people"}) == 4


async def test_a_rule_holds_from_the_next_message_on_and_an_open_interaction_goes_on(parts: Parts) -> None:
    await _listed(parts)
    router, rule, who = parts.router(), PrefixRule(prefix="+39"), "+3933300031"
    await router.handle([bundle(message(who, "m1"))])
    await parts.rules.add(ITALY.rules_key, [rule])
    await router.handle([bundle(message(who, "m2"))])
    await parts.rules.remove(ITALY.rules_key, rule)

    await router.handle([bundle(message(who, "m3"), message("+3933300032", "x1"))])

    assert (await parts.one()).message_count == 2
    assert await parts.store.database["rejections"].count_documents({}) == 2


async def test_who_is_listed_is_admitted_again_in_the_batch_that_closes_their_interaction(parts: Parts) -> None:
    await _listed(parts, PrefixRule(prefix="+39"), actions=(ON_BYE, CLOSE, TAG))
    router, who = parts.router(), "+3933300033"
    await router.handle([bundle(message(who, "m1"))])

    await router.handle([bundle(message(who, "m2", "bye"), message(who, "m3"))])

    assert [one.open for one in await parts.all_interactions()] == [False, True]
    assert await parts.store.database["rejections"].count_documents({}) == 0


async def test_rules_are_looked_up_only_for_who_may_open_an_interaction(parts: Parts) -> None:
    await _listed(parts, PrefixRule(prefix="+39"))
    asked: list[Mapping[str, Collection[str]]] = []

    class Watched(WhitelistRules):
        async def naming(
            self, senders: Mapping[str, Collection[str]], lists: Collection[str]
        ) -> dict[str, frozenset[str]]:
            asked.append(senders)
            return await super().naming(senders, lists)

    parts.rules = Watched(parts.store)
    router = parts.router()
    await router.handle([bundle(message("+3933300034", "m1"), message("+4412345678", "m2"))])
    await router.handle([bundle(message("+3933300034", "m3"))])
    await parts.configure(account([QUEUE], whitelists=("italy",)))
    await router.handle([bundle(message("+4412345678", "m4"))])

    assert asked == [{"+3933300034": {"italy"}, "+4412345678": {"italy"}}, {}, {}]


async def test_an_endpoint_is_called_by_an_errand_and_its_answer_moves_the_walk_on(parts: Parts) -> None:
    await configured(parts, ASK, QUEUE)
    who = "+3933300021"
    event = message(who, "m1", "where is my order")
    await parts.router().handle([bundle(event)])

    (call,) = parts.said.errands
    assert isinstance(call, CallWebhook)
    assert (call.url, call.timeout, call.step) == ("https://hooks.example/crm", 3, 1)
    assert call.expires_at == NOW + timedelta(seconds=8)
    told = orjson.loads(call.body)
    assert told["call"] == f"{call.interaction_id}:1"
    assert (told["message"]["text"], told["contact"]["number"], told["account"]["key"]) == (
        "where is my order",
        who,
        "SHOP",
    )
    answer = WebhookAnswered(**about(who), interaction_id=call.interaction_id, step=1, attributes={"orders": 2})
    await parts.router().handle([bundle(answer)])

    interaction = await parts.one()
    assert (interaction.waiting_for, interaction.attributes) == ("queue:sales", {"orders": 2})


async def test_a_call_that_is_lost_is_gone_on_from_when_its_time_is_up(parts: Parts) -> None:
    await configured(parts, ASK, QUEUE)
    await parts.router().handle([bundle(message("+3933300022", "m1"))])
    parts.clock.pass_(9)
    await parts.clock_worker().announce()

    await parts.router().handle([bundle(*parts.said.events)])

    assert (await parts.one()).waiting_for == "queue:sales"
