"""The played API of Twilio checks what comes in, and answers, as Twilio does."""

import base64
import json
from urllib.parse import urlencode

import pytest

from runtime.sandbox.seam import ApiAnswer, ApiCall, SandboxFile
from runtime.sandbox.twilio import PLAYED
from tests.gateway.providers.twilio.driver import AT, PLAYED_NUMBER
from tests.gateway.providers.twilio.sample import URL

CREDENTIALS = PLAYED_NUMBER.credentials
SID = CREDENTIALS["account_sid"]
SIBLING = PLAYED_NUMBER.model_copy(update={"account_key": "a2", "phone": "+15550003333"})
ELSEWHERE = PLAYED_NUMBER.model_copy(update={"credentials": {"account_sid": "AC" + "9" * 32, "auth_token": "other"}})


def authorised(user: str = SID, password: str = CREDENTIALS["auth_token"]) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def send_call(form: dict[str, str], **headers: str) -> ApiCall:
    given = {"content-type": "application/x-www-form-urlencoded", **authorised(), **headers}
    return ApiCall("POST", f"/2010-04-01/Accounts/{SID}/Messages.json", {}, given, urlencode(form).encode(), AT)


def json_call(body: object, path: str = "/v1/Content") -> ApiCall:
    headers = {"content-type": "application/json", **authorised()}
    return ApiCall("POST", path, {}, headers, json.dumps(body).encode(), AT)


FORM = {"To": "whatsapp:+15550001111", "From": "whatsapp:+15550002222", "Body": "hi"}


def code_of(answer: ApiAnswer) -> int:
    assert answer.json["status"] == answer.status
    assert answer.json["more_info"].endswith(str(answer.json["code"]))
    return int(answer.json["code"])


@pytest.mark.parametrize(
    ("headers", "whose"),
    [
        ({}, "a1"),
        ({"authorization": ""}, None),
        ({"authorization": "Basic !!!"}, None),
        ({"authorization": "Bearer " + base64.b64encode(f"{SID}:tw_test_token_0001".encode()).decode()}, None),
        (authorised(password="wrong"), None),
        (authorised(user="AC" + "9" * 32), None),
        (authorised("AC" + "9" * 32, "other"), None),
    ],
)
def test_a_call_is_whose_credentials_it_has(headers: dict[str, str], whose: str | None) -> None:
    found = PLAYED.numbers_of(send_call(FORM, **headers), (ELSEWHERE, SIBLING, PLAYED_NUMBER))
    assert (found.account_key if found else None) == whose


def test_among_the_numbers_of_one_sid_the_sender_decides() -> None:
    call = send_call({**FORM, "From": "whatsapp:+15550003333"})
    found = PLAYED.numbers_of(call, (PLAYED_NUMBER, SIBLING))
    assert found == SIBLING


def test_wrong_credentials_are_answered_as_twilio_does() -> None:
    answer = PLAYED.unauthorised()
    assert (answer.status, code_of(answer)) == (401, 20003)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"To": "+15550001111"}, 21211),
        ({"To": "whatsapp:nobody"}, 21211),
        ({"From": "whatsapp:+15550009999"}, 63007),
        ({"Body": ""}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"ContentSid": "HX" + "a" * 32}, 21619),
        ({"MediaUrl": "file:///etc/passwd"}, 21620),
        ({"StatusCallback": "nowhere"}, 21609),
        ({"Body": "", "ContentSid": "HX1"}, 21655),
        ({"Body": "", "ContentSid": "HX" + "a" * 32, "ContentVariables": "{"}, 21656),
        ({"Body": "", "ContentSid": "HX" + "a" * 32, "ContentVariables": '["x"]'}, 21656),
        ({"Body": "", "ContentSid": "HX" + "a" * 32, "ContentVariables": '{"1": null}'}, 21656),
        ({"Body": "", "ContentSid": "HX" + "a" * 32, "ContentVariables": '{"1": "a\\tb"}'}, 21656),
        ({"Body": "", "ContentSid": "HX" + "a" * 32, "ContentVariables": '{"1": "a"}'}, 63028),
    ],
)
def test_a_message_that_twilio_would_refuse_is_refused(change: dict[str, str], code: int) -> None:
    answer = PLAYED.answer(send_call({**FORM, **change}), PLAYED_NUMBER, {})
    assert (answer.status, code_of(answer), answer.accepted) == (400, code, ())


def test_a_message_that_is_no_form_has_no_recipient() -> None:
    call = send_call(FORM, **{"content-type": "application/json"})
    assert code_of(PLAYED.answer(call, PLAYED_NUMBER, {})) == 21604


def test_a_message_is_answered_with_its_resource() -> None:
    answer = PLAYED.answer(send_call({**FORM, "StatusCallback": f"{URL}?reference=m%201"}), PLAYED_NUMBER, {})
    (taken,) = answer.accepted
    assert (answer.status, answer.json["sid"], answer.json["status"]) == (201, taken.provider_id, "queued")
    assert answer.json["account_sid"] == SID
    assert (taken.reference, taken.contact_key, taken.words) == ("m 1", "+15550001111", "hi")


