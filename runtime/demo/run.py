"""Runs the demonstration against a stack: configures, has customers write and agents answer, and checks."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from contracts.commands import agent_target, queue_target
from contracts.errors import SwitchboardError
from runtime.demo import sample
from runtime.demo.office import Office
from runtime.demo.pacing import AT_ONCE, Progress, settled, side_by_side
from runtime.demo.people import SignIn, sample_people
from runtime.demo.report import Account, Landing, landing, where
from runtime.demo.traffic import Conversation, conversations
from runtime.demo.verify import answer_faults, faults
from runtime.embedded.stack_file import StackInfo
from runtime.sandbox.client import SandboxClient
from runtime.sandbox.customers import Said
from runtime.sandbox.phones import Phone
from runtime.sandbox.seam import PlayedNumber
from runtime.store.client import Store
from runtime.store.evidence import Evidence, EvidenceStore

ATTEMPTS = 60
RETRY_S = 0.25
SETTLE_S = 60.0
HALF = 0.5
MOST_ANSWERED = 500
"""Conversations in which an agent answers: the sandbox's phones hold only so much."""
ANSWERS = ("Good day, {name} here. How can I help?", "We have seen to it, {name}.")

Found = dict[str, Evidence]


class Demonstration:
    """One run. The database is read to check, never written.

    Raises:
        SwitchboardError: the stack runs without the sandbox.
    """

    def __init__(self, stack: StackInfo, database: str, seed: int | None = None) -> None:
        if stack.sandbox_url is None:
            raise SwitchboardError("the demonstration needs the sandbox: start the stack without --no-sandbox")
        self._gateway_url, self._sandbox_url = stack.gateway_url, stack.sandbox_url
        self._store = Store(SecretStr(stack.mongo_url), database)
        self._chance = random.Random(seed)  # noqa: S311 - which messages come twice is no secret
        self._accounts = sample.sample_accounts(self._gateway_url, self._sandbox_url)
        self._office = Office(stack)
        self._sandbox = SandboxClient(self._sandbox_url, AT_ONCE)
        self.conversations: list[Conversation] = []

    async def close(self) -> None:
        """Close all connections."""
        await self._office.close()
        await self._sandbox.close()
        await self._store.stop()

    # --- what there is

    async def configure(self) -> None:
        """Bring the sample configuration in, and the agents to work; wait until the gateway knows of it.

        Raises:
            SwitchboardError: the API refuses something, or the sandbox does.
        """
        for kind, value in sample.resources():
            await self._office.put(kind, value)
        for whitelist, rules in sample.RULES.items():
            await self._office.add_rules(whitelist, rules)
        numbers = [await self._number(account) for account in self._accounts]
        await self._sandbox.put_numbers(numbers)
        for agent in sample.AVAILABLE:
            await self._office.come_to_work(agent)
        await self._known(numbers[-1])

    async def sign_up(self) -> list[SignIn]:
        """Have the sample people be able to sign in; with which passwords, nobody is told again."""
        return await sample_people(self._office)

    async def _number(self, account: sample.SampleAccount) -> PlayedNumber:
        shown = await self._office.put("accounts", account.input)
        return account.number(shown["webhook_url"], self._sandbox_url)

    async def _known(self, number: PlayedNumber) -> None:
        """Ask for Meta's handshake with the account that was written last until its new verify token is taken."""
        token = number.credentials["verify_token"]
        query = {"hub.mode": "subscribe", "hub.challenge": "hello", "hub.verify_token": token}
        url = f"{self._gateway_url}{urlsplit(number.webhook_url).path}"
        async with httpx.AsyncClient(timeout=30, trust_env=False) as door:
            for _ in range(ATTEMPTS):
                if (await door.get(url, params=query)).text == "hello":
                    return
                await asyncio.sleep(RETRY_S)
        raise SwitchboardError("the gateway did not take over the sample configuration")

    # --- customers write

    async def send(self, messages: int, progress: Progress) -> Account:
        """Have customers send so many messages, each customer's in order, some of them delivered twice."""
        self.conversations = conversations(self._accounts, messages, self._chance)
        account = Account(messages=messages, conversations=len(self.conversations))
        started, sent = time.perf_counter(), 0

        async def write(one: Conversation) -> None:
            nonlocal sent
            await self._write(one, account)
            sent += len(one.messages)
            progress("sent", sent, messages)

        await side_by_side(self.conversations, write, _nobody)
        await self._late_repeats(account)
        account.seconds = round(time.perf_counter() - started, 2)
        return account

    async def _write(self, one: Conversation, account: Account) -> None:
        for place in range(len(one.messages)):
            twice = place in one.repeated and self._chance.random() < HALF
            account.repeated += twice
            message_id = await self._say(one, one.said(place), account, repeat=int(twice))
            if message_id is not None:
                one.accepted.append(message_id)

    async def _late_repeats(self, account: Account) -> None:
        complete = [one for one in self.conversations if len(one.accepted) == len(one.messages)]
        late = [(one, one.said(place, one.accepted[place])) for one in complete for place in one.repeated]
        self._chance.shuffle(late)
        account.repeated += len(late)

        async def again(what: tuple[Conversation, Said]) -> None:
            await self._say(*what, account)

        await side_by_side(late, again, _nobody)

    async def _say(self, one: Conversation, said: Said, account: Account, repeat: int = 0) -> str | None:
        """Have a customer say something; the id that it got, None when the gateway did not take it."""
        (told,) = await self._sandbox.say(one.account.key, [said], repeat=repeat)
        account.refused_requests += told.refused
        return told.id if told.accepted else None

    async def verify(self, account: Account, progress: Progress, settle_s: float = SETTLE_S) -> Found:
        """Wait until everything is where it must be, or until it no longer gets better; fills in the account."""
        members, count = _members(), len(self.conversations)

        async def look() -> tuple[Found, list[str]]:
            found = await self.evidence()
            return found, [fault for one in self.conversations for fault in faults(one, found[one.key], members)]

        limit_s = settle_s + account.messages / 200
        found, wrong = await settled(look, limit_s, lambda bad: progress("in place", count - bad, count))
        unsent = [one.key for one in self.conversations if len(one.accepted) != len(one.messages)]
        account.faults = wrong + [f"{key}: not every message was accepted" for key in unsent]
        account.landed = dict(Counter(where(found[one.key]) for one in self.conversations))
        return found

    # --- agents answer

    async def answer(self, account: Account, found: Found, progress: Progress) -> None:
        """Have the agents take what they are offered, and write to the customers."""
        offered = [one for one in self.conversations if _is_offered(found[one.key])][:MOST_ANSWERED]

        async def attend(one: Conversation) -> None:
            interaction = found[one.key].interactions[0]
            agent = min(interaction.offered_to)
            await self._office.accept(agent, interaction.id)
            for words in ANSWERS:
                answer = words.format(name=sample.name_of(agent))
                await self._office.answer(agent, interaction.id, answer)
                one.answers.append(answer)

        await side_by_side(offered, attend, lambda done: progress("answered", done, len(offered)))
        account.answered = len(offered)
        account.answers = sum(len(one.answers) for one in offered)

    async def verify_answers(self, account: Account, progress: Progress, settle_s: float = SETTLE_S) -> Found:
        """Wait until every answer is on the right phone and read, or until it no longer gets better."""
        count = len(self.conversations)

        async def look() -> tuple[Found, list[str]]:
            found, phones = await self.evidence(), await self._phones()
            seen = ((one, found[one.key], phones.get(one.key)) for one in self.conversations)
            return found, [fault for one in seen for fault in answer_faults(*one)]

        limit_s = settle_s + account.answers / 20
        found, wrong = await settled(look, limit_s, lambda bad: progress("read by customers", count - bad, count))
        account.faults += wrong
        sent = (message.state for evidence in found.values() for message in evidence.outbound)
        account.answer_states = dict(Counter(str(state) for state in sent))
        return found

    async def _phones(self) -> dict[str, Phone]:
        """What the customers' phones show, by conversation."""
        keys = {(one.account.key, one.contact): one.key for one in self.conversations}
        shown = {(phone.account, phone.contact): phone for phone in await self._sandbox.phones()}
        return {key: shown[place] for place, key in keys.items() if place in shown}

    # --- what came of it

    async def evidence(self) -> Found:
        """What is stored about the run's conversations."""
        wanted = [(one.key, one.account.id, one.contact) for one in self.conversations]
        return await EvidenceStore(self._store).of(wanted)

    async def landings(self, found: Found, most: int) -> list[Landing]:
        """The first conversations of the run, for a table."""
        return [await self._landing(one, found[one.key]) for one in self.conversations[:most]]

    async def _landing(self, one: Conversation, evidence: Evidence) -> Landing:
        walks = [walk for interaction in evidence.interactions for walk in await self._office.walks(interaction.id)]
        return landing(one, evidence, walks)


def _members() -> Callable[[str], frozenset[str]]:
    by_target = {queue_target(queue["id"]): frozenset(queue["agents"]) for queue in sample.QUEUES}
    by_target |= {agent_target(agent["id"]): frozenset({agent["id"]}) for agent in sample.AGENTS}
    return lambda target: by_target.get(target, frozenset())


def _is_offered(evidence: Evidence) -> bool:
    return any(interaction.offered_to for interaction in evidence.interactions)


def _nobody(_done: int) -> None:
    """Nobody hears of it."""
