"""Meta's API as the sandbox plays it: whose call it is, what it takes, and what it refuses."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.sandbox.meta import PLAYED
from runtime.sandbox.seam import (
    ApiAnswer,
    ApiCall,
    NamesFiles,
    NamesMessages,
    PlayedNumber,
    PlayedProvider,
    PlaysBatches,
    SandboxFile,
)
from tests.gateway.providers.meta.driver import PLAYED_NUMBER, TOKEN

AT = datetime(2026, 1, 1, tzinfo=UTC)
SEND = "/200000000000002/messages"
FILES = {"7": SandboxFile("7", "image/png", "", b"x")}
BASE: dict[str, Any] = {"messaging_product": "whatsapp", "to": "15550001111"}
SECOND = PLAYED_NUMBER.model_copy(
    update={
        "account_key": "a2",
        "credentials": {**PLAYED_NUMBER.credentials, "phone_number_id": "200000000000005"},
    }
)


def call(path: str, body: object = None, method: str = "POST", token: str = TOKEN, **query: str) -> ApiCall:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ApiCall(method, path, query, {"authorization": f"Bearer {token}"}, content, AT)


def answer(path: str, body: object = None, method: str = "POST", **query: str) -> ApiAnswer:
    return PLAYED.answer(call(path, body, method, **query), PLAYED_NUMBER, FILES)


def test_it_is_played_whole() -> None:
    played: PlayedProvider = PLAYED
    assert played.name == "meta"
    assert isinstance(PLAYED, PlaysBatches)
    assert isinstance(PLAYED, NamesMessages)
    assert isinstance(PLAYED, NamesFiles)


@pytest.mark.parametrize(
    ("path", "query", "owner"),
    [
        (SEND, {}, PLAYED_NUMBER),
        (f"/v25.0{SEND}", {}, PLAYED_NUMBER),
        ("/200000000000005/messages", {}, SECOND),
        ("/7", {"phone_number_id": "200000000000005"}, SECOND),
        ("/media/7", {}, PLAYED_NUMBER),
    ],
)
def test_a_call_is_of_the_number_that_it_names_among_those_of_its_token(
    path: str, query: dict[str, str], owner: PlayedNumber
) -> None:
    assert PLAYED.numbers_of(call(path, **query), (PLAYED_NUMBER, SECOND)) is owner


@pytest.mark.parametrize("token", ["", "other", "é"])
def test_a_call_with_another_token_is_nobodys(token: str) -> None:
    assert PLAYED.numbers_of(call(SEND, token=token), (PLAYED_NUMBER, SECOND)) is None
    refusal = PLAYED.unauthorised()
    assert (refusal.status, refusal.json["error"]["code"]) == (401, 190)


def test_a_message_that_is_taken_has_an_id_of_its_own() -> None:
    first = answer(SEND, {**BASE, "text": {"body": "hi"}, "context": {"message_id": "wamid.IN1"}})
    second = answer(SEND, {**BASE, "text": {"body": "hi"}})
    assert first.status == 200
    assert first.json["contacts"] == [{"input": "15550001111", "wa_id": "15550001111"}]
    (taken,) = first.accepted
    assert first.json["messages"] == [{"id": taken.provider_id, "message_status": "accepted"}]
    assert (taken.kind, taken.words, taken.reply_to, taken.reference) == ("text", "hi", "wamid.IN1", None)
    assert taken.provider_id != second.accepted[0].provider_id


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 100),
        ([], 100),
        ({}, 131008),
        ({"messaging_product": "sms", "to": "15550001111"}, 131009),
        ({"messaging_product": "whatsapp", "text": {"body": "hi"}}, 131009),
        ({**BASE, "to": "Ann"}, 131009),
        ({**BASE, "recipient": "Ann"}, 131009),
        ({**BASE, "type": "poll"}, 131009),
        ({**BASE, "type": "text"}, 131008),
        ({**BASE, "text": {}}, 131008),
        ({**BASE, "text": {"body": ""}}, 131009),
        ({**BASE, "text": {"body": "x" * 4097}}, 131009),
        ({**BASE, "text": {"body": "x", "bold": True}}, 100),
        ({**BASE, "type": "image", "image": {}}, 131009),
        ({**BASE, "type": "image", "image": {"id": "7", "link": "https://e.example.test"}}, 131009),
        ({**BASE, "type": "image", "image": {"id": "404"}}, 131009),
        ({**BASE, "type": "image", "image": {"link": "file:///etc/passwd"}}, 131009),
        ({**BASE, "type": "audio", "audio": {"id": "7", "caption": "c"}}, 100),
        ({**BASE, "type": "location", "location": {"latitude": 1}}, 131008),
        ({**BASE, "type": "location", "location": {"latitude": 91, "longitude": 1}}, 131009),
        ({**BASE, "type": "contacts", "contacts": []}, 131009),
        ({**BASE, "type": "contacts", "contacts": [{"name": {"formatted_name": "Ann"}}]}, 131009),
        ({**BASE, "type": "reaction", "reaction": {"message_id": "wamid.1"}}, 131008),
        (
            {
                **BASE,
                "type": "reaction",
                "reaction": {"message_id": "wamid.1", "emoji": ""},
                "context": {"message_id": "wamid.1"},
            },
            131009,
        ),
        ({**BASE, "type": "interactive", "interactive": {"type": "flow"}}, 131009),
        ({**BASE, "type": "template", "template": {"name": "x", "language": {"code": "en_US"}}}, 132001),
        ({**BASE, "type": "template", "template": {"name": "hello_world"}}, 131008),
        (
            {
                **BASE,
                "type": "template",
                "template": {
                    "name": "hello_world",
                    "language": {"code": "en_US"},
                    "components": [{"type": "header", "parameters": [{"type": "image", "image": {"id": "404"}}]}],
                },
            },
            131009,
        ),
        (
            {
                **BASE,
                "type": "template",
                "template": {
                    "name": "hello_world",
                    "language": {"code": "en_US"},
                    "components": [{"type": "body", "parameters": [{"type": "text"}]}],
                },
            },
            131009,
        ),
        (
            {
                **BASE,
                "type": "template",
                "template": {
                    "name": "appointment",
                    "language": {"code": "en_US"},
                    "components": [
                        {"type": "header", "parameters": [{"type": "text", "text": "x"}]},
                        {"type": "body", "parameters": [{"type": "text", "text": "x"}] * 2},
                    ],
                },
            },
            100,
        ),
        (
            {
                **BASE,
                "type": "template",
                "template": {
                    "name": "hello_world",
                    "language": {"code": "en_US"},
                    "components": [
                        {
                            "type": "button",
                            "sub_type": "url",
                            "index": "0",
                            "parameters": [{"type": "text", "text": "x"}],
                        }
                    ],
                },
            },
            132000,
        ),
        ({"messaging_product": "whatsapp", "status": "deleted", "message_id": "wamid.1"}, 100),
        ({"messaging_product": "whatsapp", "status": "read"}, 100),
    ],
)
def test_what_meta_would_not_take_is_refused_with_its_code(body: object, code: int) -> None:
    refusal = answer(SEND, body)
    assert (refusal.json["error"]["code"], refusal.accepted) == (code, ())
    assert refusal.status == (404 if code == 132001 else 400)
    assert refusal.json["error"]["fbtrace_id"]
    assert refusal.json["error"]["error_data"]["details"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/200000000000009/messages"),
        ("GET", SEND),
        ("GET", "/404"),
        ("GET", "/media/404"),
        ("GET", "/"),
        ("GET", "/200000000000009/message_templates"),
        ("DELETE", "/7"),
    ],
)
def test_what_the_token_cannot_see_does_not_exist(method: str, path: str) -> None:
    refusal = answer(path, method=method)
    assert (refusal.status, refusal.json["error"]["code"], refusal.json["error"]["error_subcode"]) == (400, 100, 33)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a form",
        b'--b\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n--b--\r\n',
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    ],
)
def test_a_form_that_lacks_something_is_no_upload(body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    upload = ApiCall("POST", "/200000000000002/media", {}, headers, body, AT)
    refusal = PLAYED.answer(upload, PLAYED_NUMBER, FILES)
    assert (refusal.status, refusal.json["error"]["code"], refusal.uploaded) == (400, 100, None)


@pytest.mark.parametrize("after", ["x", "-1", "9" * 20])
def test_a_cursor_of_no_sense_is_refused(after: str) -> None:
    assert answer("/100000000000001/message_templates", method="GET", after=after).status == 400


def test_the_list_has_a_link_to_its_next_page_but_on_the_last() -> None:
    first = answer("/100000000000001/message_templates", method="GET", limit="4").json
    last = answer("/100000000000001/message_templates", method="GET", limit="4", after="4").json
    assert first["paging"]["next"].startswith("http://sandbox.example.test/meta/100000000000001/message_templates?")
    assert "next" not in last["paging"]
    assert (len(first["data"]), len(last["data"])) == (4, 2)


@pytest.mark.parametrize(
    ("status_code", "retry_after_s", "code"),
    [(429, 3, 130429), (429, None, 130429), (500, None, 131000), (503, None, 2)],
)
def test_an_error_on_demand_is_written_as_graph_writes_it(
    status_code: int, retry_after_s: int | None, code: int
) -> None:
    failure = PLAYED.failure(status_code, retry_after_s)
    assert (failure.status, failure.json["error"]["code"]) == (status_code, code)
    assert failure.headers == ({"Retry-After": "3"} if retry_after_s else {})


def test_a_bad_gateway_knows_no_json() -> None:
    failure = PLAYED.failure(502, None)
    assert (failure.status, failure.json, failure.body[:6]) == (502, None, b"<html>")


def test_ids_of_messages_have_the_form_of_metas() -> None:
    assert PLAYED.message_id("0" * 32) == "wamid.AAAAAAAAAAAAAAAAAAAAAA=="


def test_a_customers_file_has_a_url_at_the_api() -> None:
    url = PLAYED.file_url(PLAYED_NUMBER, "7")
    assert url == "http://sandbox.example.test/meta/media/7"
    served = answer("/media/7", method="GET")
    assert (served.status, served.body, served.headers) == (200, b"x", {"Content-Type": "image/png"})
