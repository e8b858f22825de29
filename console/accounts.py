"""Accounts as a resource: credentials go in as one object, and secrets never come out."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from console.access_sight import Eyes
from console.checks import Filled, account_warnings, admitting, check_account
from console.integrations import INTEGRATION_INPUTS, integration_keys, integration_settings, without_keys
from console.kinds import NEW_ID, WARNINGS
from console.resources import Resource
from console.uses import release_accounts
from contracts.access import READING, Principal, Role
from contracts.accounts import Account
from contracts.base import Count, Value
from contracts.configuration import Configuration
from contracts.errors import Conflict
from gateway.registry import check_credentials, credential_form, manifests, webhook_path
from runtime.store.configuration import Draft

_SETTINGS: Mapping[str, Any] = {
    name: (field.annotation, field)
    for name, field in Account.model_fields.items()
    if name not in {"id", "credentials", "secrets", "revision"}
}


class _Base(Value):
    # A fault in an account must never print what was put in, for that may be a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


_INPUT: Mapping[str, Any] = {
    "id": NEW_ID,
    **_SETTINGS,
    **INTEGRATION_INPUTS,
    "credentials": (
        dict[str, str],
        Field(
            default_factory=dict,
            description="The fields of the type, as /api/providers lists them. A secret that is left out stays as it "
            "is, unless the type changes; an optional one that is empty is taken away.",
        ),
    ),
    "revision": (
        Count | None,
        Field(None, description="The revision that was read; when the account has another one by now, 409."),
    ),
}
_VIEW: Mapping[str, Any] = {
    "id": (str, ...),
    **_SETTINGS,
    "credentials": (dict[str, str], Field(description="The public ones.")),
    "secrets_set": (tuple[str, ...], Field(description="Names of the secrets that are stored.")),
    "made_up": (
        dict[str, str],
        Field(description="Secrets that we have just made up, shown this once: they are pasted at the provider."),
    ),
    "webhook_url": (str, Field(description="What is pasted at the provider.")),
    "revision": (Count, ...),
    "warnings": WARNINGS,
}
AccountInput = create_model("AccountInput", __base__=_Base, **_INPUT)
AccountView = create_model("AccountView", __base__=_Base, **_VIEW)


def build_account(body: BaseModel, account_id: str, stored: Account | None, draft: Draft) -> Account:
    """The account that an input makes; what it does not say of the secrets is taken from the stored one.

    Raises:
        Conflict: the stored one has another revision than the input says.
        ConfigurationFault: the credentials do not fit the type, or the key of an integration would go elsewhere.
    """
    fields = dict(body)
    type_, given, revision = fields["type"], fields.pop("credentials"), fields.pop("revision")
    if stored is not None and revision not in (None, stored.revision):
        raise Conflict(f"the account was changed meanwhile: it has revision {stored.revision}")
    kept = _kept(stored, type_, draft)
    # One that was made up is not made up anew by leaving it blank: nobody would be shown it.
    blank = {name for name in kept.keys() & _made_up(type_) if not given.get(name)}
    filled = {**kept, **{name: value for name, value in given.items() if name not in blank}}
    public, secrets = check_credentials(type_, filled)
    fields |= integration_settings(body)
    all_secrets = {**secrets, **integration_keys(body, stored, draft)}
    account = Account.model_validate({**fields, "id": account_id, "credentials": public, "secrets": all_secrets})
    return account.with_made_up(frozenset(name for name in secrets.keys() & _made_up(type_) if not filled.get(name)))


def _kept(stored: Account | None, type_: str, draft: Draft) -> dict[str, str]:
    if stored is None or stored.type != type_:
        return {}
    kept = without_keys(draft.secrets(stored.id))
    return {name: secret.get_secret_value() for name, secret in kept.items()}


def _made_up(type_: str) -> frozenset[str]:
    """The secrets that are made up for an account of this type when they are left out; none where there is no such."""
    form = credential_form(type_) if type_ in manifests() else ()
    return frozenset(field.name for field in form if field.secret and field.made_up)


def as_input(stored: Account, patch: Mapping[str, Any]) -> dict[str, Any]:
    """A stored account as its own input; without credentials when the patch changes the type."""
    document = stored.model_dump(mode="json", exclude={"id", "secrets", "revision"})
    if patch.get("type", stored.type) != stored.type:
        document["credentials"] = {}
    return document


def _revealed(account: Account, configuration: Configuration) -> Account:
    """The account with its secrets in the clear: one that was just written has them, one that was read has names only.

    Then they are those of the configuration in use, which follows a change within a second.
    """
    known = configuration.accounts.get(account.id)
    if known is None or any(secret.get_secret_value() for secret in account.secrets.values()):
        return account
    return account.model_copy(update={"secrets": known.secrets})


_NOT_FOR_SUPERVISORS: Mapping[str, Any] = {
    "credentials": {},
    "secrets_set": (),
    "made_up": {},
    "webhook_url": "",
    "proxy": None,
}
_NOT_FOR_AGENTS: Mapping[str, Any] = {
    **_NOT_FOR_SUPERVISORS,
    "actions": (),
    "whitelists": (),
    "refusal_text": "",
    "warnings": (),
    "domain": None,
}
_HIDDEN: Mapping[Role, Mapping[str, Any]] = {
    Role.ADMIN: {},
    Role.SUPERVISOR: _NOT_FOR_SUPERVISORS,
    Role.AGENT: _NOT_FOR_AGENTS,
}


def redacted(principal: Principal, shown: BaseModel) -> BaseModel:
    """An account without what is only an admin's: how it gets at its provider; for agents also how it is routed."""
    return shown.model_copy(update=_HIDDEN[principal.role])


def account_resource(public_url: str, webhook_hosts: frozenset[str]) -> Resource[Account]:
    """The resource.

    Args:
        public_url: where providers reach the accounts that have no domain of their own.
        webhook_hosts: the hosts that the routing action `Webhook` may call.
    """

    def show(account: Account, configuration: Configuration, filled: Filled) -> BaseModel:
        shown = {name: value for name, value in dict(account).items() if name != "secrets"}
        return AccountView.model_validate(
            {
                **shown,
                "secrets_set": sorted(account.secrets),
                "made_up": {name: account.secrets[name].get_secret_value() for name in sorted(account.made_up)},
                "webhook_url": (account.domain or public_url.rstrip("/"))
                + webhook_path(_revealed(account, configuration)),
                "warnings": account_warnings(account, configuration, filled),
            }
        )

    return Resource(
        name="accounts",
        label="account",
        model=Account,
        input=AccountInput,
        view=AccountView,
        build=build_account,
        as_input=as_input,
        check=partial(check_account, webhook_hosts=webhook_hosts),
        release=release_accounts,
        show=show,
        decided_by=admitting,
        searched=("name", "key", "phone", "description"),
        sortable=("name", "key", "phone", "type", "id"),
        read=READING,
        seen=Eyes.accounts,
        redacted=redacted,
    )
