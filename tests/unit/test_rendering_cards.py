"""Cards and suggestions cut down to a channel: tapped where they can be, else read, never dropped."""

import pytest

from channels.matrix import CAPABILITIES
from channels.rendering import render, words_alone
from domain.channels import Capabilities, CardRule, ChannelName, MediaRule, SuggestionRule, TextUnit
from domain.ids import new_id
from domain.messages import Card, Cards, Content, Media, MediaItem, Text
from domain.suggestions import Dial, OpenUrl, Reply, Suggestion

PLAIN = Capabilities(text_limit=100)
PICTURES = MediaRule(types=("image/png",), max_bytes=100)
RULE = SuggestionRule(most=2, label_limit=5, payload_limit=4, url_limit=20)
ABLE = Capabilities(
    text_limit=100,
    outbound_media=(PICTURES,),
    suggestions=RULE,
    cards=CardRule(title_limit=5, text_limit=30, most_suggestions=1, most_side_by_side=2),
)
YES, NO = Reply(text="Yes", payload="y"), Reply(text="No", payload="n")
SHOP = OpenUrl(text="Shop", url="https://shop.example")
CALL = Dial(text="Call", phone="+14155550100")
ABLE_CHANNELS = sorted(name for name, what in CAPABILITIES.items() if what.suggestions)


def an_image(mime_type: str = "image/png") -> MediaItem:
    return MediaItem(media_id=new_id(), mime_type=mime_type, size=1, file_name="a.png")


def rendered(content: Content, capabilities: Capabilities = ABLE) -> tuple[Content, ...]:
    return render(content, capabilities, lambda _: "https://f/1")


def asked(*suggestions: Suggestion) -> Text:
    return Text(text="Well?", suggestions=suggestions)


# -- suggestions ---------------------------------------------------------------------------------


def test_without_buttons_there_is_a_list_of_choices() -> None:
    (text,) = rendered(asked(YES, SHOP, NO, CALL), PLAIN)
    assert text == Text(text="Well?\n\n1. Yes\nShop: https://shop.example\n2. No\nCall: +14155550100")


def test_those_beyond_the_limit_become_lines_and_keep_their_number() -> None:
    maybe = Reply(text="Maybe", payload="m")
    assert rendered(asked(YES, NO, maybe)) == (Text(text="Well?\n\n3. Maybe", suggestions=(YES, NO)),)


@pytest.mark.parametrize(
    ("suggestion", "line"),
    [
        (Reply(text="Label!", payload="y"), "1. Label!"),
        (Reply(text="Yes", payload="12345"), "1. Yes"),
        (OpenUrl(text="Shop", url="https://shop.example/"), "Shop: https://shop.example/"),
    ],
)
def test_what_is_too_long_for_a_button_is_a_line(suggestion: Suggestion, line: str) -> None:
    assert rendered(asked(suggestion, NO)) == (Text(text=f"Well?\n\n{line}", suggestions=(NO,)),)


@pytest.mark.parametrize("payload", ["1234", "👍👍"])
def test_what_just_fits_is_a_button(payload: str) -> None:
    fits = Reply(text="Label", payload=payload)
    assert rendered(asked(fits)) == (asked(fits),)


def test_a_kind_that_cannot_be_tapped_is_a_line() -> None:
    replies = ABLE.model_copy(update={"suggestions": RULE.model_copy(update={"kinds": ("reply",)})})
    assert rendered(asked(CALL, YES), replies) == (
        Text(text="Well?\n\nCall: +14155550100", suggestions=(YES,)),
    )


def test_they_stand_beneath_the_last_piece_of_a_long_text() -> None:
    first, last = rendered(Text(text="word " * 30, suggestions=(YES,)))
    assert isinstance(first, Text)
    assert isinstance(last, Text)
    assert (first.suggestions, last.suggestions) == ((), (YES,))


@pytest.mark.parametrize("channel", ABLE_CHANNELS)
def test_each_channel_at_its_own_limits(channel: ChannelName) -> None:
    what = CAPABILITIES[channel]
    rule = what.suggestions
    assert rule is not None
    letter = "👩\u200d👧" if rule.label_unit is TextUnit.GRAPHEMES else "a"
    longest = Reply(text=letter * rule.label_limit, payload="p" * rule.payload_limit)
    assert rendered(Text(text="?", suggestions=(longest,) * rule.most), what) == (
        Text(text="?", suggestions=(longest,) * rule.most),
    )
    longer = longest.model_copy(update={"text": letter * (rule.label_limit + 1)})
    (written,) = rendered(Text(text="?", suggestions=(longer,)), what)
    assert written == Text(text=f"?\n\n1. {longer.text}")


