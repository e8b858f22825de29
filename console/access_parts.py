"""What the console needs to know who calls and what they may, put together from the settings."""

from dataclasses import dataclass
from datetime import timedelta

from console.access_masking import Veil
from console.access_origins import Origins
from console.access_passwords import Passwords
from runtime.crypto import Sealer
from runtime.settings import Settings
from runtime.store.audit import AuditLog
from runtime.store.client import Store
from runtime.store.sessions import SessionStore
from runtime.store.tokens import TokenStore
from runtime.store.users import UserStore
from runtime.store.users_attempts import AttemptStore
from runtime.store.users_sight import SightStore


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessParts:
    """Stores and rules. `per_name` and `per_address` bound the failed sign-ins within a window; `session_life` is how
    long a session lasts at most; `mask_numbers` keeps customers' numbers from every agent."""

    users: UserStore
    sessions: SessionStore
    tokens: TokenStore
    attempts: AttemptStore
    audit: AuditLog
    sight: SightStore
    passwords: Passwords
    origins: Origins
    per_name: int
    per_address: int
    session_life: timedelta
    veil: Veil
    mask_numbers: bool


def access_parts(store: Store, settings: Settings, sealed: Sealer) -> AccessParts:
    """The parts over a database; `sealed` makes names of what is kept from agents.

    Raises:
        SetupFault: the trusted proxies are no addresses.
    """
    return AccessParts(
        users=UserStore(store),
        sessions=SessionStore(store, timedelta(seconds=settings.session_idle_s)),
        tokens=TokenStore(store),
        attempts=AttemptStore(store, timedelta(seconds=settings.sign_in_window_s)),
        audit=AuditLog(store),
        sight=SightStore(store),
        passwords=Passwords(settings.password_min_length),
        origins=Origins(settings.trusted_proxies),
        per_name=settings.sign_in_per_name,
        per_address=settings.sign_in_per_address,
        session_life=timedelta(seconds=settings.session_max_s),
        veil=Veil(sealed),
        mask_numbers=settings.mask_numbers,
    )
