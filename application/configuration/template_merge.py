"""What the provider lists, against what we have: which templates are new and which changed. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from application.configuration.audit import now
from channels.extras import ProviderTemplate
from domain.configuration import Approval, Template, TemplateTranslation
from domain.ids import AccountId, new_id

GONE = "The provider does not list it any more."


class Merged(NamedTuple):
    """What has to be written."""

    new: list[Template]
    changed: list[tuple[Template, dict[str, Any]]]


def merge(
    account_id: AccountId, ours: Iterable[Template], theirs: Iterable[ProviderTemplate]
) -> Merged:
    """A provider lists each language of a template by itself; they share the name.

    What is no longer listed is disabled, not deleted: an answer that comes back empty by mistake
    must not cost an admin's work.
    """
    listed = _by_name(theirs)
    known = {template.name: template for template in ours}
    new = [_new(account_id, name, found) for name, found in listed.items() if name not in known]
    changes = [(template, _changes(template, listed.get(name, []))) for name, template in known.items()]
    return Merged(new, [(template, change) for template, change in changes if change])


def _by_name(theirs: Iterable[ProviderTemplate]) -> dict[str, list[ProviderTemplate]]:
    grouped: defaultdict[str, dict[str, ProviderTemplate]] = defaultdict(dict)
    for template in theirs:
        other = grouped[template.name].get(template.language)
        # Two of one name and language: the one that may be used wins.
        if other is None or other.approval is not Approval.APPROVED:
            grouped[template.name][template.language] = template
    return {name: list(languages.values()) for name, languages in grouped.items()}


def _new(account_id: AccountId, name: str, found: Sequence[ProviderTemplate]) -> Template:
    translations = tuple(_translation(each) for each in found)
    languages = [each.language for each in translations]
    return Template(
        template_id=new_id(),
        account_id=account_id,
        name=name,
        default_language="en" if "en" in languages else languages[0],
        translations=translations,
        variables=_variables(found),
        created_at=now(),
        updated_at=now(),
    )


def _changes(template: Template, found: Sequence[ProviderTemplate]) -> dict[str, Any]:
    fresh = {each.language: _translation(each) for each in found}
    kept = [fresh.pop(each.language, _gone(each)) for each in template.translations]
    translations = (*kept, *fresh.values())
    changes: dict[str, Any] = {}
    if translations != template.translations:
        changes["translations"] = translations
    # Names that an admin gave to the placeholders stay, as long as there are as many of them.
    if found and len(_variables(found)) != len(template.variables):
        changes["variables"] = _variables(found)
    return changes


def _gone(translation: TemplateTranslation) -> TemplateTranslation:
    return translation.model_copy(update={"approval": Approval.DISABLED, "rejection_reason": GONE})


def _translation(template: ProviderTemplate) -> TemplateTranslation:
    return TemplateTranslation(
        language=template.language,
        text=template.text,
        content_sid=template.content_sid,
        approval=template.approval,
        rejection_reason=template.rejection_reason,
    )


def _variables(found: Sequence[ProviderTemplate]) -> tuple[str, ...]:
    return max((tuple(each.variables) for each in found), key=len)
