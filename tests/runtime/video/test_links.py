from cryptography.fernet import Fernet

from contracts.base import new_id
from runtime.crypto import Signer
from runtime.settings import Settings
from runtime.video.links import PURPOSE, VideoLinks, link_hash, video_links

KEY = Fernet.generate_key().decode()


def links(key: str = KEY) -> VideoLinks:
    return VideoLinks(Signer([key], PURPOSE), "https://desk.example/")


def test_a_link_is_found_by_its_hash_and_no_two_are_alike() -> None:
    link, hashed = links().new_link()

    token = link.removeprefix("https://desk.example/v/")
    assert link_hash(token) == hashed
    assert token not in hashed
    assert links().new_link() != (link, hashed)


def test_a_reports_url_opens_its_session_and_a_forged_one_none() -> None:
    session, other = new_id(), new_id()
    token = links().callback_url(session).removeprefix("https://desk.example/video/callbacks/")

    assert links().session_of(token) == session
    assert links(Fernet.generate_key().decode()).session_of(token) is None
    for forged in (token.replace(session, other), token[:-1], f"{token}x", session, f"{session}.", "", "é" * 76):
        assert links().session_of(forged) is None


def test_links_lead_to_the_console_where_its_address_is_set_and_else_to_the_public_one() -> None:
    # The settings take their values from the environment under these very names.
    plain = Settings.model_validate({"secret_key": KEY, "public_url": "https://wa.example"})
    apart = plain.model_copy(update={"console_public_url": "https://desk.example/in/"})

    assert video_links(plain).new_link()[0].startswith("https://wa.example/v/")
    assert video_links(apart).new_link()[0].startswith("https://desk.example/in/v/")
