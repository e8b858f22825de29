"""The realtime panel, by an example that can be counted by hand: what agents and customers do, and what it comes to."""

from collections.abc import AsyncIterator

import pytest

from console import figures
from contracts.outbound import Template, TemplateStatus, template_key
from runtime.store.templates import TemplateStore
from tests.console.conftest import Console, Json
from tests.desk import Desk, at_work
from tests.parts import Parts

ANNA, BOB, CARL = "+39333000001", "+39333000002", "+39333000003"


@pytest.fixture
async def desk(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A contact centre in which nobody is logged in, and whose figures are counted anew each time."""
    monkeypatch.setattr(figures, "FRESH_S", 0.0)
    async with at_work(parts, reopen_within=1) as desk:
        await desk.be("offline", "ann", "ben", "cai")
        yield desk


async def panel(desk: Desk, **query: Json) -> Json:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await desk.call("GET", f"figures?{asked}")
    assert answer.status == 200, answer.text
    return answer.json


def counted(figure: Json, *names: str) -> list[Json]:
    return [figure[name] for name in names]


NOW = ("waiting", "offered", "assigned", "unmanaged", "longest_wait_s")
CAME = ("answered", "abandoned", "answer_rate", "abandon_rate", "average_wait_s", "service_level")


async def test_what_waits_is_offered_or_assigned_is_counted_under_its_queue_and_its_account(desk: Desk) -> None:
    await desk.write(ANNA)
    await desk.pass_(20)
    await desk.write(BOB)
    await desk.pass_(5)
    shown = await panel(desk)
    for figure in (shown["total"], shown["queues"][0], shown["accounts"][0]):
        assert counted(figure, *NOW) == [2, 0, 0, 0, 25.0]
        assert counted(figure, *CAME) == [0, 0, None, None, None, None]

    await desk.be("available", "ben")
    assert counted((await panel(desk))["queues"][0], *NOW) == [0, 2, 0, 0, 25.0]
    one = await desk.of(ANNA)
    await desk.done("POST", f"agents/ben/queue/{one.id}/accept")
    await desk.pass_(1)
    assert counted((await panel(desk))["queues"][0], *NOW) == [0, 1, 1, 0, 6.0]

    await desk.be("offline", "ben")
    await desk.pass_(60)  # the step of the queue is over: nobody has accepted
    assert counted((await panel(desk))["accounts"][0], *NOW) == [0, 0, 1, 1, None]


async def test_answers_and_abandonment_come_out_as_in_the_operators_guide(desk: Desk) -> None:
    anna = await _taken_after(desk, ANNA, 30)  # in time
    await desk.be("offline", "ben")
    await desk.write(BOB)
    await desk.pass_(60)
    await desk.pass_(10)
    bob = await desk.of(BOB)
    await desk.be("available", "ann")
    await desk.done("POST", f"agents/ann/queue/{bob.id}/pick-up")  # after 70 s, out of no queue any more
    await desk.write(CARL)
    await desk.pass_(30)
    await desk.done("POST", f"interactions/{(await desk.of(CARL)).id}/close", {})  # nobody ever had it
    await desk.done("POST", f"interactions/{bob.id}/transfer?agent=ann", {"queue": "sales"})
    await desk.pass_(15)
    await desk.be("available", "cai")
    await desk.done("POST", f"agents/cai/queue/{bob.id}/accept")  # 15 s after the transfer
    await desk.done("POST", f"interactions/{anna}/close", {})  # 115 s after ben took it

    shown = await panel(desk)
    account, queue = shown["accounts"][0], shown["queues"][0]
    assert counted(account, *CAME) == [2, 1, 0.6667, 0.3333, 50.0, 0.3333]
    assert counted(queue, *CAME) == [2, 1, 0.6667, 0.3333, 22.5, 0.6667]
    assert counted(account, "closed", "average_handling_s") == [2, 115.0]
    assert shown["total"] == {name: account[name] for name in shown["total"]}
    assert shown["moments"] == [
        {"at": "2026-03-14T09:25:00Z", "answered": 2, "abandoned": 1, "closed": 2},
    ]
    patient = await panel(desk, service_level_s=70)
    assert (patient["accounts"][0]["service_level"], patient["service_level_s"]) == (0.6667, 70)


async def _taken_after(desk: Desk, contact: str, seconds: float) -> str:
    await desk.write(contact)
    await desk.pass_(seconds - 1)
    await desk.be("available", "ben")
    await desk.pass_(1)
    one = await desk.of(contact)
    await desk.done("POST", f"agents/ben/queue/{one.id}/accept")
    return one.id


async def test_one_that_is_opened_again_counts_again_and_is_abandoned_no_more(desk: Desk) -> None:
    one = await _taken_after(desk, ANNA, 10)
    await desk.be("offline", "ben")
    await desk.done("POST", f"interactions/{one}/close", {})
    await desk.pass_(30)
    await desk.write(ANNA)
    await desk.done("POST", f"interactions/{one}/close", {})  # this time nobody had it
    assert counted((await panel(desk))["total"], "answered", "abandoned", "closed") == [1, 1, 1]

    await desk.pass_(30)
    await desk.write(ANNA)
    await desk.pass_(40)
    await desk.done("POST", f"interactions/{one}/assign", {"agent": "cai"})
    await desk.pass_(100)
    await desk.done("POST", f"interactions/{one}/close", {})
    figure = (await panel(desk))["total"]
    assert counted(figure, "answered", "abandoned", "average_wait_s") == [2, 0, 25.0]
    assert counted(figure, "closed", "average_handling_s") == [1, 100.0]


async def test_what_an_agent_begins_was_waited_for_by_nobody(desk: Desk) -> None:
    await desk.be("available", "ann")
    named = {"name": "hello", "language": "en"}
    known = Template(
        id=template_key("shop", "hello", "en"),
        account_id="shop",
        **named,
        status=TemplateStatus.APPROVED,
        synchronised_at=desk.parts.clock(),
    )
    await TemplateStore(desk.parts.store).replace("shop", [known], desk.parts.clock())
    wanted = {"contact": ANNA, "template": {"kind": "template", **named}}
    begun = await desk.done("POST", "accounts/shop/interactions?agent=ann", wanted)
    await desk.pass_(120)
    await desk.done("POST", f"interactions/{begun['id']}/close", {})
    figure = (await panel(desk))["total"]
    assert counted(figure, *CAME) == [0, 0, None, None, None, None]
    assert counted(figure, "closed", "average_handling_s") == [1, 120.0]


async def test_the_window_begins_at_midnight_of_the_asked_time_zone_or_an_hour_ago(desk: Desk) -> None:
    await _taken_after(desk, ANNA, 10)
    await desk.pass_(2 * 3600)
    assert (await panel(desk, window="last_hour"))["total"]["answered"] == 0
    today = await panel(desk, window="today", time_zone="Europe/Rome")
    assert (today["total"]["answered"], today["since"]) == (1, "2026-03-13T23:00:00Z")
    await desk.pass_(12 * 3600)  # past midnight in Rome, not yet in Greenwich
    assert (await panel(desk, time_zone="Europe/Rome"))["total"]["answered"] == 0
    assert (await panel(desk, time_zone="UTC"))["total"]["answered"] == 1
    assert (await desk.call("GET", "figures?time_zone=Rome")).faults.keys() == {"time_zone"}


async def test_agents_are_shown_with_their_state_since_when_and_their_load(desk: Desk) -> None:
    since = desk.parts.clock().isoformat().replace("+00:00", "Z")
    await desk.done("PUT", "agents/ann/state", {"state": "pause", "pause": "lunch"})
    await _taken_after(desk, ANNA, 10)
    shown = await panel(desk)
    ann, ben, _cai = shown["agents"]
    assert counted(ann, "agent_id", "state", "pause", "state_since", "load") == ["ann", "pause", "lunch", since, 0]
    assert counted(ben, "state", "load", "capacity") == ["available", 1, 0]
    assert counted(shown["queues"][0], "agents_logged_in", "agents_available") == [1, 1]


async def test_whoever_asks_within_a_second_gets_the_same_figures(console: Console) -> None:
    first = await console.call("GET", "/api/figures")
    await console.create("agents", id="ada", name="Ada")
    await console.dependencies.configuration_cache.changed()
    assert (await console.call("GET", "/api/figures")).text == first.text
    assert (await console.call("GET", "/api/figures?window=last_hour")).json["agents"] != []
