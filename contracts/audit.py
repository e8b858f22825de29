"""The record of what people changed: who, what, when, and from where; never a secret."""

from typing import Any

from contracts.access import Role
from contracts.base import Instant, Value


class AuditEntry(Value):
    """One change. `kind` is what was changed, as in the API's paths, `subject` its id and `label` its name then.

    `before` and `after` hold the fields that differ; of what was created or deleted, all of them. Of secrets they say
    which there are (`secrets`), and `secrets_changed` which of them are others now.
    """

    id: str
    at: Instant
    actor_id: str
    actor: str
    role: Role
    address: str = ""
    action: str
    kind: str
    subject: str
    label: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    secrets_changed: tuple[str, ...] = ()
    correlation_id: str
