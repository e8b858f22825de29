"""The configuration's store against a real MongoDB: transactions, versions, secrets at rest, pages."""

import asyncio
from collections.abc import Callable
from datetime import time

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from structlog.testing import capture_logs

from contracts.accounts import Account
from contracts.actions import QueueAction
from contracts.contacts import ContactList
from contracts.desk import Disposition, DispositionScope, GlobalAnswer, Pause
from contracts.errors import ConfigurationFault, Unavailable
from contracts.intervals import Interval, Span
from contracts.queues import Agent, Queue, Strategy, Team
from contracts.whitelists import Whitelist
from runtime.crypto import SecretBox
from runtime.store import client as client_module
from runtime.store.client import Store
from runtime.store.configuration import Changes, ConfigurationStore, Draft
from runtime.store.pages import PageRequest
from tests.patience import PATIENCE_S

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def account(account_id: str = "a1", key: str = "SHOP", auth: str = "token-1") -> Account:
    return Account(
        id=account_id,
        name="Shop",
        key=key,
        list_id="l1",
        type="twilio",
        phone="+390123456789",
        credentials={"account_sid": "AC1"},
        secrets={"auth_token": SecretStr(auth)},
        actions=(QueueAction(queue="q1", timeout=5),),
        attributes={"nested": {"a": [1, None, "x"]}},
    )


OTHERS = (
    Whitelist(id="w1", name="Known", rules_key="k1"),
    Queue(id="q1", name="Support", strategy=Strategy.BEEPALL, agents=("ada",), teams=("t1",)),
    Agent(id="ada", name="Ada", capacity=3),
    Team(id="t1", name="Night", agents=("ada",)),
    ContactList(id="l1", name="Customers"),
    Interval(id="i1", name="Day", spans=(Span(start=time(8, 30), end=time(17), weekdays=frozenset({0, 4})),)),
    Pause(id="p1", name="Lunch"),
    GlobalAnswer(id="g1", key="hi", text="Hello {contact.name}"),
    Disposition(id="d1", levels=("Sale", "Done"), scope=DispositionScope.QUEUE, scope_id="q1"),
)


@pytest.fixture
def configuration(store: Store) -> ConfigurationStore:
    return ConfigurationStore(store, SecretBox([NEW, OLD]))


async def test_an_empty_installation_has_version_0(configuration: ConfigurationStore) -> None:
    assert await configuration.version() == 0
    assert (await configuration.load()).accounts == {}


async def test_everything_comes_back_as_it_was_put(configuration: ConfigurationStore) -> None:
    changed = await configuration.put(account(), *OTHERS)

    loaded = await configuration.load()

    assert changed.version == loaded.version == 1
    assert loaded.accounts == {"a1": account().model_copy(update={"revision": 1})}
    kinds = (
        loaded.whitelists,
        loaded.queues,
        loaded.agents,
        loaded.teams,
        loaded.lists,
        loaded.intervals,
        loaded.pauses,
        loaded.canned_answers,
        loaded.dispositions,
    )
    assert tuple(value for kind in kinds for value in kind.values()) == OTHERS


async def test_secrets_are_encrypted_one_by_one_and_read_only_by_load(
    configuration: ConfigurationStore, store: Store
) -> None:
    await configuration.put(account(auth="token-1"))

    document = await store.database["accounts"].find_one({"_id": "a1"})
    assert document is not None
    assert document["secrets"]["auth_token"].startswith("gAAAA")
    assert "token-1" not in repr(document)
    read = await configuration.get(Account, "a1")
    (found,) = (await configuration.find(Account, PageRequest())).items
    assert read == found
    assert {name: secret.get_secret_value() for name, secret in found.secrets.items()} == {"auth_token": ""}


async def test_writing_an_account_again_encrypts_with_the_newest_key(
    configuration: ConfigurationStore, store: Store
) -> None:
    await ConfigurationStore(store, SecretBox([OLD])).put(account())
    loaded = (await configuration.load()).accounts["a1"]

    await configuration.put(loaded)

    rotated = await ConfigurationStore(store, SecretBox([NEW])).load()
    assert rotated.accounts["a1"].secrets["auth_token"].get_secret_value() == "token-1"
    assert rotated.accounts["a1"].revision == 2


async def test_an_account_that_cannot_be_decrypted_does_not_take_the_others_down(
    configuration: ConfigurationStore, store: Store
) -> None:
    foreign = ConfigurationStore(store, SecretBox([Fernet.generate_key().decode()]))
    await foreign.put(account("a2", "LOST", "token-2"))
    await configuration.put(account())

    with capture_logs() as logs:
        loaded = await configuration.load()

    assert list(loaded.accounts) == ["a1"]
    (line,) = (line for line in logs if line["event"] == "configuration.left_out")
    assert (line["kind"], line["id"], line["log_level"]) == ("accounts", "a2", "error")
    assert "credentials.auth_token" in line["reason"]


async def test_a_document_that_is_not_valid_any_more_does_not_take_the_others_down(
    configuration: ConfigurationStore, store: Store
) -> None:
    await configuration.put(*OTHERS, Queue(id="q2", name="Sales"))
    await store.database["queues"].update_one({"_id": "q2"}, {"$set": {"weight": 99}})

    with capture_logs() as logs:
        loaded = await configuration.load()

    assert list(loaded.queues) == ["q1"]
    assert [line["fields"] for line in logs if line["event"] == "configuration.left_out"] == [["weight"]]


