"""Customers' messages as Twilio tells them, in our words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.customer_events import InboundEvent
from domain.errors import UnreadableWebhook
from domain.messages import (
    Choice,
    Content,
    Location,
    Media,
    MediaState,
    MessageReceived,
    Text,
    Unsupported,
)
from tests.contract import twilio_samples as twilio


def events_of(parameters: dict[str, str]) -> list[InboundEvent]:
    channel, request = twilio.a_reader(), twilio.a_request(parameters)
    channel.verify(request, twilio.credentials())
    return list(channel.parse(request, twilio.credentials()).events)


def received(name: str, **changes: str) -> MessageReceived:
    (event,) = events_of({**twilio.payload(name), **changes})
    assert isinstance(event, MessageReceived)
    return event


def media_in(content: Content) -> Media:
    assert isinstance(content, Media)
    return content


def test_a_text_with_its_sender() -> None:
    event = received("text")
    assert event.content == Text(text="Hello, is my order on its way? 📦")
    assert event.provider_message_id == "SM" + "0" * 31 + "1"
    assert event.endpoint_address == twilio.ENDPOINT
    assert event.sender.address == twilio.CUSTOMER
    assert event.sender.phone == "+4915112345678"
    assert event.sender.display_name == "Ann Example"
    assert event.sender.other_ids == {"wa_id": "4915112345678"}
    assert (event.sent_at, event.reply_to, event.details) == (None, None, {})


def test_a_person_with_a_user_name_has_no_phone() -> None:
    sender = received("text_username_only").sender
    assert sender.address == "whatsapp:US.1A2b3C4d5E6f7G8h9I0j"
    assert sender.phone is None
    assert sender.other_ids == {"external_user_id": sender.address}


def test_both_names_of_the_external_user_id_are_known() -> None:
    ids = received("text_external_user_identifier").sender.other_ids
    assert ids["external_user_id"] == "whatsapp:DE.99x"


@pytest.mark.parametrize(
    ("name", "mime_type"),
    [
        ("image", "image/jpeg"),
        ("voice", "audio/ogg"),
        ("video", "video/mp4"),
        ("sticker", "image/webp"),
        ("contacts", "text/vcard"),
    ],
)
def test_a_file_without_a_caption(name: str, mime_type: str) -> None:
    event = received(name)
    (item,) = media_in(event.content).items
    assert media_in(event.content).caption == ""
    assert item.mime_type == mime_type
    assert item.state is MediaState.PENDING
    assert (item.source_url or "").startswith("https://api.twilio.com/")
    assert event.details == {"message_type": twilio.payload(name)["MessageType"]}


def test_a_caption_stays_with_its_picture() -> None:
    assert media_in(received("image_with_caption").content).caption == "broken screen"


def test_the_body_of_a_document_is_its_file_name() -> None:
    media = media_in(received("document").content)
    assert (media.items[0].file_name, media.caption) == ("Invoice 2026-11.pdf", "")


@pytest.mark.parametrize(
    "body", ["Here it is. Thanks", "two\nlines.pdf", "../../etc/passwd.txt", "so..."]
)
def test_a_body_that_is_no_file_name_is_a_caption(body: str) -> None:
    media = media_in(received("document", Body=body).content)
    assert (media.items[0].file_name, media.caption) == (None, body)


def test_a_location() -> None:
    assert received("location").content == Location(
        latitude=52.520008, longitude=13.404954, label="Office", address="Alexanderplatz 1, Berlin"
    )


@pytest.mark.parametrize("latitude", ["", "north", "91", "nan", "inf", "1e400"])
def test_a_place_that_is_nowhere_is_kept_as_unsupported(latitude: str) -> None:
    content = received("location", Latitude=latitude, Body="here").content
    assert content == Unsupported(provider_type="location", text="here")


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        ("button", Choice(text="Yes, please", payload="confirm", source="button")),
        ("interactive_button", Choice(text="Track it", payload="track", source="button")),
        (
            "interactive_list",
            Choice(text="Express", payload="ship-express", source="list", description="Tomorrow"),
        ),
    ],
)
def test_a_tap_on_a_button_or_a_row(name: str, choice: Choice) -> None:
    assert received(name).content == choice


def test_a_row_without_its_title_shows_what_the_body_says() -> None:
    content = received("interactive_list", ListTitle="", ListDescription="").content
    assert content == Choice(text="Express", payload="ship-express", source="list")


def test_a_quoted_message_is_named() -> None:
    assert received("text_quoting").reply_to == "SM" + f"{77:032x}"
    assert received("text_quoting", OriginalRepliedMessageSid="../../x").reply_to is None


def test_what_has_no_field_of_its_own_is_kept_in_details() -> None:
    details = received("text_forwarded_from_ad").details
    assert details["forwarded"] == "true"
    assert "frequently_forwarded" not in details
    assert details["referral_source_url"] == "https://fb.example/ad"
    assert details["referral_ctwa_clid"] == "ctwa-1"
    service = received("text_via_service").details["messaging_service_sid"]
    assert service == "MG" + f"{9:032x}"


def test_an_unknown_type_keeps_its_words() -> None:
    assert received("unknown_type").content == Unsupported(provider_type="poll", text="Lunch?")


def test_an_unknown_type_keeps_its_files() -> None:
    event = received("unknown_type_with_file")
    assert media_in(event.content).items[0].mime_type == "model/gltf-binary"
    assert event.details["message_type"] == "hologram"


def test_a_message_without_a_type_is_read_by_its_parameters() -> None:
    assert received("without_message_type").content == Text(text="plain")
    assert isinstance(received("without_message_type", Latitude="1", Longitude="2").content, Location)
    assert isinstance(received("without_message_type", ListId="x").content, Choice)
    assert isinstance(received("without_message_type", ButtonPayload="x").content, Choice)
    assert isinstance(received("without_message_type", MediaUrl0="https://x").content, Media)


@pytest.mark.parametrize("word", ["STOP", "START", "Unsubscribe", "HELP"])
def test_opt_out_words_are_ordinary_text_here(word: str) -> None:
    assert received("text", Body=word).content == Text(text=word)


def test_a_message_that_says_nothing_is_still_a_message() -> None:
    assert received("text", Body="").content == Unsupported(provider_type="text")


@pytest.mark.parametrize("announced", ["0", "", "-1", "1e9", "999999", "²", "2"])
def test_a_wrong_number_of_files_loses_none(announced: str) -> None:
    items = media_in(received("image", NumMedia=announced).content).items
    assert items[0].source_url
    assert len(items) <= 10


def test_a_file_without_an_address_is_shown_as_failed() -> None:
    second = media_in(received("image", NumMedia="2").content).items[1]
    assert (second.state, second.source_url) == (MediaState.FAILED, None)
    assert second.reason


@pytest.mark.parametrize(
    "declared", ["", "text", "x/../../y", "image/png\r\nX: y", "🖼/png", "a" * 9999]
)
def test_a_nonsense_media_type_becomes_the_unknown_one(declared: str) -> None:
    item = media_in(received("image", MediaContentType0=declared).content).items[0]
    assert item.mime_type == "application/octet-stream"


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM../../../../etc/passwd"},
        {"MessageSid": "SM" + "0" * 31},
        {"MessageSid": "SM" + "0" * 32 + "\n"},
        {"From": ""},
        {"From": "whatsapp:" + "9" * 5000},
        {"From": "whatsapp:+49 \x00"},
        {"To": "nowhere"},
    ],
)
def test_what_cannot_be_filed_is_unreadable(changes: dict[str, str]) -> None:
    with pytest.raises(UnreadableWebhook):
        events_of({**twilio.payload("text"), **changes})


def test_nul_characters_are_made_visible_because_postgresql_refuses_them() -> None:
    event = received("text", Body="a\x00b", ProfileName="\x00", ReferralBody="x\x00")
    assert event.content == Text(text="a\ufffdb")
    assert "\x00" not in event.model_dump_json()
    assert "\\u0000" not in event.model_dump_json()


def test_a_huge_text_is_kept_whole_and_a_huge_name_is_not() -> None:
    event = received("text", Body="x" * 200_000, ProfileName="n" * 10_000)
    assert event.content == Text(text="x" * 200_000)
    assert len(event.sender.display_name or "") == 256


def test_invalid_utf8_is_replaced() -> None:
    request = twilio.a_request(twilio.payload("text"))
    broken = request.model_copy(update={"body": request.body + b"&ListTitle=%FF%FE\xff"})
    (event,) = twilio.a_reader().parse(broken, twilio.credentials()).events
    assert isinstance(event, MessageReceived)


def test_of_two_values_the_first_one_counts() -> None:
    pairs = [*twilio.payload("text").items(), ("Body", "second")]
    (event,) = twilio.a_reader().parse(twilio.a_request(pairs), twilio.credentials()).events
    assert isinstance(event, MessageReceived)
    assert event.content == Text(text="Hello, is my order on its way? 📦")


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
NAMES = sorted({name for sample in twilio.names() for name in twilio.payload(sample)})


@given(changes=st.dictionaries(st.sampled_from(NAMES), ANY_TEXT, max_size=12))
def test_no_value_of_any_parameter_breaks_the_parser(changes: dict[str, Any]) -> None:
    try:
        events = events_of({**twilio.payload("image"), **changes, "AccountSid": twilio.ACCOUNT_SID})
    except UnreadableWebhook:
        return
    assert len(events) <= 1
