"""Files over the API: what agents upload, and how what strangers sent is handed out."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from io import BytesIO
from urllib.parse import unquote

import pytest
from aiohttp import FormData

from runtime.media.types import OCTETS
from runtime.store.media import CHUNKS, FILES
from tests.console.conftest import MOST_BYTES, TOKEN, Answer, Console

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1500
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def upload(console: Console, content: bytes, mime_type: str, filename: str = "sea.png") -> Answer:
    form = FormData()
    form.add_field("note", "a field that is none of our business")
    form.add_field("file", BytesIO(content), content_type=mime_type, filename=filename)
    return await console.call("POST", "/api/files", data=form)


async def kept(console: Console, content: bytes, mime_type: str, filename: str | None = None) -> str:
    """Keep a file as if a customer had sent it; the path under which it is read."""

    async def parts() -> AsyncIterator[bytes]:
        yield content

    info = await console.dependencies.media.put("f1", parts(), mime_type, filename)
    return f"/api/files/{info.id}"


async def get(console: Console, path: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with console.client.get(path, headers={**BEARER, **names}) as response:
        return response.status, response.headers, await response.read()


async def test_an_uploaded_file_comes_back_under_its_id(console: Console) -> None:
    answer = await upload(console, PNG, "image/png")

    assert answer.status == 201
    assert {name: answer.json[name] for name in ("mime_type", "filename", "size", "sha256")} == {
        "mime_type": "image/png",
        "filename": "sea.png",
        "size": len(PNG),
        "sha256": hashlib.sha256(PNG).hexdigest(),
    }
    status, _, content = await get(console, f"/api/files/{answer.json['id']}")
    assert (status, content) == (200, PNG)


@pytest.mark.parametrize(
    ("mime_type", "content"),
    [
        ("text/html", b"<p>"),
        ("image/svg+xml", b"<svg/>"),
        ("application/x-msdownload", b"anything"),
        ("application/octet-stream", b"anything"),
        ("image/png", b"<script>alert(1)</script>"),
        ("application/pdf", b"MZ\x90\0"),
    ],
)
async def test_what_is_dangerous_or_of_no_known_type_cannot_be_sent(
    console: Console, mime_type: str, content: bytes
) -> None:
    answer = await upload(console, content, mime_type)

    assert answer.status == 415
    assert await console.store.database[FILES].count_documents({}) == 0


async def test_a_file_that_is_too_large_is_refused_before_and_while_it_is_read(console: Console) -> None:
    announced = await upload(console, bytes(MOST_BYTES * 2), "image/png")
    streamed = await upload(console, bytes(MOST_BYTES + 1), "image/png")

    assert (announced.status, streamed.status) == (413, 413)
    assert str(MOST_BYTES) in streamed.json["detail"]
    assert await console.store.database[CHUNKS].count_documents({}) == 0


async def test_a_body_that_is_no_form_with_a_file_is_refused(console: Console) -> None:
    no_form = await console.call("POST", "/api/files", {"file": "x"})
    no_boundary = await console.call("POST", "/api/files", data=b"x", headers={"Content-Type": "multipart/form-data"})
    malformed = await console.call(
        "POST", "/api/files", data=b"no part at all", headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    form = FormData({"other": "x"}, default_to_multipart=True)
    no_file = await console.call("POST", "/api/files", data=form)

    assert [one.status for one in (no_form, no_boundary, malformed)] == [415, 400, 400]
    assert (no_file.status, no_file.faults) == (422, {"file": "is required"})
    assert await console.store.database[FILES].count_documents({}) == 0


async def test_a_file_may_be_larger_than_any_other_body(console: Console) -> None:
    answer = await upload(console, bytes(MOST_BYTES), "video/mp4")

    assert (answer.status, answer.json["size"]) == (201, MOST_BYTES)


async def test_the_document_describes_the_form(console: Console) -> None:
    document = (await console.call("GET", "/api/openapi.json")).json
    operation = document["paths"]["/api/files"]["post"]

    schema = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert (list(schema["properties"]), schema["required"]) == (["file"], ["file"])
    assert {"201", "400", "413", "415"} <= set(operation["responses"])


async def test_a_file_is_read_by_nobody_without_the_token(console: Console) -> None:
    path = await kept(console, PNG, "image/png")

    async with console.client.get(path) as response:
        assert response.status == 401


async def test_what_is_safe_is_shown_and_what_is_not_is_saved(console: Console) -> None:
    path = await kept(console, PNG, "image/png", "sea.png")
    _, headers, _ = await get(console, path)

    assert headers["Content-Disposition"].startswith("inline;")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("mime_type", [OCTETS, "text/plain", "application/zip", "image/x-unheard-of"])
async def test_what_is_not_known_to_be_safe_is_saved_as_a_file(console: Console, mime_type: str) -> None:
    name = 'naïve "quoted"; 東京.txt'
    _, headers, _ = await get(console, await kept(console, b"hello", mime_type, name))

    disposition = headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == name
    assert disposition.isascii()
    assert '"' not in disposition


async def test_a_pdf_is_not_shown_in_a_sandbox_for_no_browser_would(console: Console) -> None:
    _, headers, _ = await get(console, await kept(console, b"%PDF-1.7", "application/pdf"))

    assert (headers["Content-Disposition"], headers["Content-Security-Policy"]) == ("inline", "default-src 'none'")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("bytes=0-", (0, None)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=261119-261121", (261_119, 261_122)),
        ("bytes=380000-999999999", (380_000, None)),
        ("bytes=-100", (-100, None)),
    ],
)
async def test_a_part_of_a_file_can_be_asked_for(console: Console, asked: str, given: tuple[int, int | None]) -> None:
    status, headers, content = await get(console, await kept(console, PNG, "image/png"), Range=asked)

    start, stop, _ = slice(*given).indices(len(PNG))
    assert (status, content) == (206, PNG[start:stop])
    assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(PNG)}"
    assert headers["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=1-2,4-5", "lines=1-2", "bytes=-", "nonsense"])
async def test_a_question_for_parts_that_is_not_understood_gets_the_whole(console: Console, asked: str) -> None:
    status, headers, content = await get(console, await kept(console, PNG, "image/png"), Range=asked)

    assert (status, content) == (200, PNG)
    assert headers["Accept-Ranges"] == "bytes"


async def test_a_part_beyond_the_end_is_refused_with_the_size(console: Console) -> None:
    status, headers, _ = await get(console, await kept(console, b"abc", "image/png"), Range="bytes=3-")

    assert (status, headers["Content-Range"]) == (416, "bytes */3")


async def test_a_browser_that_has_the_file_is_told_so(console: Console) -> None:
    path = await kept(console, PNG, "image/png")
    _, headers, _ = await get(console, path)

    assert (await get(console, path, If_None_Match=headers["ETag"]))[0::2] == (304, b"")
    assert (await get(console, path, If_None_Match='"other"'))[0] == 200
    assert (await get(console, path, Range="bytes=0-1", If_Range=headers["ETag"]))[0] == 206
    assert (await get(console, path, Range="bytes=0-1", If_Range='"other"'))[0] == 200


async def test_a_file_that_is_not_there_is_not_found(console: Console) -> None:
    assert (await get(console, "/api/files/unknown"))[0] == 404
