"""Where an account's calls go, and by which credentials."""

from urllib.parse import urlsplit, urlunsplit

from contracts.accounts import Account
from gateway.providers.delivery import Refused
from gateway.providers.twilio.errors import reason

API = "https://api.twilio.com"
HOME = ".twilio.com"


def api_url(account: Account) -> str:
    """The root of the API, without a slash at its end."""
    return account.credentials.get("api_url") or API


def product_url(account: Account, product: str) -> str:
    """The root of one of the other APIs (`content`, `messaging`).

    Each has a host of its own beside `api`, in other regions too (`api.dublin.ie1.twilio.com`). A stand-in for Twilio
    has all under one root.
    """
    root = api_url(account)
    parts = urlsplit(root)
    first, dot, rest = parts.netloc.partition(".")
    if first != "api" or not f"{dot}{rest}".endswith(HOME):
        return root
    return urlunsplit(parts._replace(netloc=f"{product}.{rest}"))


def account_url(account: Account, path: str) -> str:
    """A resource of the account; `path` begins with what follows its SID."""
    return f"{api_url(account)}/2010-04-01/Accounts/{basic(account)[0]}{path}"


def basic(account: Account) -> tuple[str, str]:
    """User and password of every call.

    Raises:
        Refused: the account lacks one of them.
    """
    sid, token = account.credentials.get("account_sid"), account.secrets.get("auth_token")
    if not sid or token is None or not token.get_secret_value():
        raise Refused(reason("20003"))
    return sid, token.get_secret_value()


def is_twilios(url: str, account: Account) -> bool:
    """Whether the account's credentials may go there: to Twilio by https, or to the very root that was configured."""
    try:
        parts, root = urlsplit(url), urlsplit(api_url(account))
        is_home = parts.scheme == "https" and parts.port is None and (parts.hostname or "").endswith(HOME)
    except ValueError:
        return False  # brackets or a port that are none: webhooks bring URLs that nobody has looked at
    return is_home or (parts.scheme, parts.netloc) == (root.scheme, root.netloc)
