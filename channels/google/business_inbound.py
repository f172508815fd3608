"""A webhook of Google's Business Messages in our words.

https://developers.google.com/business-communications/business-messages/guides/how-to/message/receive
Example bodies: tests/contract/payloads/google_business_messages. Each carries one event; receipts
may be several. The set of members is open.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

import httpx2

from channels.fields import Fields
from channels.file_types import UNKNOWN
from channels.google.business_answers import AUTHENTICATION, SURVEY, authentication, survey
from channels.google.business_context import context, dialogflow
from channels.google.filing import NotFilable, first_id, tapped
from channels.google.receipts import status_of
from channels.webhooks import Parsed, Unreadable
from domain.customer_events import InboundEvent, TypingReported
from domain.ids import new_id
from domain.messages import (
    Choice,
    Content,
    Media,
    MediaItem,
    MessageReceived,
    Sender,
    Text,
    Unsupported,
)

AGENT: Final = re.compile(r"brands/\w[\w.-]{0,99}/agents/\w[\w.-]{0,99}", re.ASCII)
CONVERSATION: Final = re.compile(r"\w[\w.~:=-]{0,199}", re.ASCII)
_NAME: Final = re.compile(r"conversations/[^/]{1,200}/messages/(\w[\w.~:=-]{0,199})", re.ASCII)
STORAGE: Final = "storage.googleapis.com"
LIVE_AGENT: Final = "live_agent"
_NAME_LIMIT: Final = 256
# Members that say where an event belongs, not what happened.
_ENVELOPE: Final = frozenset(
    {"agent", "conversationId", "customAgentId", "requestId", "sendTime", "context"}
)


class BusinessReader:
    """Reads webhooks. `home` is the API as configured: a simulator keeps its images there."""

    def __init__(self, home: str) -> None:
        self._home = httpx2.URL(home)

    def read(self, body: Fields) -> Parsed:
        """What a webhook carried."""
        if "receipts" in body:
            return _receipts(body)
        try:
            return Parsed(events=tuple(self._events(body)))
        except NotFilable as error:
            return Parsed(unreadable=(Unreadable(raw=body.raw, why=str(error)),))

    def _events(self, body: Fields) -> Iterator[InboundEvent]:
        status = body.child("userStatus")
        is_typing, wants_a_person = status.flag("isTyping"), status.flag("requestedLiveAgent")
        if "userStatus" in body and is_typing is None and wants_a_person is None:
            raise NotFilable("A status of a kind that we do not know.")
        if is_typing is not None:
            yield TypingReported(
                endpoint_address=_agent(body), address=_conversation(body), is_typing=is_typing
            )
        if "userStatus" not in body or wants_a_person:
            yield self._message(body)

    def _message(self, body: Fields) -> MessageReceived:
        member = _member(body)
        said = body.child(member)
        return MessageReceived(
            provider_message_id=_message_id(body, said),
            endpoint_address=_agent(body),
            sender=_sender(body),
            content=self._content(member, said),
            sent_at=said.moment("createTime") or body.moment("sendTime"),
            reply_to=_named(said.text("message")),
            details=_details(member, body),
        )

    def _content(self, member: str, said: Fields) -> Content:
        if member == "message":
            return self._text_or_image(said)
        read = _READERS.get(member)
        return read(said) if read else Unsupported(provider_type=member, text=said.text("text"))

    def _text_or_image(self, said: Fields) -> Content:
        text = said.text("text")
        if not text:
            return Unsupported(provider_type="message")
        if not self._is_image(text.strip()):
            return Text(text=text)
        return Media(items=(MediaItem(media_id=new_id(), mime_type=UNKNOWN, source_url=text.strip()),))

    def _is_image(self, text: str) -> bool:
        """A customer's image comes as a signed address, good for seven days, in place of the text."""
        if not re.fullmatch(r"https?://\S{1,2040}", text):
            return False
        try:
            url = httpx2.URL(text)
        except httpx2.InvalidURL:
            return False
        at_google = url.scheme == "https" and url.host == STORAGE
        at_home = (url.scheme, url.host, url.port) == (
            self._home.scheme,
            self._home.host,
            self._home.port,
        )
        return (at_google or at_home) and "x-goog-signature=" in text.lower()


def _receipts(body: Fields) -> Parsed:
    events, unreadable = [], []
    for receipt in body.child("receipts").children("receipts"):
        named = _named(receipt.text("message"))
        if named is None:
            why = "A receipt that names no message."
            unreadable.append(Unreadable(raw=receipt.raw, why=why))
        elif report := status_of(named, receipt.text("receiptType")):
            events.append(report)
    return Parsed(events=tuple(events), unreadable=tuple(unreadable))


# -- where it belongs ----------------------------------------------------------------------------


def _agent(body: Fields) -> str:
    agent = body.text("agent")
    if not AGENT.fullmatch(agent):
        raise NotFilable("It names no agent.")
    return agent


def _conversation(body: Fields) -> str:
    conversation = body.text("conversationId")
    if not CONVERSATION.fullmatch(conversation):
        raise NotFilable("It names no conversation.")
    return conversation


def _sender(body: Fields) -> Sender:
    user = body.child("context").child("userInfo")
    return Sender(
        address=_conversation(body),
        display_name=user.text("displayName", limit=_NAME_LIMIT).strip() or None,
    )


def _member(body: Fields) -> str:
    """Which kind of event this is: one we know, else the one that is not part of the envelope."""
    known = next((name for name in ("message", "userStatus", *_READERS) if name in body), None)
    strangers = sorted(name for name in body.names - _ENVELOPE if name in body)
    if known is None and not strangers:
        raise NotFilable("Nothing happened in it.")
    return known or strangers[0][:_NAME_LIMIT]


def _message_id(body: Fields, said: Fields) -> str:
    """The message's own id; what is no message goes by the id of the request."""
    named = _named(said.text("name")) or ""
    return first_id(said.text("messageId"), named, body.text("requestId"))


def _named(name: str) -> str | None:
    """The id in conversations/C/messages/M."""
    match = _NAME.fullmatch(name)
    return match[1] if match else None


# -- what was said -------------------------------------------------------------------------------


def _suggestion(said: Fields) -> Content:
    return tapped(said) or Unsupported(provider_type="suggestionResponse")


def _live_agent(_said: Fields) -> Content:
    return Choice(text="Live agent requested", payload=LIVE_AGENT, source="button")


_READERS: Final[dict[str, Callable[[Fields], Content]]] = {
    "suggestionResponse": _suggestion,
    "userStatus": _live_agent,
    SURVEY: survey,
    AUTHENTICATION: authentication,
}


def _details(member: str, body: Fields) -> dict[str, str]:
    found = context(body) | dialogflow(body)
    if member == "userStatus":
        found["requested"] = LIVE_AGENT
    if member == "suggestionResponse":
        found["suggestion_type"] = body.child(member).text("suggestionType", limit=40).lower()
    return {name: value for name, value in found.items() if value}
