"""What the audit log says of a change of the configuration."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from console.audit_entries import Auditor, discreet
from contracts.accounts import Account
from contracts.audit import AuditEntry
from runtime.http import Call
from runtime.store.configuration import Changes, Draft, Witness
from runtime.store.configuration_documents import Entity


def witness(auditor: Auditor, call: Call[Any, Any], kind: str) -> Witness:
    """Tells of what a call changes in one kind, which is a field of `Configuration`."""

    def told(draft: Draft, changes: Changes) -> Sequence[AuditEntry]:
        return list(_entries(auditor, call, kind, draft, changes))

    return told


def _entries(auditor: Auditor, call: Call[Any, Any], kind: str, draft: Draft, changes: Changes) -> Iterator[AuditEntry]:
    existing: Mapping[str, Entity] = getattr(draft.configuration, kind)
    for value in changes.put:
        before = existing.get(value.id)
        yield auditor.entry(
            call,
            "created" if before is None else "changed",
            kind.replace("_", "-"),
            value.id,
            before=None if before is None else _fields(before),
            after=_fields(value),
            secrets_changed=tuple(_other_secrets(draft, value)),
        )
    for _model, entity_id in changes.delete:
        yield auditor.entry(call, "deleted", kind.replace("_", "-"), entity_id, before=_fields(existing[entity_id]))


def _fields(value: Entity) -> Mapping[str, Any]:
    """All fields; of secrets their names alone."""
    fields = value.model_dump(mode="json", exclude={"id", "secrets"}, exclude_computed_fields=True)
    if isinstance(value, Account):
        fields["secrets"] = sorted(value.secrets)
    return {name: discreet(field) for name, field in fields.items()}


def _other_secrets(draft: Draft, value: Entity) -> Iterator[str]:
    if isinstance(value, Account):
        known = draft.secrets(value.id)
        for name in sorted({*known, *value.secrets}):
            if known.get(name) != value.secrets.get(name):
                yield name
