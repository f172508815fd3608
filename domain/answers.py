"""What customers answer to a widget's questions, and whether that will do."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from domain.errors import InvalidInput
from domain.widgets import Question, QuestionKind

# What browsers take as an address; whether somebody reads mail there nobody can see from here.
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_PHONE: Final = re.compile(r"\+?[0-9\s().-]+")
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15
_LONGEST: Final[Mapping[QuestionKind, int]] = {
    "text": 500,
    "long_text": 2_000,
    "email": 254,
    "phone": 40,
}
AGREED: Final = "true"
_REFUSALS: Final[Mapping[QuestionKind, str]] = {
    "email": "this is no e-mail address",
    "phone": f"a telephone number has {_FEWEST_DIGITS} to {_MOST_DIGITS} digits and no letters",
    "options": "this is none of the options",
    "consent": f"to agree, send `{AGREED}`",
}


def checked(questions: Sequence[Question], answers: Mapping[str, str], form: str) -> dict[str, str]:
    """The answers without what was left empty, in the order of the questions. The widget asks the same.

    Raise InvalidInput for the first that will not do; its field names the form and the question.
    """
    known = {question.name for question in questions}
    for name in answers:
        if name not in known:
            raise InvalidInput(f"The widget does not ask for {name}.", field=f"{form}.{name}")
    given = {question.name: answers.get(question.name, "").strip() for question in questions}
    for question in questions:
        why = _complaint(question, given[question.name])
        if why:
            raise InvalidInput(f"{question.label}: {why}.", field=f"{form}.{question.name}")
    return {name: answer for name, answer in given.items() if answer}


def _complaint(question: Question, answer: str) -> str | None:
    if not answer:
        return "an answer is required" if question.required else None
    longest = _LONGEST.get(question.kind)
    if longest is not None and len(answer) > longest:
        return f"at most {longest} characters"
    return None if _fits(question, answer) else _REFUSALS[question.kind]


def _fits(question: Question, answer: str) -> bool:
    match question.kind:
        case "email":
            return _EMAIL.fullmatch(answer) is not None
        case "phone":
            return _is_phone(answer)
        case "options":
            return answer in question.options
        case "consent":
            return answer == AGREED
        case _:
            return True


def _is_phone(text: str) -> bool:
    digits = sum(each.isdigit() for each in text)
    return _PHONE.fullmatch(text) is not None and _FEWEST_DIGITS <= digits <= _MOST_DIGITS
