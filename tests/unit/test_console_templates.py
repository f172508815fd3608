"""Choosing a template: its languages, its variables, and what the customer would read."""

from typing import Any

import pytest

from console.template_forms import is_complete, label_of, language_for, languages_of, preview_of
from console.texts import ENGLISH
from domain.configuration import Approval, Template, TemplateTranslation
from domain.ids import new_id
from tests.builders import NOON


def a_translation(language: str, text: str, approval: Approval = Approval.APPROVED) -> Any:
    return TemplateTranslation(
        language=language, text=text, content_sid=f"HX{language}", approval=approval
    )


TEMPLATE = Template(
    template_id=new_id(),
    account_id=new_id(),
    name="order_update",
    default_language="en",
    translations=(
        a_translation("de", "Hallo {{1}}", Approval.PENDING),
        a_translation("en", "Hello {{1}}, your order {{2}} is on its way."),
        a_translation("ko", "{{1}}님, {{2}}"),
    ),
    variables=("name", "order"),
    created_at=NOON,
    updated_at=NOON,
)


def test_only_approved_languages_are_offered() -> None:
    assert languages_of(TEMPLATE) == ("en", "ko")


@pytest.mark.parametrize(
    ("wanted", "found"), [("ko", "ko"), ("ko-KR", "ko"), ("fr", "en"), ("de", "en")]
)
def test_the_conversations_language_comes_first_if_it_is_approved(wanted: str, found: str) -> None:
    assert language_for(TEMPLATE, wanted) == found


def test_the_preview_names_what_is_still_missing() -> None:
    values = {"name": "Minji", "order": " "}
    assert preview_of(TEMPLATE, "en", values) == "Hello Minji, your order [order] is on its way."
    assert not is_complete(TEMPLATE, values)
    assert is_complete(TEMPLATE, {"name": "Minji", "order": "4711"})


def test_the_preview_says_what_the_provider_would_refuse() -> None:
    assert "line breaks" in preview_of(TEMPLATE, "en", {"name": "Min\nji"})


def test_a_variable_that_is_only_a_number_is_called_one() -> None:
    assert label_of("1", ENGLISH) == "Variable 1"
    assert label_of("order", ENGLISH) == "order"
