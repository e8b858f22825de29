"""Answers in the log: each has a number and each number a message, however many write at once."""

import asyncio

import pytest

from contracts.content import Text
from contracts.errors import Conflict, NotFound
from contracts.interactions import Failure
from contracts.messages import DeliveryState
from contracts.stored import StoredMessage
from runtime.store.answers import AnswerStore
from runtime.store.interactions import Change
from tests.parts import NOW, Parts
from tests.router.engine.builders import interaction
from tests.runtime.store.test_outbound import message


@pytest.fixture
def answers(parts: Parts) -> AnswerStore:
    return AnswerStore(parts.store)


def answer(number: int) -> StoredMessage:
    return message(0, id=f"out{number}", sending=Text(text=str(number)))


async def test_many_answers_at_once_have_a_number_each_without_a_hole(parts: Parts, answers: AnswerStore) -> None:
    await parts.interactions.save([Change(None, interaction(state="assigned", owner="ann", sequence=3, version=7))])
    written = await asyncio.gather(*(answers.add(answer(number), "ann") for number in range(12)))
    log = await parts.interactions.messages("i1", 100)
    assert [one.sequence for one in log] == list(range(4, 16))
    assert {one.id: one.sequence for one in log} == {one.id: one.sequence for _, one in written}
    stands = await parts.one()
    assert (stands.sequence, stands.version) == (15, 19)
    assert stands.first_outbound_at == stands.last_outbound_at == stands.first_answer_at == NOW


async def test_an_answer_comes_between_the_writes_of_a_router_and_neither_is_lost(
    parts: Parts, answers: AnswerStore
) -> None:
    before = interaction(state="assigned", owner="ann", version=1)
    await parts.interactions.save([Change(None, before)])
    await answers.add(answer(1), "ann")
    stale = before.model_copy(update={"version": 2, "sequence": 1, "applied": {"e": 1}})
    assert await parts.interactions.save([Change(before, stale)]) == {"i1"}
    assert (await parts.one()).sequence == 1


async def test_the_same_answer_again_is_the_one_that_is_there(parts: Parts, answers: AnswerStore) -> None:
    await parts.interactions.save([Change(None, interaction(state="assigned", owner="ann"))])
    written = await asyncio.gather(*(answers.add(answer(1), "ann") for _ in range(5)))
    assert {one.sequence for _, one in written} == {1}
    assert (await parts.one()).sequence == 1
    assert len(await parts.interactions.messages("i1", 10)) == 1


async def test_only_the_owner_answers_and_only_while_it_is_assigned(parts: Parts, answers: AnswerStore) -> None:
    with pytest.raises(NotFound):
        await answers.add(answer(1), "ann")
    await parts.interactions.save([Change(None, interaction(state="assigned", owner="ben"))])
    with pytest.raises(Conflict, match="not ann's"):
        await answers.add(answer(1), "ann")
    with pytest.raises(Conflict):
        await answers.read("i1", "ann")
    assert await parts.interactions.messages("i1", 10) == []
    assert await answers.message("out1") is None


async def test_who_reads_has_seen_everything(parts: Parts, answers: AnswerStore) -> None:
    failure = Failure(message_id="out1", at=NOW)
    unread = interaction(state="assigned", owner="ann", unread=3, failure=failure, version=4)
    await parts.interactions.save([Change(None, unread)])
    seen = await answers.read("i1", "ann")
    assert (seen.unread, seen.failure, seen.version) == (0, None, 5)
    assert await parts.one() == seen


async def test_an_answer_is_queued(parts: Parts, answers: AnswerStore) -> None:
    await parts.interactions.save([Change(None, interaction(state="assigned", owner="ann"))])
    await answers.add(answer(1), "ann")
    stored = await answers.message("out1")
    assert stored is not None
    assert (stored.state, stored.provider_id) == (DeliveryState.QUEUED, "")
