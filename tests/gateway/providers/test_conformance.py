"""What holds for every provider that receives. A new folder is picked up here, and fails until it has fixtures."""

import json
from dataclasses import replace

import pytest

from gateway.providers.seam import MalformedWebhook, Verdict, Webhook
from tests.gateway.providers.conformance import (
    ITEM,
    Fixture,
    every_fixture,
    fixtures_of,
    is_proof,
    receiving,
    sample,
    shown,
    signs_body,
)

PROVIDERS = receiving()
FIXTURES = every_fixture()
NAMES = [f"{fixture.provider}-{fixture.case}" for fixture in FIXTURES]
READABLE = [fixture for fixture in FIXTURES if not fixture.is_malformed]
READABLE_NAMES = [f"{fixture.provider}-{fixture.case}" for fixture in READABLE]


def signed(fixture: Fixture) -> Webhook:
    its = sample(fixture.provider)
    return its.sign(fixture.webhook(its.URL))


def with_other_bytes(webhook: Webhook) -> Webhook:
    if not webhook.body:
        return replace(webhook, url=webhook.url + "1")
    return replace(webhook, body=webhook.body[:-1] + bytes([webhook.body[-1] ^ 1]))


def without_signature(webhook: Webhook) -> Webhook:
    headers = {name: value for name, value in webhook.headers.items() if not is_proof(name)}
    return replace(webhook, headers=headers)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_receives_has_fixtures_of_messages_statuses_and_bad_items(provider: str) -> None:
    expected = [fixture.expected for fixture in fixtures_of(provider) if not fixture.is_malformed]
    tags = {tag for items in expected for item in items for tag in item}
    assert {"message", "status", "notice", "bad"} <= tags


@pytest.mark.parametrize("fixture", FIXTURES, ids=NAMES)
def test_a_webhook_holds_what_its_expected_file_says(fixture: Fixture) -> None:
    provider, webhook = PROVIDERS[fixture.provider], fixture.webhook(sample(fixture.provider).URL)
    if not fixture.is_malformed:
        assert shown(provider.parse(webhook)) == fixture.expected
        return
    with pytest.raises(MalformedWebhook) as refusal:
        provider.parse(webhook)
    assert str(refusal.value) == fixture.expected["malformed"]


@pytest.mark.parametrize("fixture", READABLE, ids=READABLE_NAMES)
def test_every_item_survives_being_written_and_read_again(fixture: Fixture) -> None:
    for item in PROVIDERS[fixture.provider].parse(signed(fixture)).items:
        assert ITEM.validate_json(ITEM.dump_json(item)) == item


@pytest.mark.parametrize("fixture", READABLE, ids=READABLE_NAMES)
def test_what_the_provider_signed_is_genuine(fixture: Fixture) -> None:
    its = sample(fixture.provider)
    assert PROVIDERS[fixture.provider].verify(signed(fixture), its.ACCOUNT) is Verdict.GENUINE


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_names_of_headers_may_be_in_any_case(provider: str) -> None:
    webhook, its = signed(fixtures_of(provider)[0]), sample(provider)
    for change in (str.lower, str.upper):
        headers = {change(name): value for name, value in webhook.headers.items()}
        same = replace(webhook, headers=headers)
        assert PROVIDERS[provider].verify(same, its.ACCOUNT) is Verdict.GENUINE


@pytest.mark.parametrize("fixture", READABLE, ids=READABLE_NAMES)
def test_what_was_changed_on_the_way_is_refused_where_the_provider_signs_it(fixture: Fixture) -> None:
    webhook, account = with_other_bytes(signed(fixture)), sample(fixture.provider).ACCOUNT
    expected = Verdict.FORGED if signs_body(fixture.provider) else Verdict.GENUINE
    assert PROVIDERS[fixture.provider].verify(webhook, account) is expected


