"""What Meta is, and the credentials of an account there."""

from typing import Annotated

from pydantic import Field, SecretStr

from contracts.accounts import BaseUrl
from gateway.providers.seam import Credentials, Limits, Manifest

API_URL = "https://graph.facebook.com/v25.0"

MetaId = Annotated[str, Field(pattern=r"^[0-9]{1,32}$")]
Secret = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class MetaCredentials(Credentials):
    """The form. The app secret signs webhooks; accounts of one app have the same."""

    account_sid: Annotated[MetaId, Field(title="WhatsApp Business Account id", description="digits only")]
    app_id: Annotated[MetaId, Field(title="App id", description="digits only")]
    phone_number_id: Annotated[MetaId, Field(title="Phone number id", description="digits only")]
    authorization_token: Annotated[Secret, Field(title="Authorization token", description="1 to 1000 characters")]
    app_secret: Annotated[Secret, Field(title="App secret", description="1 to 1000 characters")]
    verify_token: Annotated[Secret, Field(title="Verify token", description="1 to 1000 characters, freely chosen")]
    app_secret_previous: Annotated[
        Secret | None, Field(title="App secret before its reset", description="1 to 1000 characters")
    ] = None
    api_url: Annotated[
        BaseUrl | None, Field(title="API URL", description=f"a URL with the version; {API_URL} when left out")
    ] = None


MANIFEST = Manifest(
    name="meta",
    label="Meta Cloud API",
    credentials=MetaCredentials,
    max_body=4 * 1024 * 1024,  # a delivery may hold up to a thousand updates and reach 3 MB
    limits=Limits(per_second=80, burst=80, recipient_interval_s=6, recipient_burst=45),
)
