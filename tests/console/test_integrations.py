"""The keys of AI tools and video: they go in with the settings, stay where they belong, and never come out."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.console.conftest import AUTH_TOKEN, Console, account_fields

AI_KEY, VIDEO_KEY = "sk-proj-ab12-that-nobody-may-see", "vk-34cd-that-nobody-may-see"
AI = {"enabled": True, "base_url": "https://ai.example/v1", "model": "small", "api_key": AI_KEY}
VIDEO = {"enabled": True, "base_url": "https://video.example", "api_key": VIDEO_KEY}


async def secrets(console: Console) -> dict[str, str]:
    """What senders and the tools see."""
    account = console.dependencies.configuration_cache.current.accounts["shop"]
    return {name: secret.get_secret_value() for name, secret in account.secrets.items()}


async def patch(console: Console, **fields: Any) -> int:  # noqa: ANN401 - whatever is to be tried
    return (await console.call("PATCH", "/api/accounts/shop", fields)).status


async def test_both_are_off_until_somebody_turns_them_on(shop: Console) -> None:
    created = await shop.account()

    assert (created["ai"]["enabled"], created["video"]["enabled"]) == (False, False)
    assert (created["ai"]["share_names"], created["ai"]["share_numbers"]) == (False, False)


async def test_keys_are_kept_beside_the_providers_secrets_and_named_only(shop: Console) -> None:
    created = await shop.account(id="shop", ai=AI, video=VIDEO)

    assert created["secrets_set"] == ["ai_api_key", "auth_token", "video_api_key"]
    assert "api_key" not in created["ai"]
    assert await secrets(shop) == {"auth_token": AUTH_TOKEN, "ai_api_key": AI_KEY, "video_api_key": VIDEO_KEY}


async def test_keys_are_neither_answered_nor_logged_nor_stored_in_the_clear(shop: Console) -> None:
    with capture_logs() as logs:
        await shop.account(id="shop", ai=AI, video=VIDEO)
        await shop.call("GET", "/api/accounts/shop")
        await shop.call("PUT", "/api/accounts/shop", account_fields(ai=AI, video=VIDEO))
        await patch(shop, ai={"api_key": f"{AI_KEY} {VIDEO_KEY}"})
        await patch(shop, ai={"api_key": AI_KEY * 20})
        await patch(shop, ai={"api_key": [AI_KEY]})
        assert await patch(shop, ai={"api_key": None}, video={"api_key": None}) == 200
        await patch(shop, ai=AI_KEY)
        await patch(shop, ai={"enabled": True, "base_url": "ftp://x", "api_key": AI_KEY})
    document = await shop.store.database["accounts"].find_one({"_id": "shop"})

    everything = f"{shop.answers}{logs}{shop.publisher.published}{document}"
    assert len(shop.answers) > 8
    assert AI_KEY not in everything
    assert VIDEO_KEY not in everything


async def test_a_key_that_an_update_leaves_out_stays_and_an_empty_one_is_taken_away(shop: Console) -> None:
    await shop.account(id="shop", ai=AI, video=VIDEO)
    settings = {name: value for name, value in AI.items() if name != "api_key"}

    replaced = await shop.call("PUT", "/api/accounts/shop", account_fields(ai={**settings, "model": "large"}))
    assert replaced.json["ai"]["model"] == "large"
    assert (await secrets(shop))["ai_api_key"] == AI_KEY
    assert (await secrets(shop))["video_api_key"] == VIDEO_KEY
    assert await patch(shop, ai={"api_key": "another"}) == 200
    assert (await secrets(shop))["ai_api_key"] == "another"
    assert await patch(shop, ai={"api_key": ""}) == 200
    assert "ai_api_key" not in await secrets(shop)


async def test_a_key_stays_when_the_account_moves_to_another_provider(shop: Console) -> None:
    await shop.account(id="shop", ai=AI)

    credentials = {
        "account_sid": "100000000000001",
        "authorization_token": "EAAtoken",
        "app_id": "300000000000001",
        "phone_number_id": "200000000000001",
        "app_secret": "the-app-secret",
        "verify_token": "the-verify-token",
    }
    moved = await shop.call("PATCH", "/api/accounts/shop", {"type": "meta", "credentials": credentials})

    assert moved.status == 200, moved.text
    assert (await secrets(shop))["ai_api_key"] == AI_KEY
    assert "auth_token" not in await secrets(shop)


@pytest.mark.parametrize("url", ["https://evil.example/v1", "http://ai.example/v1", "https://ai.example:8443/v1"])
async def test_a_key_does_not_follow_its_settings_to_another_host(shop: Console, url: str) -> None:
    await shop.account(id="shop", ai=AI)

    refused = await shop.call("PATCH", "/api/accounts/shop", {"ai": {"base_url": url}})

    assert list(refused.faults) == ["ai.api_key"]
    assert await patch(shop, ai={"base_url": url, "api_key": "for-that-host"}) == 200
    assert (await secrets(shop))["ai_api_key"] == "for-that-host"


async def test_a_key_stays_for_another_path_of_its_host_but_not_over_the_detour_of_no_host(shop: Console) -> None:
    await shop.account(id="shop", ai=AI)

    assert await patch(shop, ai={"base_url": "https://AI.example/v2"}) == 200
    assert await patch(shop, ai={"base_url": None, "enabled": False}) == 200
    assert await patch(shop, ai={"base_url": "https://evil.example"}) == 422
    assert (await secrets(shop))["ai_api_key"] == AI_KEY


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ai": {"enabled": True, "model": "small"}}, "ai.base_url"),
        ({"ai": {"enabled": True, "base_url": "https://ai.example"}}, "ai.model"),
        ({"ai": {"messages": 0}}, "ai.messages"),
        ({"ai": {"api_key": "with blank"}}, "ai.api_key"),
        ({"ai": {"api_key": "é"}}, "ai.api_key"),
        ({"video": {"enabled": True}}, "video.base_url"),
        ({"video": {"link_template": "https://{id}/"}}, "video.link_template"),
        ({"video": {"message": "no place for it"}}, "video.message"),
        ({"video": {"link_minutes": 0}}, "video.link_minutes"),
    ],
)
async def test_settings_that_cannot_work_are_refused(shop: Console, fields: dict[str, Any], field: str) -> None:
    refused = await shop.call("POST", "/api/accounts", account_fields(**fields))

    assert refused.status == 422
    assert list(refused.faults) == [field]
