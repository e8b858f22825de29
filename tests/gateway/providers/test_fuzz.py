"""Mutated fixtures of every provider, signed: nothing but `MalformedWebhook` is raised, and no good item is lost.

A mutation deletes, replaces, repeats or nests what it finds anywhere in a body. Some hundred bodies a provider by
default; `FUZZ_BODIES=10000` is the thorough run.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.content import text_of
from contracts.messages import InboundMessage, MessageStatus
from gateway.providers.seam import Item, MalformedWebhook, Parsed, Provider, Verdict
from tests.gateway.providers.conformance import ITEM, Fixture, fixtures_of, receiving, sample

BODIES = int(os.environ.get("FUZZ_BODIES", "300"))
PROVIDERS = receiving()
pytestmark = pytest.mark.timeout(120 + BODIES)
Path = tuple[str | int, ...]
Pairs = list[tuple[str, str]]

fuzzed = settings(
    max_examples=BODIES,
    deadline=None,
    derandomize=BODIES == 300,  # the thorough run looks further each time
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
WORDS = st.text(max_size=8)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),  # strict JSON has no others
    WORDS,
    st.sampled_from(["", "0", "9" * 30, "-1", "whatsapp:", "\0", "text", "image", "sent", "failed", "[]", "{}"]),
)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))


@dataclass(frozen=True)
class Place:
    """A list of messages or statuses inside of a JSON body, by the way that leads to it."""

    way: Path
    length: int


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """The place of everything inside of a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*here, step)
        yield from paths(inner, (*here, step))


def at(value: Any, way: Path) -> Any:  # noqa: ANN401 - a part of a JSON value is of any type
    """The part of a JSON value to which a way leads."""
    for step in way:
        value = value[step]
    return value


def mutate(draw: st.DrawFn, body: Any) -> None:  # noqa: ANN401 - as above
    """Change one place of a JSON value."""
    places = list(paths(body))
    if not places:
        return
    *way, last = draw(st.sampled_from(places))
    part = at(body, tuple(way))
    match draw(st.sampled_from(["delete", "replace", "repeat", "nest"])):
        case "delete":
            del part[last]
        case "replace":
            part[last] = draw(JUNK)
        case "repeat" if isinstance(part, list):
            part.insert(int(last), json.loads(json.dumps(part[int(last)])))
        case _:
            part[last] = draw(st.sampled_from([[part[last]], {"nested": part[last]}]))


def copied(value: Any) -> Any:  # noqa: ANN401 - as above
    return json.loads(json.dumps(value))


@cache
def json_fixtures(provider: str) -> list[Fixture]:
    return [fixture for fixture in fixtures_of(provider) if "json" in fixture.request]


@cache
def form_fixtures(provider: str) -> list[Fixture]:
    return [fixture for fixture in fixtures_of(provider) if "form" in fixture.request]


@st.composite
def bodies(draw: st.DrawFn, provider: str) -> Fixture:
    """A fixture of a provider with one to four changes."""
    fixture = draw(st.sampled_from(json_fixtures(provider) + form_fixtures(provider)))
    if "json" in fixture.request:
        body = copied(fixture.request["json"])
        for _ in range(draw(st.integers(1, 4))):
            mutate(draw, body)
        return replace(fixture, request={**fixture.request, "json": body})
    return replace(fixture, request={**fixture.request, "form": draw(forms(fixture))})


@st.composite
def forms(draw: st.DrawFn, fixture: Fixture) -> Pairs:
    """The parameters of a fixture, some of them deleted, replaced, repeated or nested."""
    pairs: Pairs = list(fixture.request["form"].items())
    for _ in range(draw(st.integers(1, 4))):
        if not pairs:
            break
        place = draw(st.integers(0, len(pairs) - 1))
        name, value = pairs[place]
        new = draw(st.sampled_from([(name, draw(WORDS)), (draw(WORDS), value), (f"{name}[]", value), (name, "0")]))
        pairs[place : place + 1] = draw(st.sampled_from([[], [new], [(name, value)] * 2, [new, (name, value)]]))
    return pairs


