"""The numbers at the played providers, by the key of their account: from a file, or through the control API."""

import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from contracts.errors import NotFound, SetupFault
from runtime.sandbox.seam import PlayedNumber

_NUMBERS: TypeAdapter[list[PlayedNumber]] = TypeAdapter(list[PlayedNumber])


class Numbers:
    """The numbers that there are; with a file they are still there after a restart.

    Raises:
        SetupFault: what is in the file is none.
    """

    def __init__(self, kept_in: Path | None = None) -> None:
        self._kept_in = kept_in
        known = read_numbers(kept_in) if kept_in is not None and kept_in.exists() else []
        self._by_key = {number.account_key: number for number in known}

    def put(self, *numbers: PlayedNumber) -> None:
        """Add numbers; one whose account has one already takes its place."""
        self._by_key |= {number.account_key: number for number in numbers}
        self._keep()

    def get(self, account_key: str) -> PlayedNumber:
        """The number of an account.

        Raises:
            NotFound: it has none here.
        """
        if account_key not in self._by_key:
            raise NotFound(f"the sandbox has no number of the account {account_key}")
        return self._by_key[account_key]

    def all(self) -> tuple[PlayedNumber, ...]:
        """Every number."""
        return tuple(self._by_key.values())

    def at(self, provider: str) -> tuple[PlayedNumber, ...]:
        """The numbers at one provider."""
        return tuple(number for number in self._by_key.values() if number.provider == provider)

    def clear(self) -> None:
        """Forget all numbers."""
        self._by_key.clear()
        self._keep()

    def _keep(self) -> None:
        if self._kept_in is not None:
            write_numbers(self._kept_in, self._by_key.values())


def write_numbers(path: Path, numbers: Iterable[PlayedNumber]) -> None:
    """Write a file of numbers all at once, readable by its owner only."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_NUMBERS.dump_json(list(numbers), indent=2))
    draft.replace(path)


def read_numbers(path: Path) -> list[PlayedNumber]:
    """The numbers of a JSON file: a list of them, as the control API takes it.

    Raises:
        SetupFault: the file cannot be read, or is not such a list.
    """
    try:
        return _NUMBERS.validate_json(path.read_bytes())
    except OSError as error:
        raise SetupFault(f"the sandbox's numbers cannot be read from {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise SetupFault(
            f"{path} does not hold the sandbox's numbers: {place or 'all of it'}: {first['msg']}"
        ) from None
