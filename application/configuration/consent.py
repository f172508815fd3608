"""What a workstream asks its customers once, as an admin words it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from application.configuration.drafts import (
    FITS_EVERYWHERE,
    NO_OTHERS,
    Draft,
    Language,
    Said,
)
from domain.errors import InvalidInput
from domain.notices import LONGEST_ANSWER, ConsentQuestion
from domain.texts import PRINTABLE

Word = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ANSWER, pattern=PRINTABLE)]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=20)]


class ConsentTextDraft(Draft):
    """The question in one language. It has to tell with which words one answers."""

    question: Said = Field(
        max_length=FITS_EVERYWHERE,
        examples=["May we keep this conversation to train our agents? Answer YES or NO."],
    )
    yes: Words = Field(examples=[["yes"]])
    no: Words = Field(examples=[["no"]])


ConsentTexts = Annotated[
    dict[Language, ConsentTextDraft], Field(max_length=100, json_schema_extra=NO_OTHERS)
]


class ConsentDraft(Draft):
    """Whether to ask, what, and which words are the answer."""

    mode: Literal["off", "ask"] = "ask"
    default_language: Language = "en"
    texts: ConsentTexts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if self.mode == "ask" and self.default_language not in self.texts:
            raise ValueError("`default_language` must be one of the texts.")
        return self


def consent_of(draft: ConsentDraft | None, before: ConsentQuestion) -> ConsentQuestion:
    """Another wording is another version. Raise InvalidInput when an answer would be unclear."""
    if draft is None:
        return before
    version = before.text_version
    question = ConsentQuestion.model_validate({**draft.model_dump(), "text_version": version})
    if set(question.yes) & set(question.no) or "" in question.yes + question.no:
        raise InvalidInput(
            "Each word must clearly mean yes or clearly mean no, in all languages together.",
            field="consent",
        )
    is_same = (question.texts, question.default_language) == (before.texts, before.default_language)
    return question if is_same else question.model_copy(update={"text_version": version + 1})
