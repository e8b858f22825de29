"""What Twilio is, and the credentials of an account there."""

from typing import Annotated

from pydantic import Field, SecretStr

from contracts.accounts import BaseUrl
from gateway.providers.seam import Credentials, Manifest

Token = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class TwilioCredentials(Credentials):
    """The form. The auth token signs webhooks; during its rotation the one before is accepted too.

    `api_url` is for an account in another of Twilio's regions, and for the sandbox.
    """

    account_sid: Annotated[
        str,
        Field(title="Account SID", description="AC and 32 hexadecimal digits", pattern=r"^AC[0-9a-f]{32}$"),
    ]
    auth_token: Annotated[Token, Field(title="Auth token", description="1 to 200 characters")]
    auth_token_previous: Annotated[
        Token | None, Field(title="Auth token before its rotation", description="1 to 200 characters")
    ] = None
    api_url: Annotated[
        BaseUrl | None, Field(title="API URL", description="an http or https URL; none is https://api.twilio.com")
    ] = None


MANIFEST = Manifest(name="twilio", label="Twilio", credentials=TwilioCredentials)