def repeats(fixture: Fixture) -> bool:
    """Whether a parameter comes twice: samples sign each once, and need not know how their provider takes that."""
    pairs = fixture.request.get("form", {})
    names = list(pairs) if isinstance(pairs, dict) else [name for name, _ in pairs]
    return len(names) > len(set(names))


def read(provider: Provider, fixture: Fixture) -> Parsed:
    """The items of a signed webhook; none when it is malformed."""
    its = sample(provider.manifest.name)
    signed = its.sign(fixture.webhook(its.URL))
    verdict = provider.verify(signed, its.ACCOUNT)
    assert verdict is Verdict.GENUINE or repeats(fixture)
    try:
        return provider.parse(signed)
    except MalformedWebhook:
        return Parsed(items=())


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_mutated_body_never_crashes_and_its_items_can_be_written(name: str) -> None:
    @fuzzed
    @given(bodies(name))
    def no_crash(fixture: Fixture) -> None:
        for item in read(PROVIDERS[name], fixture).items:
            assert ITEM.validate_json(ITEM.dump_json(item)).what

    no_crash()


def good(items: tuple[Item, ...]) -> list[Item]:
    return [item for item in items if isinstance(item.what, InboundMessage | MessageStatus)]


def lists_of_items(provider: Provider, fixture: Fixture) -> list[Place]:
    """The lists in a body of which every element is a good item: taken away, it takes that item with it."""
    url, body = sample(provider.manifest.name).URL, fixture.request["json"]
    before = len(good(provider.parse(fixture.webhook(url)).items))
    found = []
    for way in paths(body):
        part = at(body, way)
        if not (isinstance(part, list) and part):
            continue
        without = copied(body)
        at(without, way).clear()
        after = len(good(provider.parse(replace(fixture, request={"json": without}).webhook(url)).items))
        if before - after == len(part):
            found.append(Place(way, len(part)))
    return found


def crowdable(name: str) -> list[tuple[Fixture, Place]]:
    fixtures = [fixture for fixture in json_fixtures(name) if not fixture.is_malformed]
    return [(fixture, place) for fixture in fixtures for place in lists_of_items(PROVIDERS[name], fixture)]


CROWDABLE = {name: found for name in PROVIDERS if (found := crowdable(name))}


@st.composite
def crowds(draw: st.DrawFn, name: str) -> tuple[Fixture, Fixture]:
    """A body with good items, and the same one with spoiled copies of them put between."""
    fixture, place = draw(st.sampled_from(CROWDABLE[name]))
    body = copied(fixture.request["json"])
    part = at(body, place.way)
    for _ in range(draw(st.integers(1, 3))):
        spoiled = [copied(part[draw(st.integers(0, len(part) - 1))])]
        mutate(draw, spoiled)
        where = draw(st.integers(0, len(part)))
        part[where:where] = spoiled
    return fixture, replace(fixture, request={**fixture.request, "json": body})


@pytest.mark.parametrize("name", CROWDABLE)
def test_a_good_item_beside_spoiled_ones_is_never_lost(name: str) -> None:
    @fuzzed
    @given(crowds(name))
    def nothing_lost(crowd: tuple[Fixture, Fixture]) -> None:
        alone, crowded = (read(PROVIDERS[name], fixture).items for fixture in crowd)
        kept = [told(item) for item in crowded]
        assert [item for item in good(alone) if told(item) not in kept] == []

    nothing_lost()


def told(item: Item) -> tuple[object, ...]:
    """What an item says by itself. What a body says once for all of its items (a name, a link) is left out."""
    match item.what:
        case InboundMessage() as message:
            said = (message.provider_id, message.contact_key, message.sent_at, text_of(message.content))
            return (*said, message.content.kind, item.address, item.owner)
        case MessageStatus() as status:
            return status.provider_id, status.contact_key, status.state, status.occurred_at, item.address, item.owner
        case _:
            return ()


def test_the_providers_that_batch_are_fuzzed_for_what_they_might_lose() -> None:
    assert {"meta", "kaleyra"} <= set(CROWDABLE)
