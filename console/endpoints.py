"""What becomes of a call to an account's own endpoint, as the API tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from runtime.http import Problem
from runtime.http.endpoints import EndpointFault, EndpointSlow
from runtime.http.problems import RETRY_AFTER_S
from runtime.logging import get_logger

log = get_logger(__name__)


@contextmanager
def calling(what: str, account_key: str, correlation_id: str) -> Iterator[None]:
    """Turn the faults of an endpoint into problems: 504 for one that is slow, 503 for one that is busy or fails."""
    seen = {"what": what, "account": account_key, "correlation_id": correlation_id}
    try:
        yield
    except EndpointFault as error:
        log.warning("endpoint.failed", **seen, reason=str(error))
        slow = isinstance(error, EndpointSlow)
        status = HTTPStatus.GATEWAY_TIMEOUT if slow else HTTPStatus.SERVICE_UNAVAILABLE
        raise Problem(status, f"{what}: {error}", headers={"Retry-After": str(RETRY_AFTER_S)}) from error
    log.info("endpoint.answered", **seen)
