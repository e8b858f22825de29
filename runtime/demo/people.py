"""People who sign in: those of the demonstration, with new passwords each time, and the first admin of a stack."""

import secrets
from dataclasses import dataclass
from typing import Any

from runtime.demo.office import Office
from runtime.demo.sample import AGENTS
from runtime.embedded.stack_file import StackInfo

PASSWORD_BYTES = 18
FIRST_ADMIN = "admin"
_OTHERS = (("demo-admin", "admin"), ("demo-supervisor", "supervisor"))


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody types to sign in."""

    name: str
    password: str
    role: str

    def line(self) -> str:
        """It as one line for a person."""
        return f"  {self.name:<16} {self.password:<26} {self.role}"


def new_password() -> str:
    """A password that nobody guesses."""
    return secrets.token_urlsafe(PASSWORD_BYTES)


async def sample_people(office: Office) -> list[SignIn]:
    """Have an admin, a supervisor and every sample agent be able to sign in; who could already gets a new password."""
    made = []
    for name, role in (*_OTHERS, *((str(agent["id"]), "agent") for agent in AGENTS)):
        one = SignIn(name, new_password(), role)
        as_agent: dict[str, Any] = {"agent_id": name} if role == "agent" else {}
        await office.put("users", {"id": name, "name": name, "role": role, "password": one.password, **as_agent})
        made.append(one)
    return made


async def first_admin(stack: StackInfo) -> SignIn | None:
    """An admin where there is no user yet; None where there is one."""
    office = Office(stack)
    try:
        if await office.any_of("users"):
            return None
        one = SignIn(FIRST_ADMIN, new_password(), "admin")
        await office.put("users", {"id": FIRST_ADMIN, "name": one.name, "role": one.role, "password": one.password})
    finally:
        await office.close()
    return one


def told(people: list[SignIn]) -> list[str]:
    """How people sign in, for the terminal. It is shown this once."""
    return ["Sign in to the console as (shown this once):", *(one.line() for one in people)]
