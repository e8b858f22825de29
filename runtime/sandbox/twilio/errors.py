"""Twilio's error answers, as its error dictionary has them."""

from runtime.sandbox.seam import ApiAnswer

OF_STATUS = {401: "Authenticate", 404: "The requested resource was not found", 429: "Too Many Requests"}
AUTHENTICATE, NOT_FOUND = 20003, 20404


class ApiFault(Exception):
    """A call that the played API refuses: the HTTP status, Twilio's code and its words."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.answer = error(status, code, message)


def error(status: int, code: int, message: str, headers: dict[str, str] | None = None) -> ApiAnswer:
    """An error answer in Twilio's older form."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": more, "status": status}
    return ApiAnswer(status=status, json=body, headers=headers or {})


def not_found(path: str) -> ApiAnswer:
    """There is nothing at such a path."""
    return error(404, NOT_FOUND, f"The requested resource {path} was not found")


def failure(status: int, retry_after_s: int | None) -> ApiAnswer:
    """An answer on demand; the general codes are the HTTP status behind a 20."""
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return error(status, 20000 + status, OF_STATUS.get(status, "Internal Server Error"), headers)
