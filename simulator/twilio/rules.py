"""WhatsApp's own rules: what becomes of a message Twilio took. No clock, no I/O."""

from datetime import datetime, timedelta
from typing import Final

from simulator.records import Customer, Endpoint, Message, Template

SERVICE_WINDOW: Final = timedelta(hours=24)
SANDBOX_MEMBERSHIP: Final = timedelta(days=3)
IMAGE_LIMIT: Final = 5 * 1024 * 1024
MEDIA_LIMIT: Final = 16 * 1024 * 1024
# https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages
_MEDIA_TYPES: Final = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "audio/",
    "video/mp4",
    "video/3gpp",
    "application/pdf",
    "application/msword",
    "application/vnd.",
    "text/vcard",
    "text/plain",
)
_REFUSED_TEMPLATES: Final = {"rejected": 63040, "paused": 63041, "disabled": 63042}
# A failure WhatsApp only reports after it took the message.
LATE_REFUSALS: Final = frozenset({63014})


def is_window_open(last_written_at: datetime | None, now: datetime) -> bool:
    return last_written_at is not None and now - last_written_at < SERVICE_WINDOW


def refusal_of(
    message: Message,
    *,
    customer: Customer | None,
    endpoint: Endpoint,
    template: Template | None,
    window_open: bool,
    now: datetime,
) -> int | None:
    """The code with which this message fails, or None if it reaches the customer."""
    return (
        _sandbox_refusal(customer, endpoint, now)
        or _customer_refusal(message, customer, template)
        or _template_refusal(message, template, window_open=window_open)
    )


def media_refusal(content_type: str, size: int) -> int | None:
    if not content_type.startswith(_MEDIA_TYPES):
        return 63021
    limit = IMAGE_LIMIT if content_type.startswith("image/") else MEDIA_LIMIT
    return 63034 if size > limit else None


def is_sandbox_member(customer: Customer, sandbox: str, now: datetime) -> bool:
    joined_at = customer.joined.get(sandbox)
    return joined_at is not None and now - joined_at < SANDBOX_MEMBERSHIP


def _sandbox_refusal(customer: Customer | None, endpoint: Endpoint, now: datetime) -> int | None:
    if not endpoint.sandbox:
        return None
    is_member = customer is not None and is_sandbox_member(customer, endpoint.address, now)
    return None if is_member else 63015


def _customer_refusal(
    message: Message, customer: Customer | None, template: Template | None
) -> int | None:
    if customer is None or not customer.on_whatsapp:
        return 63003 if "." in message.customer else 63024
    if customer.blocked:
        return 63014
    is_marketing = template is not None and template.category == "MARKETING"
    return 63033 if is_marketing and customer.opted_out == "marketing" else None


def _template_refusal(message: Message, template: Template | None, *, window_open: bool) -> int | None:
    if message.template_id and (template is None or template.gone):
        return 63027
    if template is not None and template.status in _REFUSED_TEMPLATES:
        return _REFUSED_TEMPLATES[template.status]
    if template is not None and "{{" in message.text:
        return 63028
    if window_open or (template is not None and template.status == "approved"):
        return None
    return 63016
