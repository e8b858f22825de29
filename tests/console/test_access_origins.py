"""Where a request comes from: what a proxy says is believed of known proxies alone."""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from console.access_origins import Origins, subscriber
from contracts.errors import SetupFault


@pytest.mark.parametrize(
    ("proxies", "peer", "said", "address"),
    [
        ("", "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.0/8", "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.0/8", "10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("10.0.0.0/8,::1", "::1", "2001:db8::5, 10.0.0.9", "2001:db8::5"),
        ("10.0.0.0/8", "::ffff:10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.0/8", "10.0.0.2", "", "10.0.0.2"),
    ],
)
def test_the_address_is_the_last_one_that_is_no_proxy_of_ours(proxies: str, peer: str, said: str, address: str) -> None:
    headers = CIMultiDict({"X-Forwarded-For": said} if said else {})
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)

    assert Origins(proxies).address(request) == address


@pytest.mark.parametrize(("proxies", "secure"), [("", False), ("10.0.0.2", True)])
def test_tls_at_the_proxy_counts_if_the_proxy_is_known(proxies: str, secure: bool) -> None:
    headers = CIMultiDict({"X-Forwarded-Proto": "https"})
    request = make_mocked_request("GET", "/", headers=headers).clone(remote="10.0.0.2")

    assert Origins(proxies).is_secure(request) is secure


def test_what_is_no_address_is_a_fault_of_the_installation() -> None:
    with pytest.raises(SetupFault, match="SWITCHBOARD_TRUSTED_PROXIES"):
        Origins("proxy.example")


@pytest.mark.parametrize(
    ("address", "one"), [("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", "")]
)
def test_a_subscriber_has_one_name_whichever_of_their_addresses_they_use(address: str, one: str) -> None:
    assert subscriber(address) == one
