"""What stores say after they have written, and whom it turns out to concern."""

from collections.abc import Iterator

import pytest

from contracts.interactions import Interaction, InteractionState, Offer
from contracts.live import LiveKind
from contracts.messages import DeliveryState, FailureKind, StatusReason
from contracts.outbound import Template, TemplateStatus, template_key
from contracts.queues import AgentState
from contracts.stored import FileState, StoredFile
from contracts.video import VideoMoment
from runtime.live.news import Item, News
from runtime.store.audiences import Audiences
from runtime.store.files import MessageFiles
from runtime.store.interactions import Change
from runtime.store.outbound import OutboundStore
from runtime.store.presence import PresenceStore
from runtime.store.templates import TemplateStore
from runtime.store.video import VideoSessionStore
from tests.parts import NOW, Parts
from tests.router.engine.builders import interaction
from tests.runtime.store.test_files import message as message_with_file
from tests.runtime.store.test_outbound import message, status
from tests.runtime.store.test_video import session

REASON = StatusReason(code="1", kind=FailureKind.BLOCKED)
Told = tuple[LiveKind, str, str | None, frozenset[str], frozenset[str]]


@pytest.fixture
def news(parts: Parts) -> Iterator[News]:
    parts.store.news.open()
    yield parts.store.news
    parts.store.news.close()
    parts.store.news.take()


async def told(parts: Parts) -> set[Told]:
    """What was said since, completed: kind, id, interaction, queues and agents."""
    gathered = parts.store.news.take()
    items = await Audiences(parts.store).complete(gathered.items, gathered.statuses)
    return {_told(item) for item in items}


def _told(item: Item) -> Told:
    return item.kind, item.id, item.interaction_id, frozenset(item.queues), frozenset(item.agents)


async def opened(parts: Parts, **fields: object) -> Interaction:
    """The interaction `i1`, which is ann's, of the queue `sales`."""
    base = {"state": InteractionState.ASSIGNED, "owner": "ann", "queue_id": "sales", "version": 1}
    one = interaction(**{**base, **fields})
    await parts.interactions.save([Change(None, one)])
    return one


MESSAGE: Told = (LiveKind.MESSAGE, "out1", "i1", frozenset({"sales"}), frozenset({"ann"}))
INTERACTION: Told = (LiveKind.INTERACTION, "i1", "i1", frozenset({"sales"}), frozenset({"ann"}))
ANNS_QUEUE: Told = (LiveKind.AGENT_QUEUE, "ann", "i1", frozenset(), frozenset())


async def test_what_becomes_of_a_message_is_told_to_whoever_has_its_interaction(parts: Parts, news: News) -> None:
    await opened(parts)
    await parts.interactions.record(messages=[message()])
    outbound = OutboundStore(parts.store)
    await outbound.sent(message(), "p1", DeliveryState.SENT, NOW)
    assert await told(parts) == {MESSAGE}
    await outbound.unconfirmed(message(), REASON)
    assert await told(parts) == {MESSAGE}
    await outbound.failed(message(), REASON, NOW)
    assert await told(parts) == {MESSAGE, INTERACTION, ANNS_QUEUE}


async def test_statuses_find_their_message_by_either_name_and_others_say_nothing(parts: Parts, news: News) -> None:
    await opened(parts)
    await parts.interactions.record(messages=[message(1, provider_id="p1")])
    await parts.interactions.record_statuses([status(DeliveryState.DELIVERED, "p1")])
    assert await told(parts) == {MESSAGE}
    await parts.interactions.record_statuses([status(DeliveryState.READ, "else", reference="out1")])
    assert await told(parts) == {MESSAGE}
    await parts.interactions.record_statuses([status(DeliveryState.FAILED, "p1"), status(DeliveryState.SENT, "p9")])
    assert await told(parts) == {MESSAGE, INTERACTION, ANNS_QUEUE}
    await parts.interactions.record_statuses([status(DeliveryState.SENT, "p9")])
    assert await told(parts) == set()


async def test_a_claim_that_was_given_up_is_told(parts: Parts, news: News) -> None:
    await opened(parts)
    await parts.interactions.record(messages=[message(claimed_by="dead", claimed_at=NOW)])
    await OutboundStore(parts.store).give_up_claims(NOW.replace(year=NOW.year + 1), 10)
    assert await told(parts) == {MESSAGE}


async def test_a_file_that_has_come_is_told_with_its_message(parts: Parts, news: News) -> None:
    await opened(parts)
    await parts.interactions.record(messages=[message_with_file(1, NOW)])
    stored = StoredFile(state=FileState.STORED, id="f1", mime_type="image/png", size=3, sha256="00")
    await MessageFiles(parts.store).settle("shop:m1", stored)
    assert await told(parts) == {(LiveKind.MESSAGE, "shop:m1", "i1", frozenset({"sales"}), frozenset({"ann"}))}


async def test_what_happens_to_a_video_session_is_told_once_with_its_interaction(parts: Parts, news: News) -> None:
    await opened(parts)
    sessions = VideoSessionStore(parts.store)
    await sessions.add(session())
    assert await told(parts) == {INTERACTION}
    assert await sessions.use("hash of s1", NOW) is not None
    assert await told(parts) == {INTERACTION}
    assert await sessions.record("s1", VideoMoment.JOINED, NOW)
    assert await told(parts) == {INTERACTION}
    assert not await sessions.record("s1", VideoMoment.JOINED, NOW)
    assert await told(parts) == set()


async def test_agents_who_pause_and_go_on_are_told_of(parts: Parts, news: News) -> None:
    presence = PresenceStore(parts.store, parts.clock)
    ann: Told = (LiveKind.AGENT, "ann", None, frozenset(), frozenset())
    for change in (
        presence.set("ann", AgentState.AVAILABLE),
        presence.wrap_up("ann", "i1", "paperwork"),
        presence.wrapped_up("i1"),
        presence.missed("ann", "o1", 1),
    ):
        await change
        assert await told(parts) == {ann}


async def test_an_offer_that_falls_is_told_to_those_who_lose_it(parts: Parts, news: News) -> None:
    offered = {"state": InteractionState.OFFERED, "owner": None, "offered_to": ("ann", "ben"), "round": 1}
    one = await opened(parts, **offered, waiting_for="queue:sales", waiting_since=NOW)
    await parts.queues.show([one])
    await parts.offers.record(
        [
            Offer(
                id=f"i1:1:{agent}",
                interaction_id="i1",
                agent_id=agent,
                target="queue:sales",
                round=1,
                offered_at=NOW,
                ends_at=NOW,
            )
            for agent in ("ann", "ben")
        ]
    )
    await told(parts)
    await parts.assignments.take("i1", "ann")
    queues = {(kind, id_) for kind, id_, *_ in await told(parts)}
    assert queues >= {(LiveKind.AGENT_QUEUE, "ann"), (LiveKind.AGENT_QUEUE, "ben"), (LiveKind.INTERACTION, "i1")}


async def test_templates_and_configuration_are_told_by_their_kind(parts: Parts, news: News) -> None:
    known = {"id": template_key("shop", "hello", "en"), "account_id": "shop", "name": "hello", "language": "en"}
    template = Template(**known, status=TemplateStatus.APPROVED, synchronised_at=NOW)
    await TemplateStore(parts.store).replace("shop", [template], NOW)
    assert {one[:2] for one in await told(parts)} == {(LiveKind.CONFIGURATION, "templates")}
