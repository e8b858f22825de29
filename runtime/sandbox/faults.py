"""What is to go wrong at the played providers: which way, for whom, and how often."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Value, new_id
from runtime.sandbox.phones import contact_of
from runtime.sandbox.seam import PlayedNumber


class FaultMode(StrEnum):
    """The ways in which a call, or the statuses of what was accepted, can go wrong.

    `rate_limited`: 429, not accepted. `server_error`: 500 or another such status, not accepted. `slow`: accepted at
    once, answered late. `cut_after`, `cut_before`: the connection is closed without an answer, after the message was
    accepted or before. `statuses_early`: they are told before the call is answered. `statuses_failed`: sent, and then
    failed.
    """

    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    SLOW = "slow"
    CUT_AFTER = "cut_after"
    CUT_BEFORE = "cut_before"
    STATUSES_REVERSED = "statuses_reversed"
    STATUSES_REPEATED = "statuses_repeated"
    STATUSES_EARLY = "statuses_early"
    STATUSES_NONE = "statuses_none"
    STATUSES_FAILED = "statuses_failed"


OF_STATUSES = frozenset(mode for mode in FaultMode if mode.startswith("statuses_"))


class FaultInput(Value):
    """A fault for the next so many `times`, for everybody or for one provider, account (its key) or contact.

    `calls`: only those that would put something before a customer, or all that are authorised. `retry_after_s` goes
    with `rate_limited` and `server_error`, `status` with the latter, `delay_s` with `slow`, `code` (the provider's)
    with `statuses_failed`.
    """

    mode: FaultMode
    provider: str | None = None
    account: str | None = None
    contact: str | None = None
    times: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    calls: Literal["sends", "all"] = "sends"
    retry_after_s: Annotated[int, Field(ge=0, le=3600)] | None = None
    status: Annotated[int, Field(ge=500, le=599)] = 500
    delay_s: Annotated[float, Field(ge=0, le=3600)] = 30
    code: str | None = None


class Fault(FaultInput):
    """A fault that is still to happen `times` times."""

    id: str


class Faults:
    """The faults that are to happen, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def add(self, wanted: FaultInput) -> Fault:
        """Have something go wrong."""
        fault = Fault(id=new_id(), **wanted.model_dump())
        self._faults[fault.id] = fault
        return fault

    def all(self) -> tuple[Fault, ...]:
        """What is still to happen."""
        return tuple(self._faults.values())

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    def of_call(self, number: PlayedNumber, contacts: tuple[str, ...]) -> Fault | None:
        """How a call goes wrong, which counts as one time; `contacts` are those before whom it would put something."""
        return self._take(number, contacts, of_statuses=False)

    def of_statuses(self, number: PlayedNumber, contact: str) -> Fault | None:
        """How the statuses of an accepted message go wrong, which counts as one time."""
        return self._take(number, (contact,), of_statuses=True)

    def _take(self, number: PlayedNumber, contacts: tuple[str, ...], *, of_statuses: bool) -> Fault | None:
        for fault in self._faults.values():
            if (fault.mode in OF_STATUSES) is of_statuses and _concerns(fault, number, contacts):
                self._count(fault)
                return fault
        return None

    def _count(self, fault: Fault) -> None:
        if fault.times == 1:
            del self._faults[fault.id]
        else:
            self._faults[fault.id] = fault.model_copy(update={"times": fault.times - 1})


def _concerns(fault: Fault, number: PlayedNumber, contacts: tuple[str, ...]) -> bool:
    return (
        fault.provider in {None, number.provider}
        and fault.account in {None, number.account_key}
        and (fault.contact is None or contact_of(fault.contact) in map(contact_of, contacts))
        and (fault.calls == "all" or bool(contacts))
    )
