"""What phones show of messages in each provider's own form."""

import json
from typing import Any

import pytest

from runtime.sandbox.played import played_providers
from runtime.sandbox.seam import SandboxFile, ShowsMessages
from runtime.sandbox.showing import Choice, File, Place, Shown, file_kind, filled
from runtime.sandbox.twilio import contents

BUTTONS = (
    Choice(kind="button_reply", payload="s", title="Small"),
    Choice(kind="button_reply", payload="l", title="Large"),
)
ROWS = (
    Choice(kind="list_reply", payload="a", title="Amsterdam", description="3 gears"),
    Choice(kind="list_reply", payload="b", title="Berlin"),
)


def shown(provider: str, raw: dict[str, Any], *files: SandboxFile) -> Shown | None:
    played = played_providers()[provider]
    assert isinstance(played, ShowsMessages)
    return played.shows(raw, {file.media_id: file for file in files})


def interactive(**part: object) -> dict[str, Any]:
    return {"type": "interactive", "interactive": part}


@pytest.mark.parametrize("provider", ["meta", "kaleyra"])
def test_buttons_and_lists_in_whatsapps_own_json_can_be_pressed(provider: str) -> None:
    pressed = [{"type": "reply", "reply": {"id": one.payload, "title": one.title}} for one in BUTTONS]
    body, footer = {"text": "Pick a size"}, {"text": "Thank you"}
    raw = interactive(type="button", body=body, footer=footer, action={"buttons": pressed})
    assert shown(provider, raw) == Shown(text="Pick a size", footer="Thank you", choices=BUTTONS)
    rows = [{"id": one.payload, "title": one.title, "description": one.description} for one in ROWS]
    raw = interactive(type="list", body=body, action={"button": "Show", "sections": [{"rows": rows}]})
    assert shown(provider, raw) == Shown(text="Pick a size", menu="Show", choices=ROWS)


@pytest.mark.parametrize("provider", ["meta", "kaleyra"])
def test_files_places_and_reactions_in_whatsapps_own_json_are_shown(provider: str) -> None:
    image = {"type": "image", "image": {"id": "f1", "caption": "this one"}}
    assert shown(provider, image) == Shown(text="this one", file=File(kind="image", media_id="f1"))
    place = {"type": "location", "location": {"latitude": 45.5, "longitude": 7.25, "name": "Turin"}}
    assert shown(provider, place) == Shown(place=Place(latitude=45.5, longitude=7.25, name="Turin"))
    reaction = {"type": "reaction", "reaction": {"message_id": "m1", "emoji": "👍"}}
    assert shown(provider, reaction) == Shown(emoji="👍", about="m1")
    assert shown(provider, {"type": "hologram", "hologram": {"depth": 3}}) is None


def test_a_template_of_metas_is_shown_with_its_words_its_picture_and_its_quick_reply() -> None:
    components = [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://files.test/a.png"}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "42"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "y"}],
        },
    ]
    template = {"name": "order_update", "language": {"code": "en_US"}, "components": components}
    found = shown("meta", {"type": "template", "template": template})
    assert found is not None
    assert found.text == "Hello Ann, your order 42 is on its way."
    assert found.file == File(kind="image", url="https://files.test/a.png")
    assert found.choices == (Choice(kind="quick_reply", payload="y", title="Confirm"),)


def test_a_template_of_sinchs_is_shown_with_its_words_and_quick_replies() -> None:
    sent = {
        "template_id": "order_update",
        "language_code": "en_US",
        "parameters": {"body[1]text": "Ann", "body[2]text": "42", "button[0]quick_reply[1]payload": "y"},
    }
    found = shown("sinch", {"template_message": {"channel_template": {"WHATSAPP": sent}}})
    assert found is not None
    assert found.text == "Hello Ann, your order 42 is on its way."
    assert [(one.payload, one.title) for one in found.choices] == [("y", "Confirm"), ("Cancel", "Cancel")]


def test_buttons_lists_and_places_of_sinchs_are_shown() -> None:
    choices = [{"text_message": {"text": one.title}, "postback_data": one.payload} for one in BUTTONS]
    raw: dict[str, Any] = {"choice_message": {"text_message": {"text": "Pick a size"}, "choices": choices}}
    assert shown("sinch", raw) == Shown(text="Pick a size", choices=BUTTONS)
    items = [{"choice": {"title": r.title, "postback_data": r.payload, "description": r.description}} for r in ROWS]
    menu = {"title": "Bicycles", "sections": [{"items": items}], "message_properties": {"menu": "Show"}}
    assert shown("sinch", {"list_message": menu}) == Shown(text="Bicycles", menu="Show", choices=ROWS)
    place = {"title": "Turin", "coordinates": {"latitude": 45.5, "longitude": 7.25}}
    assert shown("sinch", {"location_message": place}) == Shown(
        place=Place(latitude=45.5, longitude=7.25, name="Turin")
    )


def test_words_and_files_of_twilios_form_are_shown() -> None:
    assert shown("twilio", {"Body": "hello"}) == Shown(text="hello")
    url = "https://files.test/clip.mp4?signed=1"
    assert shown("twilio", {"Body": "look", "MediaUrl": url}) == Shown(text="look", file=File(kind="video", url=url))


def test_a_template_of_twilios_is_filled_with_its_variables() -> None:
    sid = next(sid for sid, one in contents.BY_SID.items() if one["friendly_name"] == "visit")
    found = shown("twilio", {"ContentSid": sid, "ContentVariables": json.dumps({"1": 'the "5th"', "2": "x"})})
    assert found is not None
    assert found.text == 'Your visit on the "5th" is booked.'
    assert found.choices == (Choice(kind="quick_reply", payload="confirm", title="Confirm"),)


def test_a_content_that_was_made_at_twilio_can_be_pressed_until_it_is_forgotten() -> None:
    actions = [{"id": one.payload, "title": one.title} for one in BUTTONS]
    made = {"sid": "HX01", "types": {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}}
    kept = SandboxFile("HX01", "application/json", "", json.dumps(made).encode())
    sent = {"ContentSid": "HX01", "ContentVariables": json.dumps({"1": "Pick a size"})}
    assert shown("twilio", sent, kept) == Shown(text="Pick a size", choices=BUTTONS)
    assert shown("twilio", sent) is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [("a.PNG", "image"), ("https://x.test/a.ogg?k=1", "audio"), ("a.pdf", "document"), ("a", "document")],
)
def test_a_file_is_known_by_the_end_of_its_address(address: str, kind: str) -> None:
    assert file_kind(address) == kind


def test_a_placeholder_without_a_value_stays() -> None:
    assert filled("{{1}} and {{ name }} and {{2}}", {"1": "one", "name": "Ann"}) == "one and Ann and {{2}}"
