"""Imports over the API: taken in whole, gone through in the background, taken up again after a crash."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from console.importing import BATCH, Importer, Kind
from console.sheets import columns_of
from contracts.contacts import Contact
from contracts.imports import FileImport, ImportKind
from runtime.clock import utc_now
from runtime.store.contact_batches import ContactRow
from runtime.store.imports import SILENCE, ImportStore
from tests.console.conftest import Answer, Console
from tests.patience import PATIENCE_S, eventually

ENDED = {"done", "failed", "interrupted"}
START = "/api/lists/customers/imports"


async def post(console: Console, body: object, query: str = "", media: str = "text/csv") -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return await console.call("POST", f"{START}{query}", data=data, headers={"Content-Type": media})


async def seen(console: Console, import_id: str) -> AsyncIterator[dict[str, Any]]:
    """The import again and again, for half a minute at most."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            yield (await console.call("GET", f"/api/imports/{import_id}")).json
            await asyncio.sleep(0.005)


async def ended(console: Console, import_id: str) -> dict[str, Any]:
    async for job in seen(console, import_id):
        if job["state"] in ENDED:
            return job
    raise AssertionError("unreachable")


async def load(console: Console, body: object, query: str = "") -> dict[str, Any]:
    accepted = await post(console, body, query)
    assert accepted.status == 202, accepted.text
    assert accepted.json["state"] == "running"
    return await ended(console, accepted.json["id"])


async def rejected(console: Console, job: dict[str, Any]) -> list[list[str]]:
    answer = await console.call("GET", f"/api/imports/{job['id']}/rejected")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''customers-rejected.csv"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))


def figures(job: dict[str, Any]) -> tuple[int, ...]:
    return tuple(job[name] for name in ("read", "created", "updated", "unchanged", "rejected"))


async def contact(console: Console, key: str) -> dict[str, Any]:
    return dict((await console.call("GET", f"/api/contacts/customers:{key.replace('+', '%2B')}")).json)


async def test_rows_become_contacts_and_the_same_file_again_changes_nothing(shop: Console) -> None:
    await shop.create("contacts", list_id="customers", number="+390000001", name="Ann", tags=["old"])
    sheet = (
        "\ufeffkey;Number;name;tags;attributes.town\r\n"
        ";+39 000 0001;;vip | new;Rome\r\n"
        'US.1-2;06 1234 5678;"Bob; the ""other"" one";;\r\n'
        "\r\n"
        ";+390000003;'=Cleo;;'=1+1\r\n"
    )

    job = await load(shop, sheet, "?region=it")

    assert (job["state"], figures(job)) == ("done", (3, 2, 1, 0, 0))
    ann, bob, cleo = [await contact(shop, key) for key in ("+390000001", "US.1-2", "+390000003")]
    assert (ann["name"], ann["tags"], ann["attributes"]) == ("Ann", ["old", "vip", "new"], {"town": "Rome"})
    assert (bob["name"], bob["number"], bob["tags"]) == ('Bob; the "other" one', "+390612345678", [])
    assert (cleo["name"], cleo["attributes"]) == ("=Cleo", {"town": "=1+1"})

    assert figures(await load(shop, sheet, "?region=it")) == (3, 0, 0, 3, 0)
    assert [await contact(shop, key) for key in ("+390000001", "US.1-2", "+390000003")] == [ann, bob, cleo]

    async def file_is_gone() -> bool:
        return await shop.store.database["imports.files"].count_documents({}) == 0

    await eventually(file_is_gone)  # it goes when the end of the import can be seen already


