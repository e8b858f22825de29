"""API tokens: shown once, kept as a hash, good for what they were made for, until they expire or are revoked."""

from datetime import timedelta

import pytest

from runtime.store.tokens import TOKENS
from tests.console.conftest import NOW, Console, Json

READER = {"name": "Reports", "role": "supervisor", "scopes": ["read"]}


def with_token(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_opens_what_its_role_and_scope_allow_and_needs_no_csrf_token(shop: Console) -> None:
    made = await shop.create("tokens", **READER)
    headers = with_token(made["token"])

    me = (await shop.call("GET", "/api/session", headers=headers)).json
    assert (me["user"]["name"], me["user"]["role"], me["scopes"], me["csrf"]) == ("Reports", "supervisor", ["read"], "")
    assert (await shop.call("GET", "/api/teams", headers=headers)).status == 200
    assert (await shop.call("POST", "/api/agents/ada/log-out", headers=headers)).status == 403
    worker = await shop.create("tokens", **(READER | {"scopes": ["work", "work"]}))
    assert worker["scopes"] == ["work"]
    assert (await shop.call("POST", "/api/agents/ada/log-out", headers=with_token(worker["token"]))).status == 200


async def test_a_token_is_shown_once_and_kept_as_a_hash(shop: Console) -> None:
    made = await shop.create("tokens", **READER)
    await shop.call("GET", "/api/session", headers=with_token(made["token"]))
    (listed,) = (await shop.call("GET", "/api/tokens")).json["items"]

    assert made["token"].startswith("swb_")
    assert listed == {name: value for name, value in made.items() if name != "token"} | {"used_at": listed["used_at"]}
    assert (made["used_at"], listed["used_at"]) == (None, "2026-03-14T09:26:53Z")
    assert (listed["created_by"], listed["expires_at"]) == ("installation token", None)
    everything = str(await shop.store.database[TOKENS].find({}).to_list(None))
    everything += (await shop.call("GET", "/api/audit")).text
    assert made["token"] not in everything


async def test_a_token_that_was_revoked_or_has_expired_opens_nothing(shop: Console) -> None:
    made = await shop.create("tokens", **READER)
    brief = await shop.create("tokens", **READER, expires_at=(NOW + timedelta(seconds=1)).isoformat())
    await shop.store.database[TOKENS].update_one({"_id": brief["id"]}, {"$set": {"expires_at": NOW}})
    assert (await shop.call("DELETE", f"/api/tokens/{made['id']}")).status == 204

    for one in (made, brief):
        assert (await shop.call("GET", "/api/session", headers=with_token(one["token"]))).status == 401
    assert (await shop.call("DELETE", f"/api/tokens/{made['id']}")).status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["configure"]}, "body"),
        ({"role": "agent"}, "body"),
        ({"agent_id": "ada"}, "body"),
        ({"role": "agent", "agent_id": "nobody"}, "agent_id"),
        ({"expires_at": NOW.isoformat()}, "expires_at"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused_by_field(shop: Console, change: Json, field: str) -> None:
    refused = await shop.call("POST", "/api/tokens", READER | change)

    assert (refused.status, list(refused.faults)) == (422, [field])
