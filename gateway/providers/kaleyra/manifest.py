"""What Kaleyra is, and the credentials of an account there."""

import re
import secrets
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from contracts.accounts import BaseUrl
from gateway.providers.seam import Credentials, Manifest

_GENERATION = re.compile(r"/v[12](/[^/]*)?$")


def host_of(base_url: str) -> str:
    """The base URL up to the API's generation: Kaleyra shows it with `/v2`, with `/v2/<SID>`, and with neither."""
    return _GENERATION.sub("", base_url)


def new_bearer_token() -> SecretStr:
    """A token of 256 bits."""
    return SecretStr(secrets.token_urlsafe(32))


class KaleyraCredentials(Credentials):
    """The form. Kaleyra signs nothing, so its callback profile sends a bearer token that we make up.

    A field with a default factory is made up when it is left out: the registry marks it `made_up`, and whoever saved
    the form is shown it once, for it must be pasted at Kaleyra.
    """

    base_url: Annotated[
        BaseUrl,
        AfterValidator(host_of),
        Field(title="Base URL", description="a URL such as https://api.in.kaleyra.io"),
    ]
    waba_id: Annotated[
        str, Field(title="WhatsApp Business Account id", description="digits only", pattern=r"^[0-9]{1,32}$")
    ]
    account_sid: Annotated[
        str, Field(title="Account SID", description="1 to 64 letters and digits", pattern=r"^[0-9A-Za-z]{1,64}$")
    ]
    api_key: Annotated[
        SecretStr, Field(title="API key", description="1 to 1000 characters", min_length=1, max_length=1000)
    ]
    bearer_token: Annotated[
        SecretStr,
        Field(
            title="Bearer token",
            description="22 to 1000 characters; made up when left out",
            min_length=22,
            max_length=1000,
        ),
    ] = Field(default_factory=new_bearer_token)
    callbacks: Annotated[
        str | None,
        Field(
            title="Callbacks proved by",
            description="header (the URL and the bearer token), or url where Kaleyra can send no header",
            pattern=r"^(header|url)$",
        ),
    ] = None


MANIFEST = Manifest(
    name="kaleyra",
    label="Kaleyra",
    credentials=KaleyraCredentials,
    max_body=4 * 1024 * 1024,  # it passes on Meta's changes, and those may reach 3 MB
)