async def test_rejected_rows_come_back_with_field_and_rule_and_can_be_mended_and_sent_again(shop: Console) -> None:
    job = await load(shop, 'number,name,tags\n+390000001,Ann,\n0612,=Bob,a\n"x"y,,\n+390000002,Cleo,,x\n')

    assert (job["state"], figures(job)) == ("done", (4, 1, 0, 0, 3))
    header, *rows = await rejected(shop, job)
    assert header == ["row", "reason", "number", "name", "tags"]
    assert [row[:2] for row in rows] == [
        ["3", "number: has no plus and no country code: say with region where it is from"],
        ["4", "row: is not well-formed CSV: ',' expected after '\"'"],
        ["5", "row: has 4 cells, and the header 3"],
    ]
    assert rows[0][2:] == ["0612", "'=Bob", "a"]

    text = io.StringIO()
    csv.writer(text).writerows([header, ["3", rows[0][1], "+39061234567", *rows[0][3:]], [*rows[0][:2], "", "", ""]])
    again = await load(shop, text.getvalue())

    assert figures(again) == (2, 1, 0, 0, 1)
    assert (await contact(shop, "+39061234567"))["name"] == "=Bob"
    assert await rejected(shop, again) == [header, ["3", "key: is required, unless there is a number", "", "", ""]]


@pytest.mark.parametrize(
    ("body", "query", "field"),
    [
        ("", "", "header"),
        ("\n+390000001\n", "", "header"),
        ("name\nAnn\n", "", "header"),
        ("number,colour\n", "", "header.2"),
        ('number,"name\n', "", "header"),
        ("number\n+39", "?region=xx", "region"),
        ("number\n+39", "?region=ITA", "region"),
        ("number\n+39", "?colour=red", "colour"),
        ("number,name\n+390000001,\u00e9".encode("latin-1"), "", "body"),
        ("number,name\n+390000001,\u00e9".encode()[:-1], "", "body"),
    ],
)
async def test_what_cannot_be_a_list_is_refused_at_once_and_nothing_of_it_kept(
    shop: Console, body: object, query: str, field: str
) -> None:
    refused = await post(shop, body, query)

    assert refused.status == 422
    assert list(refused.faults) == [field]
    assert await shop.store.database["imports.files"].count_documents({}) == 0
    assert (await shop.call("GET", START)).json == {"items": []}


async def test_an_import_needs_a_list_and_a_csv(shop: Console) -> None:
    nowhere = {"data": b"number\n", "headers": {"Content-Type": "text/csv"}}
    assert (await shop.call("POST", "/api/lists/nowhere/imports", **nowhere)).status == 404
    assert (await shop.call("GET", "/api/lists/nowhere/imports")).status == 404
    assert (await post(shop, "number\n", media="application/json")).status == 415
    for method, path in [
        ("GET", "/api/imports/x"),
        ("POST", "/api/imports/x/resume"),
        ("GET", "/api/imports/x/rejected"),
    ]:
        assert (await shop.call(method, path)).status == 404


