"""What an agent's screen needs to know beside the conversations: accounts, colleagues, queues, pauses, answers.

It is a part of the configuration without anything that is not for agents, and the same for everybody but for the
accounts: an agent is told of their own, and of those of what they have in front of them.
"""

from collections.abc import Collection, Iterator
from typing import Any

from console.access_sight import Eyes
from console.dependencies import ConsoleDependencies
from contracts.access import READING
from contracts.accounts import Account, CannedAnswer, Notification
from contracts.base import Value
from contracts.configuration import Configuration
from contracts.desk import DispositionScope
from contracts.queues import AgentState, Presence
from runtime.http import Call, Nothing, Route


class DeskAccount(Value):
    """An account as agents know it. `starts`: the caller may write first with it, and pick up what nobody accepted.

    `disposition_required` and the like are the switches that decide what the screen offers; the API decides again.
    """

    id: str
    key: str
    name: str
    type: str
    phone: str
    list_id: str
    notification: Notification
    transfers: bool
    disposition_required: bool
    ai: bool
    video: bool
    recontact_template: str
    answers: tuple[CannedAnswer, ...]
    starts: bool


class Colleague(Value):
    """Somebody to whom an interaction may be given, and what they are doing now."""

    id: str
    name: str
    state: AgentState
    pause: str = ""


class Named(Value):
    """A thing with a name."""

    id: str
    name: str


class DeskDisposition(Value):
    """How an interaction may end, and where that may be said."""

    levels: tuple[str, ...]
    scope: DispositionScope
    scope_id: str | None = None


class Desk(Value):
    """What an agent's screen needs to know."""

    accounts: tuple[DeskAccount, ...]
    agents: tuple[Colleague, ...]
    queues: tuple[Named, ...]
    pauses: tuple[Named, ...]
    answers: tuple[CannedAnswer, ...]
    dispositions: tuple[DeskDisposition, ...]


class DeskApi:
    """The operation that reads the desk."""

    def __init__(self, dependencies: ConsoleDependencies) -> None:
        self._cache = dependencies.configuration_cache
        self._presence = dependencies.presence
        self._eyes = Eyes(dependencies)

    async def read(self, call: Call[Nothing, Nothing]) -> Desk:
        """Everything at once, for it is small and changes seldom."""
        configuration = self._cache.current
        accounts = await self._eyes.accounts(call.principal)
        presences = await self._presence.of(list(configuration.agents))
        return Desk(
            accounts=tuple(_accounts(configuration, accounts, call.principal.agent_id)),
            agents=tuple(_colleagues(configuration, presences)),
            queues=tuple(_named(configuration.queues.values())),
            pauses=tuple(_named(configuration.pauses.values())),
            answers=tuple(
                CannedAnswer(key=one.key, text=one.text)
                for one in sorted(configuration.canned_answers.values(), key=lambda one: one.key)
            ),
            dispositions=tuple(
                DeskDisposition(levels=one.levels, scope=one.scope, scope_id=one.scope_id)
                for one in sorted(configuration.dispositions.values(), key=lambda one: one.path)
            ),
        )


def _accounts(
    configuration: Configuration, wanted: Collection[str] | None, agent_id: str | None
) -> Iterator[DeskAccount]:
    for account in sorted(configuration.accounts.values(), key=lambda one: one.name.lower()):
        if wanted is None or account.id in wanted:
            yield _account(account, starts=agent_id is not None and agent_id in account.agents)


def _account(account: Account, *, starts: bool) -> DeskAccount:
    return DeskAccount(
        id=account.id,
        key=account.key,
        name=account.name,
        type=account.type,
        phone=account.phone,
        list_id=account.list_id,
        notification=account.notification,
        transfers=account.transfer.enabled,
        disposition_required=account.mandatory_disposition.enabled,
        ai=account.ai.enabled,
        video=account.video.enabled,
        recontact_template=account.recontact_template,
        answers=account.canned_answers,
        starts=starts,
    )


def _colleagues(configuration: Configuration, presences: dict[str, Presence]) -> Iterator[Colleague]:
    for agent in sorted(configuration.agents.values(), key=lambda one: one.name.lower()):
        presence = presences[agent.id]
        yield Colleague(id=agent.id, name=agent.name, state=presence.state, pause=presence.pause)


def _named(values: Collection[Any]) -> Iterator[Named]:
    for value in sorted(values, key=lambda one: one.name.lower()):
        yield Named(id=value.id, name=value.name)


def desk_routes(dependencies: ConsoleDependencies) -> Iterator[Route[Any, Any]]:
    """The route of the desk."""
    yield Route(
        method="GET",
        path="/api/desk",
        handler=DeskApi(dependencies).read,
        summary="Read what an agent's screen needs to know",
        tag="agents at work",
        response=Desk,
        access=READING,
    )
