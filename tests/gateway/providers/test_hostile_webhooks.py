"""Whatever comes in, parsing gives items that can be stored, or says that the body is malformed; it never crashes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.providers.seam import MalformedWebhook, Parsed, Verdict, Webhook
from tests.gateway.providers.conformance import ITEM, Fixture, every_fixture, receiving, sample

PROVIDERS = receiving()
STRUCTURED = [fixture for fixture in every_fixture() if "text" not in fixture.request]
Path = tuple[str | int, ...]

hostile = settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
WORDS = st.text(st.characters(exclude_categories=[]), max_size=8)  # halves of surrogate pairs included
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**70)
    | st.integers(max_value=-(2**62))
    | st.floats()
    | WORDS
    | st.sampled_from(["", "0", "9" * 30, "-1", "1e400", "whatsapp:", "\0", "\ud83d", "253402300800"])
)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3))


def paths(value: object, here: Path = ()) -> Iterator[Path]:
    """The place of everything inside of a JSON value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*here, step)
        yield from paths(inner, (*here, step))


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Fixture, Any]:
    """The body of a fixture with one to four places dropped, or replaced by junk."""
    fixture = draw(st.sampled_from(STRUCTURED))
    body = json.loads(json.dumps(fixture.request.get("json", fixture.request.get("form"))))
    for _ in range(draw(st.integers(1, 4))):
        places = list(paths(body))
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        part = body
        for step in way:
            part = part[step]
        if draw(st.booleans()):
            del part[last]
        else:
            part[last] = draw(JUNK)
    return fixture, body


def as_form(body: dict[str, Any]) -> bytes:
    return urlencode(body, errors="surrogatepass").encode()


def parsed(fixture: Fixture, body: bytes) -> Parsed:
    """The items of a body in a fixture's request; none when it is refused."""
    its = sample(fixture.provider)
    webhook = Webhook(
        method="POST",
        url=its.URL,
        headers={"Content-Type": fixture.content_type},
        body=body,
        received_at=fixture.webhook(its.URL).received_at,
    )
    provider, signature = PROVIDERS[fixture.provider], its.sign(fixture.webhook(its.URL)).headers
    headers = {**webhook.headers, **{name: value for name, value in signature.items() if "Signature" in name}}
    assert provider.verify(replace(webhook, headers=headers), its.ACCOUNT) in {*Verdict}
    try:
        return provider.parse(webhook)
    except MalformedWebhook:
        return Parsed(items=())


def assert_storable(value: object) -> None:
    """BSON takes numbers of 64 bits, strings that are UTF-8, keys without NUL, and some depth."""
    match value:
        case dict():
            for key, inner in value.items():
                assert "\0" not in key
                assert_storable(key)
                assert_storable(inner)
        case list():
            for inner in value:
                assert_storable(inner)
        case int():
            assert -(2**63) <= value < 2**63
        case str():
            assert value.encode().decode() == value
        case _:
            assert value is None or isinstance(value, float)


def assert_kept(result: Parsed) -> None:
    """Every item can be written as JSON, and its raw form can be stored."""
    for item in result.items:
        dumped = json.loads(ITEM.dump_json(item))
        assert dumped["what"]
        raw = getattr(getattr(item.what, "content", item.what), "raw", {})
        if isinstance(raw, dict):
            assert_storable(raw)


@hostile
@given(mutated())
def test_fixtures_with_parts_dropped_or_replaced_never_crash(mutation: tuple[Fixture, Any]) -> None:
    fixture, body = mutation
    encoded = as_form(body) if "form" in fixture.request else json.dumps(body).encode()
    assert_kept(parsed(fixture, encoded))


@hostile
@given(st.sampled_from(STRUCTURED), st.data())
def test_fixtures_with_bytes_cut_out_or_put_in_never_crash(fixture: Fixture, data: st.DataObject) -> None:
    body = fixture.encoded()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 20)))
    assert_kept(parsed(fixture, body[:start] + data.draw(st.binary(max_size=20)) + body[end:]))


@hostile
@given(st.sampled_from(STRUCTURED), st.binary(max_size=200))
def test_junk_instead_of_a_body_never_crashes(fixture: Fixture, body: bytes) -> None:
    assert_kept(parsed(fixture, body))


@pytest.mark.parametrize("depth", [50, 100, 300, 900, 1000, 5000, 200_000])
@pytest.mark.parametrize("number", ["1", "1" * 40], ids=["small", "long"])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_a_body_nested_as_deep_as_one_likes_never_crashes(depth: int, number: str, brackets: str) -> None:
    opening = "[" if brackets == "[]" else '{"a": '
    deep = f"{opening * depth} {number} {brackets[1] * depth}"
    item = f'{{"id": "x", "from": "15550001111", "timestamp": "1767225600", "type": "deep", "deep": {deep}}}'
    value = f'{{"messages": [{item}], "errors": {deep}, "metadata": {{"phone_number_id": "1"}}}}'
    change = f'{{"field": "messages", "value": {value}}}'
    body = f'{{"object": "whatsapp_business_account", "entry": [{{"id": "1", "changes": [{change}, {deep}]}}]}}'
    fixture = next(fixture for fixture in STRUCTURED if fixture.provider == "meta")
    assert_kept(parsed(fixture, body.encode()))
