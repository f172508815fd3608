"""Content cut down to a channel: split where people would, never inside a character, never dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.rendering import render
from channels.splitting import measure, split_text
from domain.channels import Capabilities, MediaRule, TextUnit
from domain.ids import new_id
from domain.messages import Choice, Location, Media, MediaItem, TemplateUse, Text, Unsupported

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
FLAG = "🇩🇪"
WAVE = "👋🏽"
ACCENT = "e\u0301"
CONJUNCT = "क्ष"
CLUSTERS = (FAMILY, FLAG, WAVE, ACCENT, CONJUNCT, "한", "\r\n", "a")


def limited(limit: int, unit: TextUnit = TextUnit.CHARACTERS) -> Capabilities:
    return Capabilities(text_limit=limit, text_unit=unit)


def without_space(text: str) -> str:
    return "".join(text.split())


def test_a_short_text_is_left_as_it_is() -> None:
    assert split_text("  Hello\n", limited(10)) == ("  Hello\n",)


@pytest.mark.parametrize("text", ["", " ", "\n \t" * 100])
def test_a_blank_text_takes_no_message(text: str) -> None:
    assert split_text(text, limited(10)) == ()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("First part.\n\nSecond one\nis long.", ("First part.", "Second one\nis long.")),
        ("First part. More\nSecond line here.", ("First part. More", "Second line here.")),
        ("One is here. Two is there. Three.", ("One is here.", "Two is there. Three.")),
        ("Is it so? Yes it is so indeed", ("Is it so? Yes it is", "so indeed")),
        ("one two three four five six", ("one two three four", "five six")),
        ("abcdefghijklmnopqrstuvwxyz", ("abcdefghijklmnopqrst", "uvwxyz")),
        (
            "今日は天気がいいですね。明日も晴れるといいですね。",
            ("今日は天気がいいですね。", "明日も晴れるといいですね。"),
        ),
    ],
)
def test_a_long_text_is_cut_at_the_best_border(text: str, pieces: tuple[str, ...]) -> None:
    assert split_text(text, limited(20)) == pieces


@pytest.mark.parametrize("unit", TextUnit)
@pytest.mark.parametrize("cluster", [cluster for cluster in CLUSTERS if cluster != "\r\n"])
def test_what_people_see_as_one_character_is_never_cut(cluster: str, unit: TextUnit) -> None:
    room = measure(cluster, unit)
    pieces = split_text(cluster * 7, limited(room * 2 + room // 2, unit))
    assert pieces == (cluster * 2, cluster * 2, cluster * 2, cluster)


def test_a_character_longer_than_a_message_is_cut_between_code_points() -> None:
    stacked = "e" + "\u0301" * 50
    pieces = split_text(stacked, limited(20))
    assert "".join(pieces) == stacked
    assert all(len(piece) <= 20 for piece in pieces)


@pytest.mark.parametrize(
    ("unit", "length"),
    [(TextUnit.CHARACTERS, 3), (TextUnit.UTF16_UNITS, 4), (TextUnit.UTF8_BYTES, 7)],
)
def test_each_unit_counts_in_its_own_way(unit: TextUnit, length: int) -> None:
    assert measure("aä👋", unit) == length


@given(
    words=st.lists(
        st.sampled_from([*CLUSTERS, " ", "\n", "\n\n", ". ", "word", FAMILY * 3]), max_size=60
    ),
    limit=st.integers(min_value=25, max_value=60),
    unit=st.sampled_from(TextUnit),
)
def test_pieces_fit_and_nothing_but_white_space_is_left_out(
    words: list[str], limit: int, unit: TextUnit
) -> None:
    text = "".join(words)
    pieces = split_text(text, limited(limit, unit))
    assert all(piece.strip() and measure(piece, unit) <= limit for piece in pieces)
    assert without_space("".join(pieces)) == without_space(text)


@given(text=st.text(max_size=80), limit=st.integers(min_value=4, max_value=20))
def test_any_text_at_all_is_split_within_utf8_bytes(text: str, limit: int) -> None:
    pieces = split_text(text, limited(limit, TextUnit.UTF8_BYTES))
    assert all(len(piece.encode()) <= limit for piece in pieces)


class TestRender:
    CARRIES = Capabilities(
        text_limit=20,
        outbound_media=(MediaRule(types=("image/png",), max_bytes=100),),
        media_per_message=1,
        templates=True,
    )
    PLAIN = Capabilities(text_limit=100)

    def an_item(
        self, mime_type: str = "image/png", size: int = 10, name: str | None = None
    ) -> MediaItem:
        return MediaItem(media_id=new_id(), mime_type=mime_type, size=size, file_name=name)

    def link(self, item: MediaItem) -> str:
        return f"https://f/{item.size}"

    def test_files_go_one_by_one_and_the_caption_with_the_first(self) -> None:
        first, second = self.an_item(size=1), self.an_item(size=2)
        media = Media(items=(first, second), caption="Look")
        assert render(media, self.CARRIES, self.link) == (
            Media(items=(first,), caption="Look"),
            Media(items=(second,)),
        )

    def test_a_caption_that_is_too_long_goes_ahead_as_text(self) -> None:
        item = self.an_item()
        media = Media(items=(item,), caption="one two three four five six")
        assert render(media, self.CARRIES, self.link) == (
            Text(text="one two three four"),
            Text(text="five six"),
            Media(items=(item,)),
        )

    @pytest.mark.parametrize("unfit", [("application/x-thing", 10), ("image/png", 101)])
    def test_a_file_that_cannot_travel_becomes_a_link(self, unfit: tuple[str, int]) -> None:
        good, bad = self.an_item(), self.an_item(*unfit)
        media = Media(items=(bad, good), caption="Look")
        assert render(media, self.CARRIES, self.link) == (
            Media(items=(good,), caption="Look"),
            Text(text=self.link(bad)),
        )

    def test_without_any_files_links_follow_the_caption_by_name(self) -> None:
        media = Media(items=(self.an_item(size=1, name="a.pdf"), self.an_item(size=2)), caption="Look")
        assert render(media, self.PLAIN, self.link) == (
            Text(text="Look"),
            Text(text="a.pdf: https://f/1\nhttps://f/2"),
        )

    def test_a_template_is_a_text_where_there_are_none(self) -> None:
        use = TemplateUse(template_id=new_id(), name="n", language="en", content_sid="HX", text="Hello")
        assert render(use, self.CARRIES, self.link) == (use,)
        assert render(use, self.PLAIN, self.link) == (Text(text="Hello"),)

    def test_what_only_customers_send_becomes_text(self) -> None:
        choice = Choice(text="Yes", payload="y", source="button")
        assert render(choice, self.PLAIN, self.link) == (Text(text="Yes"),)
        strange = Unsupported(provider_type="poll")
        assert render(strange, self.PLAIN, self.link) == (Text(text="[poll]"),)

    def test_a_location_stays_one(self) -> None:
        location = Location(latitude=1, longitude=2)
        assert render(location, self.PLAIN, self.link) == (location,)