# -- cards ---------------------------------------------------------------------------------------


def test_a_card_within_the_limits_stays_one() -> None:
    cards = Cards(
        cards=(Card(title="Title", text="Text", image=an_image(), suggestions=(YES,)),),
        suggestions=(NO,),
    )
    assert rendered(cards) == (cards,)


def test_more_cards_than_fit_side_by_side_are_several_messages() -> None:
    one, two, three = (Card(title=name) for name in "abc")
    assert rendered(Cards(cards=(one, two, three), suggestions=(YES,))) == (
        Cards(cards=(one, two)),
        Cards(cards=(three,), suggestions=(YES,)),
    )


def test_buttons_beyond_a_cards_limit_are_written_on_it() -> None:
    (cards,) = rendered(Cards(cards=(Card(title="A", text="Text", suggestions=(YES, NO)),)))
    assert cards == Cards(cards=(Card(title="A", text="Text\n\n2. No", suggestions=(YES,)),))


def test_suggestions_beyond_the_limit_follow_the_cards_as_text_with_those_that_fit() -> None:
    card = Card(title="A")
    assert rendered(Cards(cards=(card,), suggestions=(YES, NO, SHOP))) == (
        Cards(cards=(card,)),
        Text(text="Shop: https://shop.example", suggestions=(YES, NO)),
    )


def test_a_picture_the_channel_does_not_carry_is_a_link_on_the_card() -> None:
    (cards,) = rendered(Cards(cards=(Card(title="A", image=an_image("image/gif")),)))
    assert cards == Cards(cards=(Card(title="A", text="a.png: https://f/1"),))


@pytest.mark.parametrize("card", [Card(title="Longer"), Card(text="x" * 31)])
def test_when_one_does_not_fit_all_are_texts(card: Card) -> None:
    parts = rendered(Cards(cards=(Card(title="A"), card)))
    assert parts == (Text(text="A"), Text(text=card.title or card.text))


def test_as_text_a_card_is_its_picture_with_words_and_choices_beneath() -> None:
    image = an_image()
    card = Card(title="Kettle", text="Blue", image=image, suggestions=(YES, SHOP))
    pictures = Capabilities(text_limit=100, outbound_media=(PICTURES,))
    assert rendered(Cards(cards=(card,), suggestions=(NO,)), pictures) == (
        Media(
            items=(image,),
            caption="Kettle\nBlue\n\n1. Yes\nShop: https://shop.example\n2. No",
        ),
    )


def test_with_buttons_and_without_cards_the_picture_goes_first() -> None:
    image = an_image()
    card = Card(title="Kettle", image=image, suggestions=(YES,))
    buttons = ABLE.model_copy(update={"cards": None})
    assert rendered(Cards(cards=(card,)), buttons) == (
        Media(items=(image,)),
        Text(text="Kettle", suggestions=(YES,)),
    )


def test_buttons_on_nothing_but_a_picture_are_written_beneath_it() -> None:
    image = an_image()
    buttons = ABLE.model_copy(update={"cards": None})
    assert rendered(Cards(cards=(Card(image=image, suggestions=(YES,)),)), buttons) == (
        Media(items=(image,), caption="1. Yes"),
    )


def test_without_pictures_too_there_is_a_link() -> None:
    card = Card(title="Kettle", image=an_image())
    assert rendered(Cards(cards=(card,)), PLAIN) == (
        Text(text="Kettle"),
        Text(text="a.png: https://f/1"),
    )


def test_a_number_is_given_once_however_many_cards_there_are() -> None:
    cards = Cards(
        cards=(Card(title="A", suggestions=(YES, SHOP)), Card(title="B", suggestions=(NO,))),
        suggestions=(Reply(text="None", payload="-"),),
    )
    assert rendered(cards, PLAIN) == (
        Text(text="A\n\n1. Yes\nShop: https://shop.example"),
        Text(text="B\n\n2. No\n3. None"),
    )


def test_all_of_it_can_be_one_text() -> None:
    cards = Cards(cards=(Card(title="A", image=an_image()), Card(text="x" * 200, suggestions=(YES,))))
    words = words_alone(cards, lambda _: "https://f/1")
    assert words == f"A\n\na.png: https://f/1\n\n{'x' * 200}\n\n1. Yes"
