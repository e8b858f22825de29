"""Who is told of what, and how much may wait for a client."""

import pytest

from console.live_clients import MOST_WAITING, Belonging, Client, Clients
from console.live_ring import Place, Told
from contracts.access import SCOPES_OF, Principal, Role
from contracts.configuration import Configuration
from contracts.live import LiveEntry, LiveKind
from contracts.queues import Team
from tests.parts import NOW, Fields, account, people, queue

K = LiveKind


def belonging() -> Belonging:
    """`ann` belongs to the account, `ben` and (by a team) `cai` to the queue, `dan` to nothing."""
    agents = people("ann", "ben", "cai", "dan")[1:]
    return Belonging(
        Configuration.model_validate(
            {
                "accounts": {"shop": account(agents=("ann",))},
                "queues": {"sales": queue(agents=("ben",), teams=("night",))},
                "teams": {"night": Team(id="night", name="Night", agents=("cai",))},
                "agents": {agent.id: agent for agent in agents},
            }
        )
    )


def entry(kind: LiveKind, **fields: Fields) -> LiveEntry:
    return LiveEntry(kind=kind, id="x", at=NOW, **fields)


@pytest.mark.parametrize(
    ("change", "agents"),
    [
        (entry(K.MESSAGE, account_id="shop"), {"ann"}),
        (entry(K.MESSAGE, account_id="shop", queues=("sales",)), {"ann", "ben", "cai"}),
        (entry(K.INTERACTION, account_id="shop", agents=("dan",)), {"ann", "dan"}),
        (entry(K.INTERACTION, account_id="deleted", queues=("deleted",)), set()),
        (entry(K.INTERACTION), set()),
        (entry(K.AGENT_QUEUE, account_id="shop", agent_id="ben", queues=("sales",)), {"ben"}),
        (entry(K.AGENT_QUEUE, account_id="shop"), set()),
        (entry(K.AGENT, agent_id="dan"), {"dan"}),
        (entry(K.CONFIGURATION), None),
        (entry(K.RESET), None),
    ],
)
def test_agents_are_told_of_what_is_theirs_or_their_accounts_or_their_queues(
    change: LiveEntry, agents: set[str] | None
) -> None:
    assert belonging().agents_for(change) == agents


def client(role: Role, agent_id: str | None = None) -> Client:
    return Client(Principal(id="u", name="U", role=role, agent_id=agent_id, scopes=SCOPES_OF[role]))


def test_supervisors_and_admins_see_everything_and_an_agent_who_is_nobody_only_what_all_do() -> None:
    clients = Clients()
    boss, admin, ann, nobody = (
        client(Role.SUPERVISOR),
        client(Role.ADMIN, "ann"),
        client(Role.AGENT, "ann"),
        client(Role.AGENT),
    )
    for one in (boss, admin, ann, nobody):
        clients.add(one)
    assert set(clients.who_see(frozenset({"ann"}))) == {boss, admin, ann}
    assert set(clients.who_see(frozenset({"ben"}))) == {boss, admin}
    assert set(clients.who_see(frozenset())) == {boss, admin}
    assert set(clients.who_see(None)) == {boss, admin, ann, nobody}
    clients.remove(ann)
    assert set(clients.who_see(frozenset({"ann"}))) == {boss, admin}
    assert len(clients) == 3


def told(number: int, kind: LiveKind = K.MESSAGE) -> Told:
    return Told(Place(number, 0), entry(kind), str(number).encode())


async def test_what_waits_is_handed_over_once_and_in_order() -> None:
    one = client(Role.ADMIN)
    for number in range(3):
        one.tell(told(number))
    await one.wait(10)
    batch = one.take(Place(2, 0))
    assert (batch.frames, batch.reset, batch.place) == ((b"0", b"1", b"2"), False, Place(2, 0))
    assert one.take(Place(2, 0)).frames == ()


async def test_a_client_that_takes_nothing_holds_a_bounded_number_and_is_reset() -> None:
    one = client(Role.ADMIN)
    assert not any(one.tell(told(number)) for number in range(MOST_WAITING))
    assert one.tell(told(MOST_WAITING))
    assert not any(one.tell(told(number)) for number in range(5 * MOST_WAITING))
    batch = one.take(Place(9, 0))
    assert (batch.frames, batch.reset) == ((), True)
    one.tell(told(1))
    assert one.take(Place(9, 0)).frames == (b"1",)


async def test_a_reset_takes_the_place_of_what_waits_before_and_after_it() -> None:
    one = client(Role.ADMIN)
    one.tell(told(1))
    one.tell(told(2, K.RESET))
    one.tell(told(3))
    batch = one.take(Place(3, 0))
    assert (batch.frames, batch.reset) == ((), True)
