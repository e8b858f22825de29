"""What Sinch is, and the credentials of an account there."""

from typing import Annotated

from pydantic import Field, SecretStr

from contracts.accounts import BaseUrl
from gateway.providers.seam import Credentials, Manifest

UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
Secret = Annotated[SecretStr, Field(min_length=1, max_length=1000)]

AUTH_URL = "https://auth.sinch.com"
PROVISIONING_URL = "https://provisioning.api.sinch.com"
MAX_AGE_HOURS = "48"
"""Where the form leaves these fields blank. Sinch's sister APIs try a webhook for 46 hours, and whether a later try is
signed with a new timestamp is not known."""


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
    webhook_secret_previous: Annotated[
        Secret | None, Field(title="Webhook secret before its change", description="1 to 1000 characters")
    ] = None
    auth_url: Annotated[
        BaseUrl | None, Field(title="Authentication URL", description=f"a URL; blank for {AUTH_URL}")
    ] = None
    provisioning_url: Annotated[
        BaseUrl | None,
        Field(title="Provisioning URL", description=f"a URL, where templates are listed; blank for {PROVISIONING_URL}"),
    ] = None
    webhook_max_age_hours: Annotated[
        str | None,
        Field(
            title="Age of a signature",
            description=f"1 to 168 hours for which a signed webhook is taken; blank for {MAX_AGE_HOURS}",
            pattern=r"^([1-9]|[1-9][0-9]|1[0-5][0-9]|16[0-8])$",
        ),
    ] = None


MANIFEST = Manifest(name="sinch", label="Sinch V2", credentials=SinchCredentials)
