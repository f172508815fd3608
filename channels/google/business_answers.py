"""Surveys and sign-ins of Google's Business Messages: nothing to show as such, but readable."""

from typing import Final

from channels.fields import Fields
from domain.messages import Unsupported

SURVEY: Final = "surveyResponse"
AUTHENTICATION: Final = "authenticationResponse"
_RATINGS: Final = frozenset(
    {"VERY_DISSATISFIED", "DISSATISFIED", "NEUTRAL", "SATISFIED", "VERY_SATISFIED"}
)
_LIMIT: Final = 2048


def survey(said: Fields) -> Unsupported:
    """An answer to a survey, in its older shape (rating, feedback) or its newer (one question each)."""
    rating = said.text("rating", limit=40)
    readable = rating.replace("_", " ").capitalize() if rating in _RATINGS else rating
    answer = said.text("questionResponseText", limit=_LIMIT) or said.text(
        "questionResponsePostbackData", limit=_LIMIT
    )
    question = said.text("surveyQuestionId", limit=_LIMIT)
    parts = (
        f"{question}: {answer}" if question and answer else answer or question,
        readable,
        said.text("feedback", limit=_LIMIT),
    )
    told = ". ".join(part for part in parts if part)
    return Unsupported(provider_type=SURVEY, text=f"Survey: {told}" if told else "Survey")


def authentication(said: Fields) -> Unsupported:
    """Whether a customer signed in. The code itself is a credential, and stays out of transcripts."""
    failure = said.child("errorDetails")
    why = failure.text("errorDescription", limit=_LIMIT) or failure.text("error", limit=_LIMIT)
    if said.text("code") and not why:
        return Unsupported(provider_type=AUTHENTICATION, text="Signed in")
    return Unsupported(
        provider_type=AUTHENTICATION, text=f"Sign-in failed: {why}" if why else "Sign-in failed"
    )
