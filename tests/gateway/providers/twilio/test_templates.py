"""Templates, read from Twilio page after page."""

from typing import Any

import pytest

from contracts.messages import FailureKind
from contracts.outbound import Template, TemplateStatus
from gateway.providers.delivery import HttpCall, Refused, TryLater
from gateway.providers.twilio.provider import PROVIDER
from runtime.sandbox.seam import ApiAnswer
from runtime.sandbox.twilio import PlayedTwilio
from tests.gateway.providers.twilio.driver import AT, SENDER, drive, played_by

SID = "HX" + "a" * 32
DATE = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}


def content(**changes: object) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "sid": SID,
        "friendly_name": "hello",
        "language": "en",
        "types": {"twilio/text": {"body": "Hello {{1}} and {{ name }}, {{1}}!"}},
        "approval_requests": {"status": "approved", "category": "MARKETING", "name": "hello_v2"},
    }
    return {**whole, **changes}


def page(*contents: object, next_page: object = None) -> ApiAnswer:
    return ApiAnswer(200, json={"contents": list(contents), "meta": {"next_page_url": next_page}}, headers=DATE)


def read(*pages: ApiAnswer) -> tuple[Template, ...]:
    left = list(pages)
    return drive(PROVIDER.templates(SENDER), lambda _call: left.pop(0)).result


@pytest.mark.parametrize("page_size", [1, 2, 4, 5, 50])
def test_all_pages_are_read_and_drafts_left_out(page_size: int) -> None:
    conversed = drive(PROVIDER.templates(SENDER), played_by(PlayedTwilio(page_size)))
    assert {template.name: template.status for template in conversed.result} == {
        "order_update": TemplateStatus.APPROVED,
        "visit": TemplateStatus.APPROVED,
        "sale": TemplateStatus.PENDING,
        "shouting": TemplateStatus.REJECTED,
    }
    assert len(conversed.turns) == -(-5 // page_size)


def test_a_template_says_what_it_asks_for() -> None:
    (template,) = read(page(content()))
    assert template == Template(
        id="account-1:hello_v2:en",
        account_id="account-1",
        name="hello_v2",
        language="en",
        status=TemplateStatus.APPROVED,
        category="marketing",
        template_id=SID,
        body="Hello {{1}} and {{ name }}, {{1}}!",
        parameters=("1", "name"),
        synchronised_at=AT,
    )


def test_a_card_has_its_head_its_foot_and_its_buttons() -> None:
    actions = [{"type": "URL", "title": "Look", "url": "https://x.test/{{2}}"}, "odd"]
    card = {"body": "Hi {{1}}", "header_text": "News", "footer": "Bye", "actions": actions}
    (template,) = read(page(content(types={"whatsapp/card": card})))
    assert (template.header, template.body, template.footer) == ("News", "Hi {{1}}", "Bye")
    assert template.buttons == (actions[0],)
    assert template.parameters == ("1", "2")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("received", TemplateStatus.PENDING),
        ("paused", TemplateStatus.PAUSED),
        ("disabled", TemplateStatus.PAUSED),
        ("teleported", TemplateStatus.UNKNOWN),
    ],
)
def test_the_words_of_approval_are_translated(word: str, status: TemplateStatus) -> None:
    (template,) = read(page(content(approval_requests={"status": word})))
    assert (template.status, template.name) == (status, "hello")


def test_a_content_of_an_unknown_shape_does_not_cost_the_others() -> None:
    odd = [None, 7, {}, content(types={}), content(sid="x"), content(types={"t": 1}), content(language=None)]
    assert [template.template_id for template in read(page(*odd, content()))] == [SID]


def test_two_contents_of_one_name_are_both_kept() -> None:
    other = "HX" + "b" * 32
    found = read(page(content(), content(sid=other)))
    assert [template.id for template in found] == ["account-1:hello_v2:en", f"account-1:{other}"]


def test_the_credentials_go_to_no_foreign_page() -> None:
    with pytest.raises(TryLater):
        read(page(content(), next_page="https://content.twilio.com.evil.test/v1/ContentAndApprovals?Page=1"))


def test_a_listing_that_goes_round_in_circles_ends() -> None:
    again = page(content(), next_page="https://content.twilio.com/v1/ContentAndApprovals?Page=0")
    calls: list[HttpCall] = []

    def answer(call: HttpCall) -> ApiAnswer:
        calls.append(call)
        return again

    drive(PROVIDER.templates(SENDER), answer)
    assert len(calls) == 200


def test_without_a_date_of_the_answer_the_time_of_reading_is_not_known() -> None:
    (template,) = read(ApiAnswer(200, json={"contents": [content()]}, headers={"Date": "soon"}))
    assert template.synchronised_at.year == 1970


@pytest.mark.parametrize(
    "answer", [ApiAnswer(500), ApiAnswer(200, body=b"<html>"), ApiAnswer(200, json={"contents": {}})]
)
def test_templates_that_cannot_be_read_now_are_read_later(answer: ApiAnswer) -> None:
    with pytest.raises(TryLater):
        read(answer)


def test_templates_are_not_read_with_wrong_credentials() -> None:
    with pytest.raises(Refused) as refusal:
        read(ApiAnswer(401, json={"code": 20003, "message": "Authenticate"}))
    assert refusal.value.reason.kind is FailureKind.CREDENTIALS
