"""Templates and their approval, from Twilio's Content API (https://www.twilio.com/docs/content)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.extras import ProviderTemplate
from channels.twilio.sending import CONTENT_SID
from domain.configuration import Approval
from domain.errors import InvalidInput

PAGE_SIZE: Final = 100
MOST_TEMPLATES: Final = 2000


async def templates(client: Any) -> list[ProviderTemplate]:  # noqa: ANN401 - the SDK is untyped
    """All content of an account with its WhatsApp approval."""
    listed = await client.content.v1.content_and_approvals.list_async(
        limit=MOST_TEMPLATES, page_size=PAGE_SIZE
    )
    return [_template(each) for each in listed if CONTENT_SID.fullmatch(each.sid or "")]


async def approval(client: Any, content_sid: str) -> tuple[Approval, str | None]:  # noqa: ANN401
    """Where one template stands now."""
    if not CONTENT_SID.fullmatch(content_sid):
        raise InvalidInput("A content SID is HX and 32 hexadecimal digits.")
    fetched = await client.content.v1.contents(content_sid).approval_fetch().fetch_async()
    return _approval(fetched.whatsapp or {})


def _template(listed: Any) -> ProviderTemplate:  # noqa: ANN401 - the SDK is untyped
    request: Mapping[str, Any] = listed.approval_requests or {}
    status, reason = _approval(request)
    types = [each for each in (listed.types or {}).values() if isinstance(each, dict)]
    return ProviderTemplate(
        content_sid=listed.sid,
        name=request.get("name") or listed.friendly_name or listed.sid,
        language=listed.language or "en",
        text=_first_text(types),
        variables={str(name): str(value) for name, value in (listed.variables or {}).items()},
        approval=status,
        rejection_reason=reason,
        category=request.get("category") or None,
        media=tuple(_media(types)),
        buttons=tuple(_buttons(types)),
    )


def _approval(request: Mapping[str, Any]) -> tuple[Approval, str | None]:
    """A status Twilio adds one day counts as not approved."""
    try:
        status = Approval(str(request.get("status", "")).lower())
    except ValueError:
        status = Approval.UNSUBMITTED
    return status, request.get("rejection_reason") or None


def _first_text(types: list[dict[str, Any]]) -> str:
    """`twilio/text` and most others call it body; a card has a title."""
    texts = (each.get(field) for field in ("body", "title") for each in types)
    return next((text for text in texts if isinstance(text, str) and text), "")


def _media(types: list[dict[str, Any]]) -> Iterator[str]:
    for each in types:
        media = each.get("media") or []
        yield from [media] if isinstance(media, str) else map(str, media)


def _buttons(types: list[dict[str, Any]]) -> Iterator[str]:
    for each in types:
        for action in each.get("actions") or []:
            if isinstance(action, dict) and action.get("title"):
                yield str(action["title"])
