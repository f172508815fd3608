"""Texts in several languages, and words that answer a question."""

import pytest

from application.configuration.consent import ConsentDraft, consent_of
from domain.errors import InvalidInput
from domain.messages import Choice, Content, Location, Text
from domain.notices import LONGEST_ANSWER, ConsentQuestion, answer_in
from domain.wording import Wording

WORDING = Wording(default_language="ko", texts={"ko": "안녕", "en": "Hello", "pt-BR": "Oi"})


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("en", "en"), ("en-GB", "en"), ("en_GB", "en"), ("pt-BR", "pt-BR"), ("pt", "ko"), ("", "ko")],
)
def test_the_language_then_its_base_then_the_default(language: str, spoken: str) -> None:
    worded = WORDING.in_language(language)
    assert worded is not None
    assert worded.language == spoken


def test_without_any_text_nothing_is_said() -> None:
    assert Wording().in_language("en") is None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (Text(text=" Yes! "), "yes"),
        (Choice(text="YES", payload="1", source="button"), "yes"),
        (Text(text="はい。"), "はい"),
        (Text(text="I  agree"), "i agree"),
        (Text(text="?!"), None),
        (Text(text="y" * (LONGEST_ANSWER + 1)), None),
        (Location(latitude=0, longitude=0), None),
    ],
)
def test_what_may_be_an_answer(said: Content, answer: str | None) -> None:
    assert answer_in(said) == answer


def test_a_word_cannot_mean_both() -> None:
    texts = {"en": {"question": "?", "yes": ["ok"], "no": ["OK."]}}
    with pytest.raises(InvalidInput):
        consent_of(ConsentDraft.model_validate({"texts": texts}), ConsentQuestion())
