"""What agents type into the suggestions panel, and how cards read in a list."""

import pytest

from console.excerpts import excerpt
from console.suggesting import Unclear, suggestion_of
from console.texts import ENGLISH
from domain.ids import new_id
from domain.messages import Card, Cards, MediaItem
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion


@pytest.mark.parametrize(
    ("label", "answer", "expected"),
    [
        ("Yes", "answer:yes", Reply(text="Yes", payload="answer:yes")),
        (" Yes ", " ", Reply(text="Yes", payload="Yes")),
        ("Shop", "https://shop.example", OpenUrl(text="Shop", url="https://shop.example")),
        ("Call", "+1 (415) 555-0100", Dial(text="Call", phone="+14155550100")),
        ("One", "1", Reply(text="One", payload="1")),
    ],
)
def test_the_second_field_says_what_a_tap_does(label: str, answer: str, expected: Suggestion) -> None:
    assert suggestion_of(label, answer, ENGLISH) == expected


def test_an_empty_row_suggests_nothing() -> None:
    assert suggestion_of(" ", "", ENGLISH) is None


@pytest.mark.parametrize(
    ("label", "answer"),
    [("", "answer:yes"), ("Shop", "https://"), ("Shop", "HTTP://a"), ("Call", "+1"), ("x" * 101, "y")],
)
def test_what_is_no_suggestion_is_named(label: str, answer: str) -> None:
    with pytest.raises(Unclear, match=label or answer):
        suggestion_of(label, answer, ENGLISH)


def test_a_list_tells_the_words_of_cards_else_that_there_are_some() -> None:
    picture = MediaItem(media_id=new_id(), mime_type="image/png")
    assert excerpt(Cards(cards=(Card(title="Kettle", text="Blue"),)), ENGLISH) == "Kettle Blue"
    assert excerpt(Cards(cards=(Card(image=picture),)), ENGLISH) == ENGLISH.photo
