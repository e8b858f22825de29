"""The form of an account at Kaleyra, as far as it is not like that of others."""

import pytest

from contracts.errors import ConfigurationFault
from gateway.registry import check_credentials, credential_form

FORM = {
    "base_url": "https://api.in.kaleyra.io",
    "waba_id": "100000000000001",
    "account_sid": "HXAP1600000000IN",
    "api_key": "an-api-key",
}


def test_the_bearer_token_alone_is_marked_as_made_up() -> None:
    assert [line.name for line in credential_form("kaleyra") if line.made_up] == ["bearer_token"]
    assert len(check_credentials("kaleyra", FORM)[1]["bearer_token"].get_secret_value()) >= 43


@pytest.mark.parametrize("proof", ["header", "url"])
def test_callbacks_are_proved_by_the_header_or_by_the_url_alone(proof: str) -> None:
    assert check_credentials("kaleyra", {**FORM, "callbacks": proof})[0]["callbacks"] == proof


@pytest.mark.parametrize("proof", ["nothing", "header or url"])
def test_callbacks_without_a_proof_cannot_be_configured(proof: str) -> None:
    with pytest.raises(ConfigurationFault, match=r"credentials\.callbacks"):
        check_credentials("kaleyra", {**FORM, "callbacks": proof})
