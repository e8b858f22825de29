"""Which providers there are, and the forms of their credentials."""

from collections.abc import Iterator
from typing import Any

from contracts.access import READING
from contracts.base import Value
from gateway.registry import CredentialField, credential_form, manifests
from runtime.http import Call, Nothing, Route


class ProviderView(Value):
    """A provider: the `type` of its accounts, and the fields of their credentials in the order of the form.

    `receives` is false for one whose accounts can be configured, but whose webhooks are not taken yet.
    """

    name: str
    label: str
    receives: bool
    fields: tuple[CredentialField, ...]


class Providers(Value):
    """All providers."""

    items: tuple[ProviderView, ...]


async def list_providers(_call: Call[Nothing, Nothing]) -> Providers:
    """All providers, by name."""
    found = sorted(manifests().values(), key=lambda manifest: manifest.name)
    return Providers(
        items=tuple(
            ProviderView(name=m.name, label=m.label, receives=m.receives, fields=credential_form(m.name)) for m in found
        )
    )


def provider_routes() -> Iterator[Route[Any, Any]]:
    """The route of providers."""
    yield Route(
        method="GET",
        path="/api/providers",
        handler=list_providers,
        access=READING,
        summary="List the providers and their credential forms",
        tag="providers",
        response=Providers,
    )
