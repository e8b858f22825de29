"""The generic video provider over real HTTP."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from contracts.accounts import VIDEO_KEY, Account
from contracts.errors import ConfigurationFault
from contracts.video import VideoMoment
from runtime.http.client import OutboundHttp
from runtime.http.endpoints import EndpointFailed, Endpoints
from runtime.video.generic import GenericVideo, check_link_template
from runtime.video.seam import Room, Wanted
from tests.parts import NOW, account
from tests.runtime.video.provider import KEY, OPENED, Video

WANTED = Wanted("s1", NOW, "https://desk.example/video/callbacks/s1.x")


@pytest.fixture
async def there() -> AsyncIterator[Video]:
    video = Video()
    await video.start()
    yield video
    await video.stop()


@pytest.fixture
async def provider() -> AsyncIterator[GenericVideo]:
    http = OutboundHttp("127.0.0.1", 5)
    yield GenericVideo(Endpoints(http, 20, at_once=2))
    await http.stop()


def calling(there: Video, link_template: str = "") -> Account:
    video = {"enabled": True, "base_url": f"{there.url}/api", "link_template": link_template}
    return account(video=video, secrets={VIDEO_KEY: SecretStr(KEY)})


async def test_a_session_is_asked_for_with_nothing_of_the_customer(there: Video, provider: GenericVideo) -> None:
    room = await provider.open(calling(there), WANTED)

    assert there.asked[0].body == {
        "reference": "s1",
        "expires_at": "2026-03-14T09:26:00+00:00",
        "callback_url": "https://desk.example/video/callbacks/s1.x",
    }
    assert room == Room("5cfe2b", "https://video.example/join/5cfe2b?k=p%2B1", "https://video.example/host/5cfe2b")


async def test_a_template_makes_the_link_of_the_answers_fields_each_escaped(
    there: Video, provider: GenericVideo
) -> None:
    there.recording = {"status": 200, "body": {"id": 77, "token": "a/b?c&d", "pin": 1234}}

    room = await provider.open(calling(there, "https://video.example/{id}?t={token}&pin={pin}"), WANTED)

    assert room == Room("77", "https://video.example/77?t=a%2Fb%3Fc%26d&pin=1234")


@pytest.mark.parametrize(
    ("body", "template", "sentence"),
    [
        ([], "", "is no session"),
        ({"url": "https://video.example/1"}, "", "is no session"),
        ({"id": "", "url": "https://video.example/1"}, "", "no id, or no link"),
        ({"id": "1"}, "", "no id, or no link"),
        ({"id": "1", "url": "javascript:alert(1)"}, "", "a link that is none"),
        ({"id": "1", "url": "https://video.example/1\r\nSet-Cookie: a=b"}, "", "a link that is none"),
        ({"id": "1", "url": "https://video.example/1", "agent_url": "data:,x"}, "", "a link that is none"),
        ({"id": "1"}, "https://video.example/{id}/{token}", "has no token"),
        ({"id": "1", "token": {"a": 1}}, "https://video.example/{token}", "has no token"),
    ],
)
async def test_an_answer_that_is_no_session_is_told_in_our_words(
    there: Video,
    provider: GenericVideo,
    body: object,
    template: str,
    sentence: str,
) -> None:
    there.recording = {"status": 200, "body": body}

    with pytest.raises(EndpointFailed, match=sentence):
        await provider.open(calling(there, template), WANTED)


async def test_the_stand_in_itself_refuses_a_wrong_key(there: Video, provider: GenericVideo) -> None:
    there.key = "another"

    with pytest.raises(EndpointFailed, match="status 401"):
        await provider.open(calling(there), WANTED)
    assert there.recording == OPENED


@pytest.mark.parametrize(
    ("report", "moment"),
    [
        ({"event": "joined"}, VideoMoment.JOINED),
        ({"event": "Participant.Joined", "role": "customer", "id": 1}, VideoMoment.JOINED),
        ({"event": "participant-joined", "role": "host"}, None),
        ({"event": "session_ended", "role": "host"}, VideoMoment.ENDED),
        ({"event": "recording_started"}, None),
        ({"event": 7}, None),
        ("joined", None),
        (None, None),
    ],
)
async def test_reports_are_read_for_what_is_recorded(
    provider: GenericVideo, report: object, moment: VideoMoment | None
) -> None:
    assert provider.moment(report) is moment


@pytest.mark.parametrize("template", ["https://video.example/{id}", "http://10.0.0.7:8443/r?x={room_name}#{token}"])
def test_a_template_with_fields_behind_the_host_is_good(template: str) -> None:
    check_link_template(template, "video.link_template")


@pytest.mark.parametrize(
    "template",
    [
        "https://video.example/room",
        "https://{id}.example/",
        "{url}",
        "javascript:{id}",
        "//video.example/{id}",
        "https://video.example/{id}/{",
        "https://video.example/{a b}",
        "https://video.example/a b/{id}",
    ],
)
def test_a_template_that_gives_no_link_is_refused(template: str) -> None:
    with pytest.raises(ConfigurationFault, match=r"video\.link_template"):
        check_link_template(template, "video.link_template")
