"""LINE's webhook events in our words (https://developers.line.biz/en/reference/messaging-api/#webhooks).

Examples: tests/contract/payloads/line. Each event is read on its own: a broken one never costs
its neighbours.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from channels.fields import Fields
from channels.line_api.account import USER, Groups
from channels.line_api.contents import ContentReader, happening, postback
from channels.line_api.envelope import ID, envelope
from channels.line_api.sources import Source, source_of
from channels.webhooks import Parsed, Unreadable
from domain.customer_events import ConsentReported, InboundEvent, MessageEdited, MessageWithdrawn
from domain.errors import UnreadableWebhook
from domain.messages import Content, MessageReceived


class Reader:
    """Reads one webhook under one account's policy for groups."""

    def __init__(self, contents: ContentReader, policy: Groups) -> None:
        self._contents = contents
        self._policy = policy
        self._readers: dict[str, Callable[[Event], InboundEvent]] = {
            "message": self._message,
            "messageEdited": self._edited,
            "unsend": _unsend,
            "postback": _postback,
            "follow": _consent(opted_out=False),
            "join": _consent(opted_out=False),
            "unfollow": _consent(opted_out=True),
            "leave": _consent(opted_out=True),
        }

    def read(self, body: bytes) -> Parsed:
        """All events of a body, in the order in which they happened."""
        destination, found = envelope(body)
        if found and not USER.fullmatch(destination):
            raise UnreadableWebhook("This webhook does not say for which bot it is.")
        happened = sorted((Event(item, destination) for item in found), key=lambda each: each.moment)
        outcomes = [self._outcome(event) for event in happened]
        return Parsed(
            events=tuple(each for each in outcomes if not isinstance(each, Unreadable | None)),
            unreadable=tuple(each for each in outcomes if isinstance(each, Unreadable)),
        )

    def _outcome(self, event: "Event") -> InboundEvent | Unreadable | None:
        """None: said in a group that this account does not serve."""
        try:
            if event.source.is_group and self._policy is Groups.IGNORE:
                return None
            return self._readers.get(event.type, _happening)(event)
        except (UnreadableWebhook, ValueError) as error:
            why = str(error) if isinstance(error, UnreadableWebhook) else "Its values do not fit."
            return Unreadable(raw=event.fields.raw, why=why)

    def _message(self, event: "Event") -> InboundEvent:
        message = event.fields.child("message")
        content, details = self._contents.read(message)
        return _received(event, content, details, message_id=message.matching("id", ID))

    def _edited(self, event: "Event") -> InboundEvent:
        message = event.fields.child("message")
        content, _ = self._contents.read(message)
        return MessageEdited(
            provider_message_id=_required(message, "id"),
            endpoint_address=event.destination,
            content=content,
            edited_at=event.happened_at,
        )


class Event:
    """What all events have."""

    def __init__(self, found: object, destination: str) -> None:
        self.fields = Fields(found)
        self.destination = destination
        self.type = self.fields.text("type", limit=100) or "nothing"
        self.moment = self.fields.whole("timestamp") or 0

    @property
    def source(self) -> Source:
        """Who, and where."""
        return source_of(self.fields.child("source"))

    @property
    def happened_at(self) -> datetime | None:
        """By LINE's clock. Events may arrive in any order; this one does not lie."""
        if not self.moment:
            return None
        try:
            return datetime.fromtimestamp(self.moment / 1000, UTC)
        except (OverflowError, OSError, ValueError):
            return None

    @property
    def details(self) -> dict[str, str]:
        """Facts worth keeping. The reply token is the right to one free answer, for a minute."""
        is_repeated = self.fields.child("deliveryContext").flag("isRedelivery")
        mode = self.fields.text("mode", limit=20)
        return {
            "webhook_event_id": self.fields.matching("webhookEventId", ID),
            "reply_token": self.fields.matching("replyToken", ID),
            "redelivered": "true" if is_repeated else "",
            # In standby somebody else answers: stored, and never answered by us.
            "mode": "" if mode == "active" else mode,
        }


def _received(
    event: Event, content: Content, details: dict[str, str], *, message_id: str = ""
) -> MessageReceived:
    found = {**event.details, **event.source.details, **details}
    return MessageReceived(
        provider_message_id=message_id or _required(event.fields, "webhookEventId"),
        endpoint_address=event.destination,
        sender=event.source.sender(),
        content=content,
        sent_at=event.happened_at,
        reply_to=event.fields.child("message").matching("quotedMessageId", ID) or None,
        details={name: value for name, value in found.items() if value},
    )


def _unsend(event: Event) -> InboundEvent:
    return MessageWithdrawn(
        provider_message_id=_required(event.fields.child("unsend"), "messageId"),
        endpoint_address=event.destination,
    )


def _postback(event: Event) -> InboundEvent:
    return _received(event, *postback(event.fields.child("postback")))


def _happening(event: Event) -> InboundEvent:
    """Types without a reader of their own, those of the future too."""
    return _received(event, happening(event.type, event.fields), {})


def _consent(*, opted_out: bool) -> Callable[[Event], InboundEvent]:
    """Blocking the bot, or putting it out of a group, is the end of writing to them."""

    def read(event: Event) -> InboundEvent:
        return ConsentReported(
            endpoint_address=event.destination,
            sender=event.source.sender(),
            opted_out=opted_out,
            reported_at=event.happened_at,
        )

    return read


def _required(fields: Fields, name: str) -> str:
    value = fields.matching(name, ID)
    if not value:
        raise UnreadableWebhook(f"LINE's {name} is missing or not one.")
    return value
