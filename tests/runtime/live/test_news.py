"""What a process gathers of what it has stored, until it is told."""

from datetime import timedelta

from contracts.interactions import Interaction, InteractionState
from contracts.live import LiveKind
from contracts.messages import DeliveryState
from contracts.stored import StoredMessage, StoredStatus
from runtime.live.news import MOST, News
from tests.parts import NOW


def interaction(number: int = 1, **fields: object) -> Interaction:
    base = {
        "id": f"i{number}",
        "account_id": "shop",
        "account_key": "SHOP",
        "contact_key": "+39333000001",
        "contact_id": "c",
        "conversation": f"c{number}",
        "correlation_id": "c",
        "opened_at": NOW,
    }
    return Interaction.model_validate({**base, **fields})


def message(number: int = 1, interaction_id: str = "i1") -> StoredMessage:
    return StoredMessage(
        id=f"m{number}",
        event_id="e",
        correlation_id="c",
        interaction_id=interaction_id,
        account_id="shop",
        contact_key="+39333000001",
        direction="inbound",
        sequence=number,
        provider_id=f"p{number}",
        sent_at=NOW,
        received_at=NOW,
    )


def status(state: DeliveryState) -> StoredStatus:
    return StoredStatus(
        id="s",
        message_id="",
        account_id="shop",
        contact_key="+39333000001",
        provider_id="p1",
        state=state,
        provider_state="x",
        occurred_at=NOW + timedelta(seconds=1),
        correlation_id="c",
    )


def listening() -> News:
    news = News()
    news.open()
    return news


def test_the_same_thing_said_twice_is_told_once_to_all_whom_it_concerned_before_and_now() -> None:
    news = listening()
    news.interactions([interaction(queue_id="sales", offered_to=("ann", "ben"), state=InteractionState.OFFERED)])
    news.interactions([interaction(queue_id="support", owner="cai", state=InteractionState.ASSIGNED)])
    (item,) = news.take().items
    assert (item.kind, item.id, item.account_id) == (LiveKind.INTERACTION, "i1", "shop")
    assert (item.queues, item.agents) == ({"sales", "support"}, {"ann", "ben", "cai"})
    assert news.take().items == []


def test_what_is_known_once_need_not_be_looked_up() -> None:
    news = listening()
    news.messages([message(1)])
    news.messages([message(2)], interaction(owner="ann"))
    news.messages([message(1)], interaction(owner="ann"))
    news.message("m3")
    assert [(item.id, item.resolved, item.agents) for item in news.take().items] == [
        ("m1", True, {"ann"}),
        ("m2", True, {"ann"}),
        ("m3", False, set()),
    ]


def test_one_agent_may_have_several_interactions_in_front_of_them() -> None:
    news = listening()
    news.agent_queues([("ann", interaction(1)), ("ann", interaction(2)), ("ben", interaction(2))])
    told = [(item.agent_id, item.interaction_id) for item in news.take().items]
    assert told == [("ann", "i1"), ("ann", "i2"), ("ben", "i2")]


def test_a_status_that_comes_twice_is_looked_up_once() -> None:
    news = listening()
    news.statuses([status(DeliveryState.SENT), status(DeliveryState.READ), status(DeliveryState.FAILED)])
    assert [about.failed for about in news.take().statuses] == [False, True]


def test_too_much_at_once_is_not_gathered_but_said_to_have_been() -> None:
    news = listening()
    news.interactions(interaction(number) for number in range(MOST + 1))
    gathered = news.take()
    assert (len(gathered.items), gathered.overflowed) == (MOST, True)
    assert not news.take().overflowed


def test_where_nobody_tells_nothing_is_gathered() -> None:
    news = News()
    news.interactions(interaction(number) for number in range(MOST + 1))
    news.statuses([status(DeliveryState.SENT)])
    gathered = news.take()
    assert (gathered.items, gathered.statuses, gathered.overflowed) == ([], [], False)
    assert not news.arrived.is_set()
