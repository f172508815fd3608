"""Which files may come in and go out: what the channel carries, narrowed by the organisation."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Final

from domain.channels import Capabilities, MediaRule
from domain.configuration import Organization
from domain.errors import MediaRefused
from domain.messages import Media, MediaState, MessageReceived

NOT_WANTED: Final = "Customers may not send files here. An admin may allow it."
_KIBIBYTE: Final = 1024


def require_sendable(
    mime_type: str, size: int, capabilities: Capabilities, organization: Organization
) -> None:
    """Raise MediaRefused when the channel or the organisation does not let this file out."""
    _require(mime_type, size, capabilities.outbound_media, organization)


def require_receivable(
    mime_type: str, size: int, capabilities: Capabilities, organization: Organization
) -> None:
    """Raise MediaRefused when the channel or the organisation does not let this file in."""
    _require(mime_type, size, capabilities.inbound_media, organization)


def _require(mime_type: str, size: int, rules: Sequence[MediaRule], organization: Organization) -> None:
    limits = [rule.max_bytes for rule in rules if _matches(mime_type, rule.types)]
    if not limits:
        carried = ", ".join(sorted({kind for rule in rules for kind in rule.types}))
        raise MediaRefused(
            f"This channel carries no {mime_type} files. It carries: {carried or 'none'}."
        )
    _require_allowed(mime_type, organization)
    require_size(size, min(max(limits), organization.attachment_max_bytes))


def _require_allowed(mime_type: str, organization: Organization) -> None:
    allowed = organization.attachment_types
    if allowed and not _matches(mime_type, allowed):
        raise MediaRefused(f"Files of type {mime_type} are not allowed here. An admin may allow them.")


def require_harmless(extensions: Iterable[str], organization: Organization) -> None:
    """Raise MediaRefused for a kind of file that nobody may send here."""
    if blocked := sorted(set(extensions) & set(organization.blocked_extensions)):
        raise MediaRefused(
            f"Files of the kind .{blocked[0]} are blocked here. An admin may allow them."
        )


def require_size(size: int, limit: int) -> None:
    """Raise MediaRefused when a file is larger than that."""
    if size > limit:
        raise MediaRefused(f"The file has {_readable(size)}; the limit is {_readable(limit)}.")


def without_files(event: MessageReceived) -> MessageReceived:
    """The same message; that there were files is shown, and why there are none."""
    content = event.content
    if not isinstance(content, Media):
        return event
    refused = {"state": MediaState.REFUSED, "source_url": None, "reason": NOT_WANTED}
    items = tuple(item.model_copy(update=refused) for item in content.items)
    return event.model_copy(update={"content": content.model_copy(update={"items": items})})


def _matches(mime_type: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(mime_type, pattern) for pattern in patterns)


def _readable(size: int) -> str:
    if size < _KIBIBYTE * _KIBIBYTE:
        return f"{size / _KIBIBYTE:.0f} KB"
    return f"{size / _KIBIBYTE / _KIBIBYTE:.1f} MB"
