"""A proposed configuration: a JSON merge patch (RFC 7396) laid over the one in use, by kind and id.

`{"accounts": {"shop": {"actions": [...]}}, "queues": {"night": {"name": "Night"}, "old": null}}` changes one account,
makes a queue and takes another away. Accounts may be named by their key as well. Credentials and secrets have no place
in it.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from contracts.accounts import Account
from contracts.base import Value
from contracts.configuration import Configuration
from contracts.errors import ConfigurationFault
from runtime.store.configuration_documents import MODELS

FORBIDDEN = ("credentials", "secrets", "id", "revision", "rules_key")


def proposed(current: Configuration, patch: Mapping[str, Any]) -> Configuration:
    """The configuration as it would be. It has the same version, for nobody has saved it.

    Raises:
        ConfigurationFault: the patch names what there is not, or makes a value that breaks a rule.
    """
    kinds = {name: _kind(name, current, changes) for name, changes in patch.items()}
    fields = {name: getattr(current, name) for name in Configuration.model_fields}
    return Configuration.model_validate({**fields, **kinds})


def _kind(name: str, current: Configuration, changes: object) -> dict[str, Any]:
    if name not in MODELS:
        raise ConfigurationFault(name, f"is not a kind of configuration: {', '.join(MODELS)}")
    if not isinstance(changes, Mapping):
        raise ConfigurationFault(name, "must be an object: what changes, by id")
    values = dict(getattr(current, name))
    for given, change in changes.items():
        value_id = _id(name, given, current)
        if change is None:
            values.pop(value_id, None)
        else:
            values[value_id] = _changed(f"{name}.{given}", MODELS[name], value_id, values.get(value_id), change)
    return values


def _id(name: str, given: str, current: Configuration) -> str:
    if name != "accounts" or given in current.accounts:
        return given
    account = current.accounts_by_key.get(given.lower())
    return account.id if account is not None else given


def _changed(where: str, model: type[Value], value_id: str, value: Value | None, change: object) -> Value:
    if not isinstance(change, Mapping):
        raise ConfigurationFault(where, "must be an object, or null to take it away")
    if refused := [name for name in FORBIDDEN if name in change]:
        raise ConfigurationFault(f"{where}.{refused[0]}", "has no place in a proposed configuration")
    kept = {"secrets", "credentials"} if model is Account else set()
    fields = value.model_dump(mode="json", exclude=kept) if value is not None else {}
    try:
        made = model.model_validate({**merged(fields, change), "id": value_id})
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise ConfigurationFault(".".join([where, *map(str, fault["loc"])]), fault["msg"]) from error
    secret = {name: getattr(value, name) for name in kept} if value is not None else {}
    return made.model_copy(update=secret)


def merged(value: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with a merge patch laid over it: null takes a member away."""
    result = {name: member for name, member in value.items() if name not in patch or patch[name] is not None}
    for name, change in patch.items():
        if isinstance(change, Mapping):
            member = result.get(name)
            result[name] = merged(member if isinstance(member, Mapping) else {}, change)
        elif change is not None:
            result[name] = change
    return result