YES = {"title": "Yes", "id": "yes"}
QUICK: dict[str, object] = {"body": "Is it?", "actions": [YES]}
LIST: dict[str, object] = {"body": "Which?", "button": "Sizes", "items": [{"item": "Small", "id": "s"}]}


def content(type_: str, fields: object, **others: object) -> dict[str, object]:
    return {"friendly_name": "x", "language": "en", "types": {type_: fields}, **others}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"language": "en"},
        content("twilio/unheard-of", {}),
        {**content("twilio/quick-reply", QUICK), "language": None},
        content("twilio/quick-reply", []),
        content("twilio/quick-reply", {**QUICK, "body": ""}),
        content("twilio/quick-reply", {**QUICK, "body": "x" * 1025}),
        content("twilio/quick-reply", {**QUICK, "actions": []}),
        content("twilio/quick-reply", {**QUICK, "actions": [YES, YES]}),
        content("twilio/quick-reply", {**QUICK, "actions": [{"title": "x" * 21, "id": "x"}]}),
        content("twilio/quick-reply", {**QUICK, "body": "{{1}}"}),
        content("twilio/list-picker", {**LIST, "items": [{"item": "x" * 25, "id": "s"}]}),
        content("twilio/list-picker", {**LIST, "items": [{"item": "x", "id": "s", "description": "x" * 73}]}),
        content("twilio/list-picker", {**LIST, "button": ""}),
        content("twilio/location", {"latitude": "12", "longitude": 1}),
        content("twilio/location", {"latitude": 12, "longitude": 181}),
    ],
)
def test_a_content_that_twilio_would_refuse_is_refused(body: object) -> None:
    assert code_of(PLAYED.answer(json_call(body), PLAYED_NUMBER, {})) == 20001


@pytest.mark.parametrize("call", [send_call(FORM), json_call(0)])
def test_a_content_that_is_no_json_object_is_refused(call: ApiCall) -> None:
    moved = ApiCall("POST", "/v1/Content", {}, call.headers, call.body, AT)
    assert code_of(PLAYED.answer(moved, PLAYED_NUMBER, {})) == 20001


@pytest.mark.parametrize("query", [{"PageSize": "many"}, {"Page": "1001"}])
def test_a_page_that_is_none_is_refused(query: dict[str, str]) -> None:
    call = ApiCall("GET", "/v1/ContentAndApprovals", query, authorised(), b"", AT)
    assert code_of(PLAYED.answer(call, PLAYED_NUMBER, {})) == 20001


@pytest.mark.parametrize("form", [{}, {"channel": "sms", "messageId": f"SM{'0' * 32}"}, {"channel": "whatsapp"}])
def test_an_indicator_needs_its_channel_and_its_message(form: dict[str, str]) -> None:
    call = send_call(form)
    moved = ApiCall("POST", "/v2/Indicators/Typing.json", {}, call.headers, call.body, AT)
    assert code_of(PLAYED.answer(moved, PLAYED_NUMBER, {})) == 20001


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", f"/2010-04-01/Accounts/{SID}/Messages.json"),
        ("DELETE", f"/2010-04-01/Accounts/{SID}.json"),
        ("GET", "/v1/Content/HX1"),
        ("GET", f"/2010-04-01/Accounts/{SID}/Messages/MM1/Media/unknown"),
        ("GET", f"/storage/{SID}/unknown"),
    ],
)
def test_what_is_not_there_is_not_found(method: str, path: str) -> None:
    answer = PLAYED.answer(ApiCall(method, path, {}, authorised(), b"", AT), PLAYED_NUMBER, {})
    assert (answer.status, code_of(answer)) == (404, 20404)


def test_the_storage_needs_no_credentials_and_belongs_to_the_number() -> None:
    call = ApiCall("GET", f"/storage/{SID}/f1", {}, {}, b"", AT)
    assert PLAYED.numbers_of(call, (ELSEWHERE, PLAYED_NUMBER)) == PLAYED_NUMBER
    file = SandboxFile("f1", "image/png", 'a"ü.png', b"x")
    answer = PLAYED.answer(call, PLAYED_NUMBER, {"f1": file})
    assert (answer.body, answer.headers) == (b"x", {"Content-Type": "image/png"})


@pytest.mark.parametrize(
    ("status", "retry_after_s", "code", "headers"),
    [(429, 5, 20429, {"Retry-After": "5"}), (429, None, 20429, {}), (500, None, 20500, {}), (503, None, 20503, {})],
)
def test_a_failure_on_demand_has_twilios_form(
    status: int, retry_after_s: int | None, code: int, headers: dict[str, str]
) -> None:
    answer = PLAYED.failure(status, retry_after_s)
    assert (answer.status, code_of(answer), answer.headers) == (status, code, headers)