@pytest.mark.parametrize("fixture", READABLE, ids=READABLE_NAMES)
def test_what_comes_without_a_proof_is_refused(fixture: Fixture) -> None:
    webhook = without_signature(signed(fixture))
    assert PROVIDERS[fixture.provider].verify(webhook, sample(fixture.provider).ACCOUNT) is Verdict.UNSIGNED


@pytest.mark.parametrize("fixture", READABLE, ids=READABLE_NAMES)
def test_what_was_signed_for_one_account_is_forged_for_another(fixture: Fixture) -> None:
    its = sample(fixture.provider)
    assert PROVIDERS[fixture.provider].verify(signed(fixture), its.STRANGER) is Verdict.FORGED


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("old", "new"), [("hooks.", "other."), ("/webhooks/", "/Webhooks/"), ("https:", "http:")])
def test_the_url_counts_exactly_where_the_provider_signs_it(provider: str, old: str, new: str) -> None:
    its, webhook = sample(provider), signed(fixtures_of(provider)[0])
    moved = replace(webhook, url=webhook.url.replace(old, new))
    expected = Verdict.FORGED if its.SIGNS_URL else Verdict.GENUINE
    assert PROVIDERS[provider].verify(moved, its.ACCOUNT) is expected


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_account_without_its_secret_trusts_nobody(provider: str) -> None:
    its, webhook = sample(provider), signed(fixtures_of(provider)[0])
    stripped = its.ACCOUNT.model_copy(update={"secrets": {}})
    assert PROVIDERS[provider].verify(webhook, stripped) is Verdict.FORGED


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_empty_secret_signs_nothing(provider: str) -> None:
    its, fixture = sample(provider), fixtures_of(provider)[0]
    secretless = its.ACCOUNT.model_copy(update={"secrets": its.EMPTY})
    forged = its.sign_with(fixture.webhook(its.URL), "")
    assert PROVIDERS[provider].verify(forged, secretless) is Verdict.FORGED


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("signature", ["x", "sha256=", "é", "\udcff", "=" * 100_000, "sha256=" + "0" * 64])
def test_a_signature_of_no_sense_is_forged(provider: str, signature: str) -> None:
    its, webhook = sample(provider), signed(fixtures_of(provider)[0])
    headers = {name: signature if is_proof(name) else value for name, value in webhook.headers.items()}
    assert PROVIDERS[provider].verify(replace(webhook, headers=headers), its.ACCOUNT) is Verdict.FORGED


@pytest.mark.parametrize("fixture", FIXTURES, ids=NAMES)
def test_nothing_that_is_said_of_a_webhook_holds_a_secret_or_a_signature(fixture: Fixture) -> None:
    its, provider, webhook = sample(fixture.provider), PROVIDERS[fixture.provider], signed(fixture)
    verdict = provider.verify(webhook, its.STRANGER)
    try:
        said = f"{verdict!r} {provider.parse(webhook)!r}"
    except MalformedWebhook as error:
        said = f"{verdict!r} {error!r} {error.__cause__!r}"
    signatures = [value for name, value in webhook.headers.items() if is_proof(name)]
    secrets = [secret.get_secret_value() for secret in its.ACCOUNT.secrets.values()]
    assert signatures
    assert not [word for word in [*signatures, *secrets] if word in said]


@pytest.mark.parametrize("fixture", READABLE, ids=READABLE_NAMES)
def test_the_items_that_name_the_account_belong_to_it_and_to_no_other(fixture: Fixture) -> None:
    its, provider = sample(fixture.provider), PROVIDERS[fixture.provider]
    named = [item for item in provider.parse(signed(fixture)).items if item.address or item.owner]
    for item in named:
        assert provider.belongs(item, its.ACCOUNT) is its.is_for_account(item)
        assert not provider.belongs(item, its.STRANGER)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_folder_is_named_as_its_manifest(provider: str) -> None:
    assert PROVIDERS[provider].manifest.name == provider
    assert json.dumps(PROVIDERS[provider].reply())
