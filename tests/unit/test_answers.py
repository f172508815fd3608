"""Answers fit their questions, or it is said which one does not, and why."""

from typing import Any

import pytest

from domain.answers import checked
from domain.errors import InvalidInput
from domain.widgets import Question


def a_question(**override: Any) -> Question:
    return Question(**{"name": "q", "label": "Tell us"} | override)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({}, "x" * 500),
        ({"kind": "long_text"}, "x" * 2_000),
        ({"kind": "email"}, "name@mail.example.com"),
        ({"kind": "phone"}, "+82 (10) 1234-5678"),
        ({"kind": "options", "options": ("a", "b")}, "b"),
        ({"kind": "consent", "required": True}, "true"),
    ],
)
def test_an_answer_that_fits_is_kept(question: dict[str, Any], answer: str) -> None:
    assert checked([a_question(**question)], {"q": f" {answer} "}, "form") == {"q": answer}


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        ({"required": True}, " ", "required"),
        ({}, "x" * 501, "500 characters"),
        ({"kind": "long_text"}, "x" * 2_001, "2000 characters"),
        ({"kind": "email"}, "name@example", "e-mail"),
        ({"kind": "email"}, "a b@example.com", "e-mail"),
        ({"kind": "email"}, "a" * 250 + "@b.example", "254 characters"),
        ({"kind": "phone"}, "call me", "digits"),
        ({"kind": "phone"}, "123456", "digits"),
        ({"kind": "phone"}, "1" * 16, "digits"),
        ({"kind": "phone"}, "١٢٣٤٥٦٧٨", "digits"),
        ({"kind": "options", "options": ("a", "b")}, "c", "options"),
        ({"kind": "consent", "required": True}, "false", "agree"),
        ({"kind": "consent", "required": True}, "", "required"),
    ],
)
def test_one_that_does_not_fit_is_refused(question: dict[str, Any], answer: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        checked([a_question(**question)], {"q": answer}, "form")
    assert refused.value.details == {"field": "form.q"}


def test_nobody_answers_what_was_not_asked() -> None:
    with pytest.raises(InvalidInput, match="does not ask for z"):
        checked([a_question()], {"q": "a", "z": "b"}, "form")


def test_what_was_left_empty_is_no_answer() -> None:
    assert checked([a_question(), a_question(name="r")], {"r": "", "q": "a"}, "form") == {"q": "a"}