async def test_nothing_is_written_and_no_version_made_when_the_decision_is_against_it(
    configuration: ConfigurationStore,
) -> None:
    await configuration.put(*OTHERS)

    def refuse(draft: Draft) -> Changes:
        assert draft.configuration.version == 2
        raise ConfigurationFault("name", "will not do")

    with pytest.raises(ConfigurationFault, match="will not do"):
        await configuration.change(refuse)

    assert await configuration.version() == 1


async def test_all_writes_of_a_change_take_effect_or_none(configuration: ConfigurationStore) -> None:
    await configuration.put(*OTHERS)
    twins = (Agent(id="new", name="New"), Queue(id="q2", name="Support"))

    with pytest.raises(ConfigurationFault) as refused:
        await configuration.put(*twins)

    assert refused.value.field == "name"
    assert await configuration.get(Agent, "new") is None
    assert await configuration.version() == 1


async def test_keys_are_unique_whatever_their_case_and_may_change_their_own(configuration: ConfigurationStore) -> None:
    await configuration.put(account("a1", "Abc"))

    with pytest.raises(ConfigurationFault) as refused:
        await configuration.put(account("a2", "aBC"))
    assert refused.value.field == "key"
    assert (await configuration.put(account("a1", "ABC"))).version == 2


async def test_changes_side_by_side_are_decided_one_after_the_other(configuration: ConfigurationStore) -> None:
    await configuration.put(Agent(id="ada", name="Ada", capacity=0))

    def add_one(draft: Draft) -> Changes:
        agent = draft.configuration.agents["ada"]
        return Changes(put=(agent.model_copy(update={"capacity": agent.capacity + 1}),))

    changes = await asyncio.gather(*(configuration.change(add_one) for _ in range(10)))

    assert sorted(change.version for change in changes) == list(range(2, 12))
    stored = await configuration.get(Agent, "ada")
    assert stored is not None
    assert stored.capacity == 10


async def test_what_is_loaded_beside_changes_is_always_of_one_version(configuration: ConfigurationStore) -> None:
    def both(number: int) -> Callable[[Draft], Changes]:
        agent = Agent(id="ada", name="Ada", capacity=number)
        return lambda _draft: Changes(put=(agent, Queue(id="q1", name="Support", description=str(number))))

    await configuration.change(both(1))

    async def write() -> None:
        for number in range(2, 20):
            await configuration.change(both(number))

    writing = asyncio.create_task(write())
    versions = []
    while not writing.done():
        loaded = await configuration.load()
        assert loaded.agents["ada"].capacity == int(loaded.queues["q1"].description) == loaded.version
        versions.append(loaded.version)
    await writing
    assert versions == sorted(versions)
    assert len(set(versions)) > 1


async def test_a_deletion_makes_a_version_too(configuration: ConfigurationStore) -> None:
    await configuration.put(*OTHERS)

    await configuration.change(lambda _draft: Changes(delete=((Agent, "ada"), (Queue, "q1"))))

    loaded = await configuration.load()
    assert (loaded.version, loaded.agents, loaded.queues) == (2, {}, {})


@pytest.mark.parametrize("value", [2**63, {"deep": -(2**70)}, "\ud800"])
async def test_what_mongodb_cannot_keep_is_refused_with_its_field(
    configuration: ConfigurationStore, value: object
) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        await configuration.put(account().model_copy(update={"attributes": {"x": value}}))

    assert refused.value.field == "attributes"


async def test_pages_go_on_where_the_last_one_ended_although_values_come_and_go(
    configuration: ConfigurationStore,
) -> None:
    await configuration.put(*(Team(id=f"t{n}", name=f"Team {n}") for n in range(6)))
    first = await configuration.find(Team, PageRequest(limit=3))
    await configuration.change(
        lambda _draft: Changes(put=(Team(id="t9", name="A new one"),), delete=((Team, "t2"), (Team, "t4")))
    )

    second = await configuration.find(Team, PageRequest(limit=3, cursor=first.cursor))

    assert [team.id for team in first.items] == ["t0", "t1", "t2"]
    assert [team.id for team in second.items] == ["t3", "t5"]
    assert second.cursor is None


async def test_a_cursor_of_another_order_is_refused(configuration: ConfigurationStore) -> None:
    await configuration.put(*(Team(id=f"t{n}", name="T") for n in range(3)))
    page = await configuration.find(Team, PageRequest(limit=1))

    with pytest.raises(ConfigurationFault, match="sorted otherwise"):
        await configuration.find(Team, PageRequest(limit=1, sort="id", cursor=page.cursor))


async def test_a_database_that_is_away_is_unavailable_and_not_tried_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "OPERATION_TIMEOUT_MS", 300)
    away = Store(SecretStr("mongodb://127.0.0.1:9/?directConnection=true"), "test")
    configuration = ConfigurationStore(away, SecretBox([NEW]))
    attempts = (configuration.version(), configuration.load(), configuration.put(*OTHERS))
    try:
        async with asyncio.timeout(PATIENCE_S):
            outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    finally:
        await away.stop()
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
