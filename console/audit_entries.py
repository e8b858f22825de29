"""Entries of the audit log, made of the call that changes something: who, what, from where, and never a secret."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from console.access_parts import AccessParts
from contracts.audit import AuditEntry
from contracts.base import new_id
from runtime.clock import Clock
from runtime.http import Call

Fields = Mapping[str, Any]
Json = Any
"""A field as JSON has it."""
REMOVED = "***"


class Auditor:
    """Makes entries of calls."""

    def __init__(self, access: AccessParts, clock: Clock) -> None:
        self._access = access
        self._clock = clock

    def entry(
        self,
        call: Call[Any, Any],
        action: str,
        kind: str,
        subject: str,
        *,
        before: Fields | None = None,
        after: Fields | None = None,
        secrets_changed: tuple[str, ...] = (),
    ) -> AuditEntry:
        """What a call does to one subject; of what was there before and after, only what differs is kept."""
        label = next((str(fields["name"]) for fields in (after, before) if fields and "name" in fields), "")
        gone, come = difference(before, after)
        return AuditEntry(
            id=new_id(),
            at=self._clock(),
            actor_id=call.principal.id,
            actor=call.principal.name,
            role=call.principal.role,
            address=self._access.origins.address(call.request),
            action=action,
            kind=kind,
            subject=subject,
            label=label,
            before=gone,
            after=come,
            secrets_changed=secrets_changed,
            correlation_id=call.correlation_id,
        )

    async def record(
        self, call: Call[Any, Any], action: str, kind: str, subject: str, after: Fields | None = None
    ) -> None:
        """Record what a call has done."""
        await self._access.audit.add(self.entry(call, action, kind, subject, after=after))


def difference(before: Fields | None, after: Fields | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The fields in which two differ; all of them, where there is but one."""
    if before is None or after is None:
        return (None if before is None else dict(before)), (None if after is None else dict(after))
    differ = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in differ if name in before},
        {name: after[name] for name in differ if name in after},
    )


def discreet(value: Json) -> Json:
    """A value without what URLs in it may keep secret: passwords, and what follows a question mark."""
    if isinstance(value, dict):
        return {name: discreet(part) for name, part in value.items()}
    if isinstance(value, list):
        return [discreet(part) for part in value]
    return _discreet_url(value) if isinstance(value, str) and "://" in value else value


def _discreet_url(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return REMOVED
    _, at, host = parts.netloc.rpartition("@")
    netloc = f"{REMOVED}@{host}" if at else host
    query = REMOVED if parts.query else ""
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))