async def test_a_file_that_is_too_large_is_refused_while_it_comes(
    shop: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.imports.MOST_BYTES", 1_000_000)

    async def body() -> AsyncIterator[bytes]:
        yield b"number\n"
        for _ in range(40):
            yield b"+390000001\n" * 5000

    assert (await post(shop, body())).status == 413
    assert await shop.store.database["imports.files"].count_documents({}) == 0


async def test_a_long_file_keeps_nobody_waiting_and_says_how_far_it_is(shop: Console) -> None:
    many = 20_000
    sheet = "number,name,tags\n" + "".join(f"+39{number:09d},Name {number},t\n" for number in range(many))
    accepted = await post(shop, sheet)
    seen = []

    async with asyncio.timeout(PATIENCE_S):
        while True:
            await asyncio.sleep(0.01)
            job = (await shop.call("GET", f"/api/imports/{accepted.json['id']}")).json
            seen.append(job["read"])
            if job["state"] in ENDED:
                break

    assert figures(job) == (many, many, 0, 0, 0)
    assert seen == sorted(seen)
    assert len(set(seen)) > 5


async def test_a_second_import_into_a_list_waits_for_the_first_one_to_end(shop: Console) -> None:
    sheet = "number\n" + "".join(f"+39{number:09d}\n" for number in range(3000))
    first = await post(shop, sheet)

    second = await post(shop, sheet)

    assert second.status == 409
    assert second.json["detail"] == "another import is running in the list customers"
    await ended(shop, first.json["id"])
    assert figures(await load(shop, sheet)) == (3000, 0, 0, 3000, 0)
    states = [(job["id"] == first.json["id"], job["state"]) for job in (await shop.call("GET", START)).json["items"]]
    assert states == [(False, "done"), (True, "done")]


async def test_an_import_whose_process_stopped_is_taken_up_where_it_was(shop: Console) -> None:
    many = BATCH * 6
    sheet = "number\n" + "".join(f"+39{number:09d}\n" for number in range(many))
    job = (await post(shop, sheet)).json
    async for begun in seen(shop, job["id"]):
        if begun["read"]:
            break
    await shop.dependencies.importer.stop()

    stopped = await ended(shop, job["id"])
    assert (stopped["state"], stopped["reason"]) == ("interrupted", "the process that ran it was stopped")
    assert 0 < stopped["read"] < many
    resumed = await shop.call("POST", f"/api/imports/{job['id']}/resume")

    assert (resumed.status, resumed.json["state"]) == (202, "running")
    done = await ended(shop, job["id"])
    assert (done["state"], done["reason"], done["read"], done["rejected"]) == ("done", "", many, 0)
    assert done["created"] + done["unchanged"] == many
    assert await shop.store.database["contacts"].count_documents({}) == many
    assert (await shop.call("POST", f"/api/imports/{job['id']}/resume")).json[
        "detail"
    ] == "the import is done, not interrupted"


async def test_an_import_whose_process_died_is_seen_to_be_interrupted_and_its_late_runner_has_no_say(
    shop: Console,
) -> None:
    long_ago = ImportStore(shop.store, lambda: utc_now() - 2 * SILENCE)
    dead = Importer(long_ago, shop.dependencies.importer.kinds)
    await long_ago.keep("i1", 0, b"number\n+390000001\n+390000002\n")
    given = {"id": "i1", "kind": "contacts", "target_id": "customers", "delimiter": ",", "header": ["number"]}
    from_then = await long_ago.start(FileImport.model_validate(given), dead.name)
    assert from_then.beat_at is not None
    assert utc_now() - from_then.beat_at > SILENCE

    died = (await shop.call("GET", "/api/imports/i1")).json
    assert (died["state"], died["reason"]) == ("interrupted", "the process that ran it died")
    await shop.call("POST", "/api/imports/i1/resume")
    done = await ended(shop, "i1")
    dead.run(from_then)
    await asyncio.sleep(0.2)

    assert figures(done) == (2, 2, 0, 0, 0)
    assert (await shop.call("GET", "/api/imports/i1")).json == done


async def test_a_file_whose_lines_never_end_fails_and_cannot_be_taken_up(shop: Console) -> None:
    job = await load(shop, "number\n+390000001\n" + "9" * 800_000)

    assert job["state"] == "failed"
    assert job["reason"].startswith("a line after record 2 has more than")
    assert figures(job) == (1, 1, 0, 0, 0)
    assert (await shop.call("POST", f"/api/imports/{job['id']}/resume")).status == 409


async def test_a_fault_of_ours_interrupts_an_import_and_is_logged(
    shop: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_list_id: str, _rows: Sequence[ContactRow]) -> dict[str, int]:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(shop.dependencies.importer, "kinds", {ImportKind.CONTACTS: Kind(columns_of, broken)})
        job = await load(shop, "number\n+390000001\n")
    assert (job["state"], job["reason"]) == ("interrupted", "an error of ours, which is in the log")

    await shop.call("POST", f"/api/imports/{job['id']}/resume")

    assert figures(await ended(shop, job["id"])) == (1, 1, 0, 0, 0)


async def test_a_row_of_a_merged_key_goes_to_the_contact_that_was_kept(shop: Console) -> None:
    kept = await shop.create("contacts", list_id="customers", key="US.1")
    other = await shop.create("contacts", list_id="customers", number="+390000001")
    await shop.call("POST", f"/api/contacts/{kept['id']}/merge", {"contact": other["id"]})

    assert figures(await load(shop, "number,name\n+390000001,Ann\n")) == (1, 0, 1, 0, 0)
    assert Contact.model_validate(await contact(shop, "US.1")).name == "Ann"
