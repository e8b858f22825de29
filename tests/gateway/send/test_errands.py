"""Errands: each is run and acknowledged by itself, whatever becomes of the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from contracts.commands import FetchMedia, SynchroniseTemplates
from contracts.errors import Unavailable
from contracts.messages import StatusReason
from contracts.topology import ERRANDS, WORK
from gateway.providers.delivery import TryLater
from gateway.registry import providers
from gateway.send import errands as module
from gateway.send.errands import Errands, Handlers
from gateway.send.templates import TemplateReader
from runtime.clock import utc_now
from runtime.store.templates import TemplateStore
from tests.gateway.send.desk import Desk, account_at
from tests.parts import Parts
from tests.patience import eventually

Handler = Callable[[FetchMedia], Awaitable[None]]
Start = Callable[[Handler], Awaitable[Errands]]


@pytest.fixture
async def start(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Start]:
    """Starts errands with a handler; without long pauses between attempts."""
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    monkeypatch.setattr(module, "GRACE_S", 0.2)
    started: list[Errands] = []

    async def begin(handler: Handler) -> Errands:
        handlers: Handlers = {FetchMedia: handler}
        errands = Errands(parts.broker, parts.outbox, handlers, parts.metrics, utc_now)
        started.append(errands)
        await errands.start()
        return errands

    yield begin
    await asyncio.gather(*(errands.stop() for errands in started))


def fetch(number: int) -> FetchMedia:
    return FetchMedia(correlation_id="c", account_id="shop", message_id=f"m{number}")


async def test_a_slow_errand_does_not_hold_up_the_others_and_is_run_again_when_it_was_not_finished(
    parts: Parts, start: Start
) -> None:
    seen: list[str] = []

    async def handle(command: FetchMedia) -> None:
        seen.append(command.message_id)
        if command.message_id == "m1" and seen.count("m1") == 1:
            await asyncio.sleep(60)

    await parts.outbox.errands([fetch(number) for number in range(1, 4)])
    first = await start(handle)

    async def all_seen() -> bool:
        return set(seen) == {"m1", "m2", "m3"}

    await eventually(all_seen)
    await first.check()
    await first.stop()
    await start(handle)

    async def again() -> bool:
        return seen.count("m1") == 2

    await eventually(again)
    await asyncio.sleep(0.1)
    assert sorted(seen) == ["m1", "m1", "m2", "m3"]


async def test_what_fails_is_tried_again_and_then_set_apart_with_its_reason(parts: Parts, start: Start) -> None:
    tries = 0

    async def handle(_command: FetchMedia) -> None:
        nonlocal tries
        tries += 1
        raise KeyError("a bug")

    await parts.outbox.errands([fetch(1)])
    await start(handle)

    async def parked() -> bool:
        return bool(parts.said.letters)

    await eventually(parked)
    (letter,) = parts.said.letters
    assert tries == module.ATTEMPTS == letter.attempts
    assert (letter.stage, letter.reason) == ("errands", "KeyError: 'a bug'")


async def test_what_cannot_be_had_at_the_moment_is_let_go_for_whoever_asks_again(parts: Parts, start: Start) -> None:
    tries = 0

    async def handle(_command: FetchMedia) -> None:
        nonlocal tries
        tries += 1
        raise Unavailable("the provider is away")

    await parts.outbox.errands([fetch(1)])
    await start(handle)

    async def let_go() -> bool:
        labels = {"stage": "errands", "outcome": "let_go"}
        return parts.metrics.registry.get_sample_value("switchboard_handled_total", labels) == 1

    await eventually(let_go)
    assert tries == module.ATTEMPTS
    assert parts.said.letters == []


async def test_a_provider_that_asks_for_a_pause_gets_it(parts: Parts, start: Start) -> None:
    times: list[float] = []

    async def handle(_command: FetchMedia) -> None:
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            raise TryLater(StatusReason(code="429"), after_s=0.6)

    await parts.outbox.errands([fetch(1)])
    await start(handle)

    async def twice() -> bool:
        return len(times) == 2

    await eventually(twice)
    assert times[1] - times[0] >= 0.3


async def test_what_is_no_errand_is_set_apart(parts: Parts, start: Start) -> None:
    async def handle(_command: FetchMedia) -> None:
        raise AssertionError("nobody asked for it")

    await parts.said.publish(WORK, ERRANDS, b'{"type": "dance"}')
    await start(handle)

    async def parked() -> bool:
        return bool(parts.said.letters)

    await eventually(parked)


async def test_the_templates_of_an_account_are_read_and_kept_in_place_of_the_old_ones(desk: Desk) -> None:
    store = TemplateStore(desk.parts.store)
    reader = TemplateReader(store, desk.parts.configuration, providers(), desk.caller(), utc_now)
    command = SynchroniseTemplates(correlation_id="c", account_id="shop")
    await reader.synchronise(command)
    found = await store.find("shop")
    last = await store.synchronised("shop")
    assert found
    assert last is not None
    assert last.fault == ""
    await reader.synchronise(command)
    assert [template.id for template in await store.find("shop")] == [template.id for template in found]


async def test_why_templates_could_not_be_read_is_kept_and_the_known_ones_stay(desk: Desk) -> None:
    store = TemplateStore(desk.parts.store)
    reader = TemplateReader(store, desk.parts.configuration, providers(), desk.caller(), utc_now)
    command = SynchroniseTemplates(correlation_id="c", account_id="shop")
    await reader.synchronise(command)
    known = await store.find("shop")

    await desk.parts.configure(account_at(desk.account.credentials["api_url"], secrets={}))
    await reader.synchronise(command)
    last = await store.synchronised("shop")
    assert last is not None
    assert last.fault
    assert await store.find("shop") == known
    await reader.synchronise(command.model_copy(update={"account_id": "gone"}))
    assert await store.synchronised("gone") is None
