"""An approved template, filled in: which placeholders it has, and what the customer will read."""

import re
from collections.abc import Mapping
from typing import Final

from domain.configuration import Approval, Template, TemplateTranslation
from domain.errors import InvalidInput, Refused
from domain.messages import TemplateUse

_PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# Twilio refuses such values (https://www.twilio.com/docs/api/errors/21656), and an empty one.
_UNFIT: Final = re.compile(r"[\n\r\t]| {5,}")
MAX_VALUE: Final = 1024


def filled_in(template: Template, language: str | None, values: Mapping[str, str]) -> TemplateUse:
    """The template with its variables, ready to send.

    Raises Refused unless WhatsApp approved it in that language, InvalidInput unless exactly its
    variables are given, by their names.
    """
    translation = template.translation(language)
    _require_approved(template, translation)
    _require_complete(template, values)
    by_placeholder = _by_placeholder(template, translation, values)
    return TemplateUse(
        template_id=template.template_id,
        name=template.name,
        language=translation.language,
        content_sid=translation.content_sid,
        variables=by_placeholder,
        text=_PLACEHOLDER.sub(lambda found: by_placeholder.get(found[1], found[0]), translation.text),
    )


def _by_placeholder(
    template: Template, translation: TemplateTranslation, values: Mapping[str, str]
) -> dict[str, str]:
    """Variables have names for people; a text that numbers its placeholders numbers them in order."""
    in_text = set(_PLACEHOLDER.findall(translation.text))
    return {
        name if name in in_text else str(number): values[name]
        for number, name in enumerate(template.variables, start=1)
    }


def _require_approved(template: Template, translation: TemplateTranslation) -> None:
    if translation.approval is not Approval.APPROVED:
        raise Refused(
            f"The template {template.name!r} ({translation.language}) is {translation.approval},"
            " not approved. Choose another one.",
            approval=translation.approval,
        )


def _require_complete(template: Template, values: Mapping[str, str]) -> None:
    expected = set(template.variables)
    problems = [f"{name} is missing" for name in template.variables if not values.get(name, "").strip()]
    problems += [f"{name} is not a variable of it" for name in sorted(values.keys() - expected)]
    problems += [
        f"{name} has line breaks, tabs, more than four spaces in a row, or is too long"
        for name in template.variables
        if _UNFIT.search(values.get(name, "")) or len(values.get(name, "")) > MAX_VALUE
    ]
    if problems:
        raise InvalidInput(
            f"The template {template.name!r} cannot be filled in: {'; '.join(problems)}."
        )
