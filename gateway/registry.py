"""Which providers there are. A provider is a folder in `gateway/providers`; nothing registers itself anywhere.

This is the one module of the gateway that the console may import: for the credential forms and their checks.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

import gateway.providers
from contracts.accounts import Account
from contracts.base import Value
from contracts.errors import ConfigurationFault
from gateway.providers.delivery import HoldsTemplates
from gateway.providers.seam import Manifest, Provider, SecretUrl


class CredentialField(Value):
    """One line of a credential form. `rule` completes the sentence "must be ..."; a secret is never shown again.

    A secret that is `made_up` when it is left out must be shown once to whoever saved the form: they need it elsewhere.
    """

    name: str
    label: str
    rule: str
    secret: bool
    required: bool
    made_up: bool = False


@cache
def manifests() -> Mapping[str, Manifest]:
    """All providers by name, those included whose webhooks are not taken yet."""
    found = (import_module(f"{folder}.manifest").MANIFEST for folder in _folders())
    return MappingProxyType({manifest.name: manifest for manifest in found})


@cache
def providers() -> Mapping[str, Provider]:
    """The providers that receive, by name."""
    names = {name for name, manifest in manifests().items() if manifest.receives}
    folders = (folder for folder in _folders() if folder.rpartition(".")[2] in names)
    found = (import_module(f"{folder}.provider").PROVIDER for folder in folders)
    return MappingProxyType({provider.manifest.name: provider for provider in found})


def holds_templates(provider: str) -> bool:
    """Whether a provider's templates can be read, so that those of an account are known."""
    return isinstance(providers().get(provider), HoldsTemplates)


def _folders() -> Iterator[str]:
    packages = pkgutil.iter_modules(gateway.providers.__path__, prefix="gateway.providers.")
    return (module.name for module in packages if module.ispkg)


def credential_form(provider: str) -> tuple[CredentialField, ...]:
    """The lines of a provider's credential form, in their order.

    Raises:
        ConfigurationFault: there is no such provider.
    """
    return tuple(_line(name, field) for name, field in _manifest(provider).credentials.model_fields.items())


def _line(name: str, field: FieldInfo) -> CredentialField:
    return CredentialField(
        name=name,
        label=field.title or name,
        rule=field.description or "",
        secret=_is_secret(field.annotation),
        required=field.is_required(),
        made_up=field.default_factory is not None,
    )


def _is_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))


def check_credentials(provider: str, values: Mapping[str, object]) -> tuple[dict[str, str], dict[str, SecretStr]]:
    """The public and the secret credentials of a filled form. A blank optional field counts as left out.

    Raises:
        ConfigurationFault: there is no such provider, or a field breaks its rule. It never holds a value.
    """
    model = _manifest(provider).credentials
    optional = {name for name, field in model.model_fields.items() if not field.is_required()}
    given = {name: value for name, value in values.items() if not (name in optional and _is_blank(value))}
    try:
        checked = dict(model.model_validate(given))
    except ValidationError as error:
        raise _refusal(error, model.model_fields) from None
    public = {name: value for name, value in checked.items() if isinstance(value, str)}
    return public, {name: value for name, value in checked.items() if isinstance(value, SecretStr)}


def _is_blank(value: object) -> bool:
    return value is None or value == ""


def _refusal(error: ValidationError, fields: Mapping[str, FieldInfo]) -> ConfigurationFault:
    """The first fault, in our words: a validator's own may quote what was typed."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = str(first["loc"][0])
    if name not in fields:
        return ConfigurationFault(f"credentials.{name}", "is not a field of this provider")
    if first["type"] == "missing":
        return ConfigurationFault(f"credentials.{name}", "is required")
    return ConfigurationFault(f"credentials.{name}", f"must be {fields[name].description}")


def webhook_path(account: Account) -> str:
    """The path of an account's webhook URL, with the secret part that its provider may want. `account` has its secrets
    in the clear."""
    provider = providers().get(account.type)
    query = provider.callback_query(account) if isinstance(provider, SecretUrl) else ""
    return f"{account.webhook_path}?{query}" if query else account.webhook_path


def _manifest(provider: str) -> Manifest:
    manifest = manifests().get(provider)
    if manifest is None:
        raise ConfigurationFault("type", f"must be one of {', '.join(sorted(manifests()))}")
    return manifest
