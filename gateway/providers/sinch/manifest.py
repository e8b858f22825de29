"""What Sinch is, and the credentials of an account there."""

from typing import Annotated

from pydantic import Field, SecretStr

from contracts.accounts import BaseUrl
from gateway.providers.seam import Credentials, Manifest

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
Secret = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class SinchCredentials(Credentials):
    """The form. The webhook secret is chosen when the webhook is registered, and is not the key secret."""

    base_url: Annotated[
        BaseUrl, Field(title="Base URL", description="a URL such as https://eu.conversation.api.sinch.com")
    ]
    project_id: Annotated[str, Field(title="Project id", description="a UUID", pattern=UUID)]
    app_id: Annotated[
        str, Field(title="App id", description="1 to 64 letters and digits", pattern=r"^[0-9A-Za-z]{1,64}$")
    ]
    key_id: Annotated[
        str, Field(title="Key id", description="1 to 64 letters, digits and hyphens", pattern=r"^[0-9A-Za-z-]{1,64}$")
    ]
    key_secret: Annotated[Secret, Field(title="Key secret", description="1 to 1000 characters")]
    webhook_secret: Annotated[Secret, Field(title="Webhook secret", description="1 to 1000 characters")]


MANIFEST = Manifest(name="sinch", label="Sinch V2", credentials=SinchCredentials, receives=False)
