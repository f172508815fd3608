"""What became of a message of ours, as Twilio's status callback tells it.

https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
Example: tests/contract/payloads/twilio/status_undelivered_63016.txt
"""

from typing import Final
from uuid import UUID

from channels.twilio.errors import explain
from channels.twilio.form import Form, query_parameters
from channels.twilio.inbound import MESSAGE_SID
from channels.webhooks import WebhookRequest
from domain.configuration import Credentials
from domain.errors import UnreadableWebhook
from domain.ids import MessageId
from domain.messages import DeliveryStatus, StatusReported

STATUSES: Final = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "partially_delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.WITHDRAWN,
}
INBOUND_STATUSES: Final = frozenset({"receiving", "received"})
MESSAGE_ID: Final = "message_id"
"""The query parameter of our callback address that names our own message."""


def is_status(form: Form) -> bool:
    """Tell a status callback from a customer's message, which has no MessageStatus."""
    return form.text("MessageStatus").lower() not in {"", *INBOUND_STATUSES}


def report(request: WebhookRequest, form: Form, credentials: Credentials) -> list[StatusReported]:
    """Read one callback. A status word that Twilio adds one day is no event."""
    status = STATUSES.get(form.text("MessageStatus").lower())
    sid = form.text("MessageSid")
    if not MESSAGE_SID.fullmatch(sid):
        raise UnreadableWebhook("Twilio's MessageSid is missing or not one.")
    if status is None:
        return []
    code = form.text("ErrorCode", limit=10)
    return [
        StatusReported(
            provider_message_id=sid,
            status=status,
            message_id=_message_id(request),
            error_code=code or None,
            error_text=explain(code, credentials.settings).advice if code else None,
        )
    ]


def _message_id(request: WebhookRequest) -> MessageId | None:
    try:
        return UUID(query_parameters(request).text(MESSAGE_ID))
    except ValueError:
        return None
