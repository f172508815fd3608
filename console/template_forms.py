"""Choosing a template: which languages it has, and what the customer would read."""

from collections.abc import Mapping

from application.template_texts import filled_in
from console.texts import Texts
from domain.configuration import Approval, Template
from domain.errors import HoldfastError


def languages_of(template: Template) -> tuple[str, ...]:
    """Those in which it is approved."""
    return tuple(each.language for each in template.translations if each.approval is Approval.APPROVED)


def language_for(template: Template, wanted: str) -> str:
    """The conversation's language where it is approved, else one that is."""
    approved = languages_of(template)
    meant = template.translation(wanted).language
    return meant if meant in approved or not approved else approved[0]


def preview_of(template: Template, language: str, values: Mapping[str, str]) -> str:
    """The text as far as it is filled in; what is missing stands there by its name."""
    shown = {name: values.get(name, "").strip() or f"[{name}]" for name in template.variables}
    try:
        return filled_in(template, language, shown).text
    except HoldfastError as error:
        return str(error)


def is_complete(template: Template, values: Mapping[str, str]) -> bool:
    """Every variable has a value."""
    return all(values.get(name, "").strip() for name in template.variables)


def label_of(variable: str, texts: Texts) -> str:
    """Its name; a number alone would say nothing."""
    return texts.variable.format(name=variable) if variable.isdigit() else variable
