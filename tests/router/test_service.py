"""The router on the real database and broker: whatever is interrupted and repeated, the end is the same."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from contracts.accounts import WhitelistMode
from contracts.commands import Command, Deliver, Serve
from contracts.errors import Unavailable
from contracts.events import Event, MessageReceived, NoticeReceived, OfferRejected, StatusReported
from contracts.interactions import Interaction, InteractionState
from contracts.messages import DeliveryState, MessageStatus
from contracts.whitelists import PrefixRule, Whitelist
from runtime.publishing import Outbox
from runtime.store.assignments import Placing
from runtime.store.interactions import Change, InteractionStore
from runtime.store.loading import Loaded
from tests.parts import NOW, PARTITIONS, Fields, Parts, about, account, bundle, deadline, message, people, queue

QUEUE = {"action": "Queue", "queue": "sales", "timeout": 60}
CLOSE = {"action": "Close", "disposition": "done"}
TAG = {"action": "Tag", "tag": "seen"}
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
    return interaction.model_dump(exclude={"version", "applied", "round", "config_version"})


async def state(parts: Parts) -> list[Any]:
    """Everything that has come of the events."""
    found: list[Any] = []
    for interaction in await parts.all_interactions():
        log = await parts.interactions.messages(interaction.id, 1000)
        found.append((plain(interaction), [(m.sequence, m.provider_id) for m in log]))
    counts = [await parts.store.database[name].count_documents({}) for name in ("rejections", "statuses", "notices")]
    return [*found, counts]


async def check(parts: Parts, sent: Sequence[Event]) -> None:
    """The laws: each message once, numbered without a gap, in the order of receipt; everything said that must be."""
    interactions = await parts.all_interactions()
    logs = {one.id: await parts.interactions.messages(one.id, 1000) for one in interactions}
    for one in interactions:
        assert [m.sequence for m in logs[one.id]] == list(range(1, one.message_count + 1))
    conversations = {event.conversation for event in sent}
    for conversation in conversations:
        of_this = sorted(
            (one for one in interactions if one.conversation == conversation), key=lambda one: logs[one.id][0].event_id
        )
        stored = [m.provider_id for one in of_this for m in logs[one.id]]
        received = [e.message.provider_id for e in sent if isinstance(e, MessageReceived) and e.account_id == "shop"]
        mine = {
            e.message.provider_id for e in sent if isinstance(e, MessageReceived) and e.conversation == conversation
        }
        if of_this:
            assert stored == [p for p in dict.fromkeys(received) if p in mine]
    _said(parts.said.commands, interactions)


def _said(commands: Sequence[Command], interactions: Sequence[Interaction]) -> None:
    delivered = {c.interaction_id: c for c in commands if isinstance(c, Deliver) and c.contact}
    settled = {c.interaction_id for c in commands if isinstance(c, Deliver) and c.settle}
    served = {c.target for c in commands if isinstance(c, Serve)}
    for one in interactions:
        assert one.id in delivered
        assert one.open or one.id in settled
        assert one.waiting_for is None or one.waiting_for in served


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
    whitelist = Whitelist(id="italy", name="Italy", rules=(PrefixRule(prefix="+39"),))
    shop = account([QUEUE], whitelist_mode=WhitelistMode.ONLY_LISTED, whitelists=("italy",))
    if "shop" not in parts.configuration.current.accounts:
        await parts.configure(*people("ann"), queue(agents=("ann",)), whitelist, shop)
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


STORIES: list[Story] = [_queueing, _closing, _timing_out, _taking_leave, _everything]


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
        if name not in {"accounts", "queues", "agents", "lists", "whitelists", "configuration"}:
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
