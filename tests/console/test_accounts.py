"""Accounts over the API: what is checked, what is shown, and that secrets stay where they are."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.console.conftest import AUTH_TOKEN, Console, account_fields

QUEUE = {"action": "Queue", "queue": "support", "timeout": 60}


async def test_a_created_account_shows_its_webhook_url_and_the_names_of_its_secrets(shop: Console) -> None:
    created = await shop.account()

    assert created["webhook_url"] == "https://wa.example.org/webhooks/twilio/SHOP"
    assert created["secrets_set"] == ["auth_token"]
    assert created["credentials"] == {"account_sid": "AC" + "0" * 32}
    assert created["revision"] == 1
    read = await shop.call("GET", f"/api/accounts/{created['id']}")
    assert read.json == created


async def test_an_account_with_a_domain_of_its_own_has_its_webhook_there(shop: Console) -> None:
    created = await shop.account(domain="https://hooks.shop.example/in/")

    assert created["webhook_url"] == "https://hooks.shop.example/in/webhooks/twilio/SHOP"


async def test_the_webhook_url_of_a_provider_that_signs_nothing_cannot_be_guessed(shop: Console) -> None:
    credentials = {
        "base_url": "https://api.in.kaleyra.io",
        "waba_id": "100000000000001",
        "account_sid": "HX0000000000IN",
        "api_key": "key",
        "bearer_token": "b" * 32,
    }
    created = await shop.account(type="kaleyra", credentials=credentials)

    url, _, secret = created["webhook_url"].partition("?token=")
    assert url == "https://wa.example.org/webhooks/kaleyra/SHOP"
    assert len(secret) == 40
    read = await shop.call("GET", f"/api/accounts/{created['id']}")
    assert read.json["webhook_url"] == created["webhook_url"]


async def test_a_secret_that_was_made_up_is_shown_once_and_not_made_anew_by_leaving_it_blank(shop: Console) -> None:
    credentials = {
        "base_url": "https://api.in.kaleyra.io",
        "waba_id": "100000000000001",
        "account_sid": "HX0000000000IN",
        "api_key": "key",
    }
    created = await shop.account(type="kaleyra", credentials=credentials)
    one = f"/api/accounts/{created['id']}"
    assert len(created["made_up"]["bearer_token"]) >= 22

    read = (await shop.call("GET", one)).json
    blank = (await shop.call("PATCH", one, {"credentials": {"bearer_token": ""}})).json
    assert read["made_up"] == blank["made_up"] == {}
    assert read["webhook_url"] == blank["webhook_url"] == created["webhook_url"]

    own = (await shop.call("PATCH", one, {"credentials": {"bearer_token": "b" * 32}})).json
    assert own["made_up"] == {}
    assert own["webhook_url"] != created["webhook_url"]


async def test_secrets_are_neither_answered_nor_logged_nor_stored_in_the_clear(shop: Console) -> None:
    with capture_logs() as logs:
        account = await shop.account()
        one = f"/api/accounts/{account['id']}"
        await shop.call("GET", one)
        await shop.call("GET", "/api/accounts?search=shop")
        await shop.call("PUT", one, account_fields(name="Shop 2"))
        await shop.call("PATCH", one, {"credentials": {"auth_token": AUTH_TOKEN + "2"}})
        await shop.call("PATCH", one, {"credentials": {"auth_token": AUTH_TOKEN * 20}})
        await shop.call("PATCH", one, {"credentials": {"auth_token": [AUTH_TOKEN]}})
        await shop.call("POST", "/api/accounts", account_fields(credentials=AUTH_TOKEN))
        await shop.call("POST", "/api/accounts", account_fields(secrets={"auth_token": AUTH_TOKEN}))
        await shop.call("POST", "/api/accounts", account_fields())
        document = await shop.store.database["accounts"].find_one({"_id": account["id"]})
        await shop.call("DELETE", one)

    assert len(shop.answers) > 10
    assert AUTH_TOKEN not in "".join(shop.answers)
    assert AUTH_TOKEN not in repr(logs)
    assert AUTH_TOKEN not in repr(shop.publisher.published)
    assert document is not None
    assert document["secrets"].keys() == {"auth_token"}
    assert AUTH_TOKEN not in repr(document)


async def test_a_secret_that_an_update_leaves_out_stays_as_it_is(shop: Console) -> None:
    account = await shop.account()
    fields = account_fields(name="Other name", credentials={"account_sid": "AC" + "1" * 32})

    updated = await shop.call("PUT", f"/api/accounts/{account['id']}", fields)

    assert updated.status == 200, updated.text
    assert updated.json["revision"] == 2
    loaded = (await shop.dependencies.configuration_store.load()).accounts[account["id"]]
    assert loaded.name == "Other name"
    assert loaded.credentials == {"account_sid": "AC" + "1" * 32}
    assert loaded.secrets["auth_token"].get_secret_value() == AUTH_TOKEN


async def test_a_patch_replaces_one_secret_and_keeps_everything_else(shop: Console) -> None:
    account = await shop.account(attributes={"vip": True}, actions=[QUEUE])

    patched = await shop.call("PATCH", f"/api/accounts/{account['id']}", {"credentials": {"auth_token": "new"}})

    assert patched.json == {**account, "revision": 2}
    loaded = (await shop.dependencies.configuration_store.load()).accounts[account["id"]]
    assert loaded.secrets["auth_token"].get_secret_value() == "new"


async def test_an_optional_secret_that_is_empty_is_taken_away(shop: Console) -> None:
    given = account_fields()["credentials"] | {"auth_token_previous": "before"}
    account = await shop.account(credentials=given)
    assert account["secrets_set"] == ["auth_token", "auth_token_previous"]

    patched = await shop.call("PATCH", f"/api/accounts/{account['id']}", {"credentials": {"auth_token_previous": ""}})

    assert patched.json["secrets_set"] == ["auth_token"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_another_type_needs_credentials_of_its_own(shop: Console, method: str) -> None:
    account = await shop.account()
    change: dict[str, Any] = {"type": "meta"}
    body = change if method == "PATCH" else account_fields(**change, credentials={})

    refused = await shop.call(method, f"/api/accounts/{account['id']}", body)

    assert refused.status == 422
    assert [field.partition(".")[0] for field in refused.faults] == ["credentials"]
    assert list(refused.faults.values()) == ["is required"]


async def test_a_key_is_taken_whatever_its_case(shop: Console) -> None:
    await shop.account(key="Abc")

    refused = await shop.call("POST", "/api/accounts", account_fields(key="aBC"))

    assert refused.status == 422
    assert refused.faults == {"key": "is taken by another one"}


async def test_a_revision_that_has_passed_is_refused_as_a_conflict(shop: Console) -> None:
    account = await shop.account()
    one = f"/api/accounts/{account['id']}"
    assert (await shop.call("PATCH", one, {"name": "First", "revision": 1})).status == 200

    refused = await shop.call("PATCH", one, {"name": "Second", "revision": 1})

    assert refused.status == 409
    assert "revision 2" in refused.json["detail"]
    assert (await shop.call("GET", one)).json["name"] == "First"


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"list_id": "nowhere"}, "list_id", "there is no contact list nowhere"),
        ({"agents": ["ada", "zoe"]}, "agents.2", "there is no agent zoe"),
        ({"whitelists": ["vip"]}, "whitelists.1", "there is no whitelist vip"),
        ({"actions": [QUEUE, {**QUEUE, "queue": "sales"}]}, "actions.2.queue", "there is no queue sales"),
        ({"actions": [{"action": "Agent", "agent": "zoe", "timeout": 5}]}, "actions.1.agent", "there is no agent zoe"),
        ({"actions": [{**QUEUE, "interval": "day"}]}, "actions.1.interval", "there is no interval day"),
        ({"actions": [{"action": "Goto", "position": 3}]}, "actions.1.position", "there is no position 3"),
        ({"actions": [{**QUEUE, "timeout": 0}]}, "actions.1.timeout", "greater than or equal to 1"),
        ({"actions": [QUEUE, {"action": "Queue", "timeout": 5}]}, "actions.2.queue", "Field required"),
        ({"actions": [QUEUE, {"action": "Dance"}]}, "actions.2", "does not match any of the expected tags"),
        (
            {"actions": [QUEUE, {"action": "AutoReply", "text": "Hi {contact.shoe}"}]},
            "actions.2.text",
            "unknown variable contact.shoe",
        ),
        ({"actions": [{"action": "AutoReply", "text": "Hi {"}]}, "actions.1.text", "a brace stands alone"),
        (
            {"actions": [{"action": "Webhook", "url": "https://x.example/"}]},
            "actions.1.url",
            "x.example is not among the hosts that may be called",
        ),
        ({"actions": [{"action": "Webhook", "url": "https://hooks.example@x/"}]}, "actions.1.url", "should match"),
        ({"key": "TOOLONG"}, "key", "should match pattern"),
        ({"phone": "123"}, "phone", "must be a phone number in E.164"),
        ({"timezone": "Mars/Olympus"}, "timezone", "must be a time zone"),
        ({"colour": "red"}, "colour", "Extra inputs are not permitted"),
        ({"type": "pigeon"}, "type", "must be one of"),
        ({"credentials": {"account_sid": "x", "auth_token": "y"}}, "credentials.account_sid", "must be"),
        ({"attributes": {"n": 2**63}}, "attributes", "cannot be stored"),
    ],
)
async def test_a_wrong_field_is_named_with_its_rule(
    shop: Console, change: dict[str, Any], field: str, rule: str
) -> None:
    refused = await shop.call("POST", "/api/accounts", account_fields(**change))

    assert refused.status == 422, refused.text
    assert list(refused.faults) == [field]
    assert rule in refused.faults[field]
    assert (await shop.call("GET", "/api/accounts")).json["items"] == []


@pytest.mark.parametrize(
    ("condition", "rule", "position"),
    [
        ("message.text == ", "Syntax error", 17),
        ("true && mesage.text == 'a'", "mesage", 9),
        ("1 + 1", "true or false", 1),
    ],
)
async def test_a_fault_in_a_condition_is_reported_with_its_place(
    shop: Console, condition: str, rule: str, position: int
) -> None:
    actions = [QUEUE, {"action": "Gotoif", "condition": condition, "if_true": 1}]

    refused = await shop.call("POST", "/api/accounts", account_fields(actions=actions))

    assert refused.status == 422
    (fault,) = refused.json["errors"]
    assert fault["field"] == "actions.2.condition"
    assert rule in fault["rule"]
    assert fault["position"] == position


async def test_a_condition_may_ask_for_an_interval_that_exists(shop: Console) -> None:
    condition = {"action": "Gotoif", "condition": 'interval("Office hours")', "if_true": 1}
    refused = await shop.call("POST", "/api/accounts", account_fields(actions=[condition]))
    assert list(refused.faults) == ["actions.1.condition"]
    await shop.create("intervals", name="Office hours", spans=[{"start": "08:00", "end": "17:59", "weekdays": [0, 1]}])

    created = await shop.account(actions=[condition])

    assert created["actions"][0]["condition"] == condition["condition"]


async def test_replies_with_variables_and_webhooks_of_listed_hosts_are_taken(shop: Console) -> None:
    actions = [
        {"action": "AutoReply", "text": "Hi {contact.name|there} {{x}}", "times": "always"},
        {"action": "Webhook", "url": "https://HOOKS.example:8443/crm?key=1", "timeout": 3},
    ]
    created = await shop.account(actions=actions)
    assert [{k: v for k, v in one.items() if k != "interval"} for one in created["actions"]] == actions


async def test_an_account_whose_secrets_no_key_opens_can_be_mended(shop: Console) -> None:
    account = await shop.account()
    await shop.account(key="OK")
    broken = {"$set": {"secrets.auth_token": "gibberish"}}
    await shop.store.database["accounts"].update_one({"_id": account["id"]}, broken)
    loaded = await shop.dependencies.configuration_store.load()
    assert [known.key for known in loaded.accounts.values()] == ["OK"]
    one = f"/api/accounts/{account['id']}"
    assert (await shop.call("PATCH", one, {"name": "Shop 2"})).faults == {"credentials.auth_token": "is required"}

    mended = await shop.call("PATCH", one, {"credentials": {"auth_token": "entered again"}})

    assert mended.status == 200
    assert account["id"] in (await shop.dependencies.configuration_store.load()).accounts


def _as_given(value: object, given: object) -> object:
    """What comes back of a group of settings, without those that were left to their defaults."""
    return {name: value[name] for name in given} if isinstance(value, dict) and isinstance(given, dict) else value


async def test_all_settings_of_an_account_come_back_as_they_went_in(shop: Console) -> None:
    await shop.create("pauses", id="paperwork", name="Paperwork")
    settings = {
        "description": "Main number",
        "proxy": "http://proxy.example:3128",
        "timezone": "Europe/Rome",
        "attributes": {"tier": 2, "nested": {"a": [1, None]}},
        "inactivity_timeout": 30,
        "reopen_within": 24,
        "notification": {"template": "{{name}}", "sound": False},
        "transfer": {"enabled": True, "timeout": 30},
        "mandatory_disposition": {"enabled": True, "pause": "paperwork"},
        "recontact_template": "again",
        "ai": {"enabled": True, "base_url": "https://ai.example/v1", "model": "m", "messages": 5, "share_names": True},
        "video": {"enabled": True, "base_url": "https://video.example", "link_template": "https://v.example/{id}"},
        "whitelist_mode": "off",
        "whitelists": [],
        "refusal_text": "Sorry",
        "canned_answers": [{"key": "hi", "text": "Hello"}],
        "actions": [{**QUEUE, "interval": None}],
        "agents": ["ada"],
    }

    created = await shop.account(**settings)

    assert {name: _as_given(created[name], given) for name, given in settings.items()} == settings
    loaded = (await shop.dependencies.configuration_store.load()).accounts[created["id"]]
    dumped = loaded.model_dump(mode="json", include=set(settings))
    assert {name: _as_given(dumped[name], given) for name, given in settings.items()} == settings
