"""Content templates: how one is filled in, and when WhatsApp approves it."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from simulator.records import Action, Template
from simulator.settings import SimulatorSettings

# What the Content API takes: https://www.twilio.com/docs/content/content-types-overview
CONTENT_TYPES: Final = frozenset(
    {f"twilio/{name}" for name in (
        "text", "media", "location", "list-picker", "call-to-action", "quick-reply", "card",
        "catalog", "carousel", "flows", "schedule",
    )}
    | {f"whatsapp/{name}" for name in ("card", "authentication", "flows")}
)  # fmt: skip
CATEGORIES: Final = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})
_SLOT: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def fill(text: str, variables: dict[str, str]) -> str:
    """Slots without a value stay as they are; WhatsApp then refuses the message."""
    return _SLOT.sub(lambda slot: variables.get(slot[1], slot[0]), text)


def rendered(template: Template, variables: dict[str, str]) -> tuple[str, tuple[Action, ...]]:
    """What the customer reads and may tap."""
    values = template.variables | variables
    content = next(iter(template.types.values()))
    text = fill(str(content.get("body") or content.get("title") or ""), values)
    return text, tuple(_actions(content, values))


def media_of(template: Template, variables: dict[str, str]) -> tuple[str, ...]:
    content = next(iter(template.types.values()))
    return tuple(fill(str(url), template.variables | variables) for url in content.get("media") or ())


def approval_status(template: Template, now: datetime, review: timedelta) -> str:
    """A submitted template is looked at, then approved, by nobody."""
    if template.status != "received" or template.submitted_at is None:
        return template.status
    waited = now - template.submitted_at
    if waited >= review:
        return "approved"
    return "pending" if waited >= review / 3 else "received"


def current(template: Template, now: datetime, settings: SimulatorSettings) -> Template:
    """The template as WhatsApp sees it at this moment."""
    review = timedelta(seconds=settings.template_review_seconds)
    return template.model_copy(update={"status": approval_status(template, now, review)})


def _actions(content: dict[str, Any], values: dict[str, str]) -> list[Action]:
    buttons = [
        Action(
            kind=_kind_of(action),
            title=fill(str(action.get("title", "")), values),
            action_id=fill(str(action.get("id") or ""), values),
            url=action.get("url"),
        )
        for action in content.get("actions") or ()
    ]
    rows = [
        Action(
            kind="row",
            title=fill(str(item.get("item", "")), values),
            action_id=str(item.get("id", "")),
            description=fill(str(item.get("description") or ""), values),
        )
        for item in content.get("items") or ()
        if isinstance(item, dict)
    ]
    return buttons + rows


def _kind_of(action: dict[str, Any]) -> Any:  # noqa: ANN401  (one of Action.kind; validated there)
    return {"URL": "link", "PHONE_NUMBER": "phone"}.get(str(action.get("type", "")).upper(), "button")
