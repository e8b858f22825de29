"""URLs that name several hosts."""

import pytest

from runtime.addresses import addresses


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://u:p@a:5672/v", ("amqp://u:p@a:5672/v",)),
        ("amqp://u:p@a:1,b:2, c:3/v?x=1", ("amqp://u:p@a:1/v?x=1", "amqp://u:p@b:2/v?x=1", "amqp://u:p@c:3/v?x=1")),
        ("amqp://u:p,w@a,b", ("amqp://u:p,w@a", "amqp://u:p,w@b")),
        ("amqp://a,b?heartbeat=5", ("amqp://a?heartbeat=5", "amqp://b?heartbeat=5")),
        ("amqps://u:p%40w@[::1]:5671,b:5671//", ("amqps://u:p%40w@[::1]:5671//", "amqps://u:p%40w@b:5671//")),
        ("nonsense", ("nonsense",)),
    ],
)
def test_a_url_is_made_for_every_host(url: str, expected: tuple[str, ...]) -> None:
    assert addresses(url) == expected
