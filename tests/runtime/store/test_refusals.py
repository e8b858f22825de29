"""Claims of the right to tell a sender that they are not admitted."""

import asyncio
from datetime import timedelta

from contracts.content import Text
from contracts.stored import StoredMessage
from runtime.store.client import Store
from runtime.store.refusals import PAUSE, RefusalStore
from tests.parts import NOW


def refusal(event: str, contact: str = "+4412345678", account: str = "shop") -> StoredMessage:
    return StoredMessage(
        id=f"{event}-refusal",
        event_id=event,
        correlation_id="c",
        interaction_id="",
        account_id=account,
        contact_key=contact,
        direction="outbound",
        sequence=0,
        provider_id="",
        sending=Text(text="No."),
        sent_at=NOW,
        received_at=NOW,
    )


async def claimed(store: Store, *refusals: StoredMessage, after: timedelta = timedelta()) -> list[str]:
    return [one.event_id for one in await RefusalStore(store).claim(refusals, NOW + after)]


async def test_of_one_sender_the_first_refusal_is_said(store: Store) -> None:
    assert await claimed(store, refusal("e1"), refusal("e2")) == ["e1"]
    assert await claimed(store, refusal("e3"), after=PAUSE - timedelta(seconds=1)) == []


async def test_after_the_pause_the_sender_may_be_told_again(store: Store) -> None:
    await claimed(store, refusal("e1"))
    assert await claimed(store, refusal("e2"), after=PAUSE) == ["e2"]
    assert await claimed(store, refusal("e3"), after=PAUSE) == []


async def test_senders_and_accounts_do_not_count_for_one_another(store: Store) -> None:
    await claimed(store, refusal("e1"))
    others = [refusal("e2", contact="+4412345679"), refusal("e3", account="desk"), refusal("e4")]
    assert await claimed(store, *others) == ["e2", "e3"]


async def test_a_claim_made_again_for_the_same_event_is_the_same_one(store: Store) -> None:
    assert await claimed(store, refusal("e1")) == await claimed(store, refusal("e1"), refusal("e2")) == ["e1"]


async def test_of_many_at_once_one_wins(store: Store) -> None:
    answers = await asyncio.gather(*(claimed(store, refusal(f"e{number}")) for number in range(20)))
    assert sum(map(len, answers)) == 1


async def test_nothing_to_refuse_asks_nothing(store: Store) -> None:
    assert await claimed(store) == []
