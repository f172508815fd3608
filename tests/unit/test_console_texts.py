"""Texts: there are words for everything that can be said."""

from typing import Any

import pytest

from console.excerpts import excerpt, readable_size
from console.texts import ENGLISH
from domain.channels import ChannelName
from domain.conversations import State
from domain.effects import Trigger
from domain.ids import new_id
from domain.messages import (
    Choice,
    DeliveryStatus,
    Location,
    Media,
    MediaItem,
    MediaState,
    TemplateUse,
    Text,
    Unsupported,
)
from domain.offers import OfferPurpose, OfferState
from domain.presences import BasePresence


def a_file(mime_type: str, file_name: str | None = None) -> MediaItem:
    return MediaItem(media_id=new_id(), mime_type=mime_type, file_name=file_name)


@pytest.mark.parametrize(
    ("words", "vocabulary"),
    [
        (ENGLISH.channels, ChannelName),
        (ENGLISH.states, State),
        (ENGLISH.deliveries, DeliveryStatus),
        (ENGLISH.presences, BasePresence),
        (ENGLISH.media, MediaState),
        (ENGLISH.announcements, Trigger),
        (ENGLISH.purposes, OfferPurpose),
        (ENGLISH.outcomes, OfferState),
    ],
)
def test_there_are_words_for_every_member(words: Any, vocabulary: Any) -> None:
    assert set(words) == set(vocabulary)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Text(text=" a\n b "), "a b"),
        (Media(items=(a_file("image/png"), a_file("application/pdf", "i.pdf"))), "Photo, i.pdf"),
        (Media(items=(a_file("image/png"),), caption="Look"), "Look"),
        (Media(items=(a_file("text/vcard", "x.vcf"),)), "Contact card"),
        (Media(items=(a_file("application/pdf"),)), "File"),
        (Location(latitude=1, longitude=2), "Location"),
        (Location(latitude=1, longitude=2, label="Home"), "Home"),
        (Choice(text="Yes", payload="yes", source="button"), "Yes"),
        (
            TemplateUse(
                template_id=new_id(), name="t", language="en", content_sid="HX", text="Dear you"
            ),
            "Dear you",
        ),
        (Unsupported(provider_type="order"), "A message of a kind we cannot show (order)."),
        (Unsupported(provider_type="order", text="Two pears"), "Two pears"),
    ],
)
def test_every_kind_of_content_has_a_few_words(content: Any, text: str) -> None:
    assert excerpt(content, ENGLISH) == text


@pytest.mark.parametrize(
    ("size", "text"), [(1, "1 KB"), (1536, "2 KB"), (1024 * 1024, "1.0 MB"), (16_777_216, "16.0 MB")]
)
def test_a_size_is_readable(size: int, text: str) -> None:
    assert readable_size(size) == text
