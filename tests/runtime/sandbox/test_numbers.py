import stat
from pathlib import Path

import pytest

from contracts.errors import NotFound, SetupFault
from runtime.sandbox.numbers import Numbers, read_numbers
from runtime.sandbox.seam import PlayedNumber


def number(key: str, provider: str = "meta") -> PlayedNumber:
    return PlayedNumber(
        provider=provider,
        account_key=key,
        phone="+15550001000",
        webhook_url=f"http://gateway.test/webhooks/{provider}/{key}",
        api_url=f"http://sandbox.test/{provider}",
        credentials={"token": "hush"},
    )


def test_an_account_has_one_number() -> None:
    numbers = Numbers()
    numbers.put(number("A"), number("B", "twilio"))
    numbers.put(number("A", "sinch"))
    assert [(one.account_key, one.provider) for one in numbers.all()] == [("A", "sinch"), ("B", "twilio")]
    assert [one.account_key for one in numbers.at("twilio")] == ["B"]
    assert numbers.get("B").provider == "twilio"
    with pytest.raises(NotFound, match="account C"):
        numbers.get("C")


def test_numbers_that_are_kept_outlive_a_restart_and_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "numbers.json"
    Numbers(path).put(number("A"), number("B"))
    again = Numbers(path)
    assert again.all() == (number("A"), number("B"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again.clear()
    assert Numbers(path).all() == ()


def test_numbers_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "numbers.json"
    path.write_text(f"[{number('A').model_dump_json()}]")
    assert read_numbers(path) == [number("A")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("{", "all of it: Invalid JSON"), ('[{"provider": "meta", "token": "hush"}]', "0.account_key: Field required")],
)
def test_a_file_of_another_form_is_refused_without_repeating_it(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "numbers.json"
    path.write_text(content)
    with pytest.raises(SetupFault, match=sentence) as fault:
        read_numbers(path)
    assert "hush" not in str(fault.value)


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(SetupFault, match="No such file"):
        read_numbers(tmp_path / "none.json")
