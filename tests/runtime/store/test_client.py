"""The database's errors in our words, and membership."""

import asyncio

import pytest
from pydantic import SecretStr
from pymongo.errors import AutoReconnect, BulkWriteError, CursorNotFound, OperationFailure
from structlog.testing import capture_logs

from contracts.errors import Unavailable
from runtime.store import client as client_module
from runtime.store.client import Store, store_errors
from runtime.store.membership import Membership


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("host:1 closed"),
        OperationFailure("write conflict", 112, {"errorLabels": ["TransientTransactionError"]}),
        OperationFailure("interrupted at shutdown", 11600),
        CursorNotFound("the server has been restarted since", 43),
        BulkWriteError({"writeErrors": [{"index": 0, "code": 11600, "errmsg": "interrupted at shutdown"}]}),
        BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 91, "errmsg": "shutdown"}]}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_with_time_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable, match=f"MongoDB: {type(error).__name__}"), store_errors():
        raise error


def test_what_does_not_pass_is_left_as_it_is() -> None:
    with pytest.raises(OperationFailure), store_errors():
        raise OperationFailure("unknown operator", 2)
    with pytest.raises(BulkWriteError), store_errors():
        raise BulkWriteError({"writeErrors": [{"index": 0, "code": 11000, "errmsg": "duplicate key"}]})


async def test_a_database_that_comes_later_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "RETRY_S", 0.01)
    left = 2
    ensure = Store.ensure_indexes

    async def late(self: Store) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Unavailable("MongoDB: away")
        await ensure(self)

    monkeypatch.setattr(Store, "ensure_indexes", late)
    with capture_logs() as lines:
        await asyncio.wait_for(store.start(), 5)
    assert [line["event"] for line in lines] == ["store.waiting", "store.waiting", "store.connected"]
    await store.check()


async def test_a_database_that_is_not_there_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "OPERATION_TIMEOUT_MS", 300)
    store = Store(SecretStr("mongodb://user:sesame@127.0.0.1:1/?directConnection=true"), "x")
    with pytest.raises(Unavailable) as away:
        await store.check()
    assert "sesame" not in str(away.value)
    await store.stop()


async def test_members_see_one_another_until_they_leave_or_grow_old(store: Store) -> None:
    one, other = (Membership(store, "router", name, 0.3) for name in "ab")
    stranger = Membership(store, "worker", "c", 5)
    await stranger.beat()
    assert list(await one.beat()) == ["a"]
    assert list(await other.beat()) == ["a", "b"]
    await one.leave()
    await one.leave()
    assert list(await other.beat()) == ["b"]
    await one.beat()
    await asyncio.sleep(0.4)
    assert list(await other.beat()) == ["b"]
