"""Who wrote: names, numbers and business-scoped user ids, as the `contacts` beside the messages give them."""

from typing import NamedTuple

from contracts.base import number_of
from gateway.providers.payload import contact_key, word


class Person(NamedTuple):
    """What a delivery says of one customer; every field may be empty."""

    name: str = ""
    wa_id: str = ""
    user_id: str = ""


class Identity(NamedTuple):
    """Who a message is from, in our words; `user_id` is None unless the number is known too."""

    contact_key: str
    user_id: str | None
    profile_name: str


People = dict[str, Person]
NOBODY = Person()


def people(contacts: object) -> People:
    """The customers by everything that Meta calls them. One that cannot be read costs no message its place."""
    found: People = {}
    for contact in contacts if isinstance(contacts, list) else ():
        if isinstance(contact, dict):
            person = Person(word(contact.get("profile"), "name"), word(contact, "wa_id"), word(contact, "user_id"))
            found.update((key, person) for key in (person.wa_id, person.user_id) if key)
    return found


def identity(sender: str, user_id: str, known: People) -> Identity:
    """Who wrote a message whose `from` and `from_user_id` are these; one of them may be empty.

    The number is the key whenever anything in the delivery gives it, so that a customer is one contact however Meta
    names them this time.
    """
    person = known.get(sender) or known.get(user_id) or NOBODY
    number = number_of(sender)
    scoped = user_id or (sender if number is None else "") or person.user_id
    number = number or number_of(person.wa_id)
    key = number or contact_key(sender or user_id)
    return Identity(key, scoped if number and scoped else None, person.name)
