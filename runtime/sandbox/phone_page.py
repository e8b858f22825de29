"""The customer's phone in a browser: `/phone`, its files, and the chats as it shows them.

Everything else it does goes through the control API. It asks nobody for a password, as the sandbox does; what agents
write is shown as text, and the page allows no script but its own.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Literal

from aiohttp import web

from contracts.base import Instant, Value
from contracts.messages import DeliveryState
from runtime.http import Call, Nothing, Route
from runtime.sandbox.numbers import Numbers
from runtime.sandbox.phones import Phone, PhoneMessage, Phones
from runtime.sandbox.seam import PlayedProvider, ShowsMessages
from runtime.sandbox.shelf import Shelf
from runtime.sandbox.showing import FILES, File, Place, Shown

PAGE = "phone.html"
TYPES = {PAGE: "text/html", "phone.css": "text/css", "phone.js": "text/javascript"}
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data: blob: http: https:",  # agents' files are at the console's own address
            "media-src 'self' blob: http: https:",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
MOST_CHATS = 200


class ChatQuery(Value):
    """Which chat: of an account (its key) with a contact."""

    account: str
    contact: str


class ChatMessage(Value):
    """A message as a phone shows it. `state` is the last status that was told of a received one; `read`: the other side
    has read what the customer said."""

    id: str
    direction: Literal["received", "said"]
    at: Instant
    reply_to: str | None
    state: DeliveryState | None
    read: bool
    shown: Shown


class Chat(Value):
    """A chat as a phone shows it; `typing`: somebody at the other side writes."""

    typing: bool = False
    messages: tuple[ChatMessage, ...] = ()


class ChatLine(Value):
    """A chat that there is."""

    account: str
    contact: str
    at: Instant
    words: str


class Chats(Value):
    """The chats that were busy last, the latest first."""

    items: tuple[ChatLine, ...]


class PhonePage:
    """The page and what it reads."""

    def __init__(self, played: Mapping[str, PlayedProvider], numbers: Numbers, phones: Phones, shelf: Shelf) -> None:
        self._played = played
        self._numbers = numbers
        self._phones = phones
        self._shelf = shelf

    async def chat(self, call: Call[Nothing, ChatQuery]) -> Chat:
        """One chat; an empty one where nothing was said yet."""
        found = self._phones.of(call.query.account, call.query.contact)
        return self._chat(found[0]) if found else Chat()

    async def chats(self, _call: Call[Nothing, Nothing]) -> Chats:
        """The chats that there are."""
        latest = [phone for phone in self._phones.of() if phone.messages][-MOST_CHATS:]
        lines = [
            ChatLine(account=one.account, contact=one.contact, at=one.messages[-1].at, words=one.messages[-1].words)
            for one in reversed(latest)
        ]
        return Chats(items=tuple(lines))

    async def page(self, _request: web.Request) -> web.Response:
        """The page."""
        return _file(PAGE)

    async def file(self, request: web.Request) -> web.Response:
        """A file of the page."""
        return _file(request.match_info["name"])

    def _chat(self, phone: Phone) -> Chat:
        provider = next((one.provider for one in self._numbers.all() if one.account_key == phone.account), "")
        played = self._played.get(provider)
        return Chat(typing=phone.typing, messages=tuple(self._message(one, played) for one in phone.messages))

    def _message(self, message: PhoneMessage, played: PlayedProvider | None) -> ChatMessage:
        shown = None
        if message.direction == "said":
            shown = said_shown(message.raw)
        elif isinstance(played, ShowsMessages):
            shown = played.shows(message.raw, self._shelf)
        return ChatMessage(
            id=message.id,
            direction=message.direction,
            at=message.at,
            reply_to=message.reply_to,
            state=message.statuses[-1] if message.statuses else None,
            read=message.read,
            shown=shown or Shown(text=message.words or message.kind),
        )


def said_shown(content: Mapping[str, Any]) -> Shown | None:
    """What a customer said, given in our words; None where they are all there is."""
    match content.get("kind"):
        case "location":
            name = content.get("name") or content.get("address") or ""
            return Shown(place=Place(latitude=content["latitude"], longitude=content["longitude"], name=name))
        case "reaction":
            return Shown(emoji=content.get("emoji") or "", about=content["message_id"])
        case "voice" | "image" | "video" | "audio" | "document" | "sticker" as kind:
            name, media_id = content.get("filename") or "", content.get("media_id") or ""
            file = File(kind=FILES.get(kind, "voice"), media_id=media_id, filename=name)
            return Shown(text=content.get("caption") or "", file=file)
        case _:
            return None


def _file(name: str) -> web.Response:
    if name not in TYPES:
        raise web.HTTPNotFound
    body = files("runtime.sandbox").joinpath("phone", name).read_bytes()
    return web.Response(body=body, content_type=TYPES[name], charset="utf-8", headers=HEADERS)


def phone_routes(page: PhonePage) -> Iterator[Route[Any, Any]]:
    """What the page reads, in the control API."""
    yield Route(
        method="GET",
        path="/control/chat",
        handler=page.chat,
        summary="Show one chat as the customer's phone does",
        tag="sandbox",
        query=ChatQuery,
        response=Chat,
        public=True,
    )
    yield Route(
        method="GET",
        path="/control/chats",
        handler=page.chats,
        summary="List the chats that were busy last",
        tag="sandbox",
        response=Chats,
        public=True,
    )
