"""Stand-ins for Temporal and for a provider: they remember, refuse, or are down, as they are told."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from channels.base import Explanation
from channels.history import ListedMessage, Slice
from channels.webhooks import Parsed, WebhookAnswer, WebhookRequest
from domain.channels import ANY_FILE, Capabilities, ChannelName, MediaRule
from domain.commands import AnyCommand
from domain.configuration import Credentials
from domain.conversations import ConversationStart, ConversationStatus, Mail, MailKind, State
from domain.errors import (
    ContentRejected,
    InvalidSignature,
    MediaUnavailable,
    NotFound,
    OutsideServiceWindow,
    Refused,
    Unavailable,
    UnreadableWebhook,
)
from domain.ids import ConversationId, MediaId
from domain.messages import (
    DownloadedMedia,
    MediaItem,
    MessageReceived,
    OutboundMessage,
    Receipt,
)

SECRET: Final = "right-secret"
OLD_SECRET: Final = "old-secret"


@dataclass
class FakeConversations:
    """Conversations that keep what they are told, and drop what they were told before."""

    is_down: bool = False
    refusal: Refused | None = None
    runs: bool = True
    failing: set[ConversationId] = field(default_factory=set)
    deliveries: list[tuple[ConversationStart, tuple[Mail, ...]]] = field(default_factory=list)
    handled: dict[ConversationId, list[Mail]] = field(default_factory=dict)
    commands: list[AnyCommand] = field(default_factory=list)
    asked: int = 0

    async def deliver(self, start: ConversationStart, mail: Sequence[Mail]) -> None:
        self.asked += 1
        if self.is_down or start.conversation_id in self.failing:
            raise Unavailable("Temporal is down.")
        self.deliveries.append((start, tuple(mail)))
        handled = self.handled.setdefault(start.conversation_id, [])
        last = handled[-1].position if handled else 0
        handled += [item for item in mail if item.position > last]

    async def execute(
        self, conversation_id: ConversationId, channel: ChannelName, command: AnyCommand
    ) -> None:
        self.asked += 1
        if self.is_down:
            raise Unavailable("Temporal is down.")
        if not self.runs:
            raise NotFound("It does not run.")
        if self.refusal is not None:
            raise self.refusal
        if all(command.command_id != known.command_id for known in self.commands):
            self.commands.append(command)

    async def status(self, conversation_id: ConversationId, channel: ChannelName) -> ConversationStatus:
        return ConversationStatus(state=State.OPEN)


@dataclass
class FakeErasures:
    """Starts nothing; remembers what it was asked to start."""

    is_down: bool = False
    started: list[UUID] = field(default_factory=list)

    async def start(self, erasure_id: UUID) -> bool:
        if not self.is_down:
            self.started.append(erasure_id)
        return not self.is_down


CAPABILITIES: Final = Capabilities(
    text_limit=20,
    service_window=timedelta(hours=24),
    templates=True,
    inbound_media=(MediaRule(types=(ANY_FILE,), max_bytes=100_000_000),),
    outbound_media=(MediaRule(types=("image/png", "application/pdf"), max_bytes=1_000),),
)


CALLBACKS: Final = {
    "messages": "/webhooks/twilio/{account_id}/messages",
    "status": "/webhooks/twilio/{account_id}/status",
}


class FakeBox:
    """Seals secrets so that a plain one would be noticed, and says with which key, at no cost."""

    def __init__(self, key: str = "k1") -> None:
        self.key = key

    def encrypt(self, text: str) -> bytes:
        return f"{self.key}:{text[::-1]}".encode()

    def decrypt(self, sealed: bytes) -> str:
        return sealed.decode().split(":", 1)[1][::-1]

    def rotate(self, sealed: bytes) -> bytes:
        return self.encrypt(self.decrypt(sealed))


@dataclass
class FakeChannel:
    """A provider whose webhooks are JSON lists of our own events, signed with the secret itself."""

    name: ChannelName = ChannelName.WHATSAPP
    capabilities: Capabilities = CAPABILITIES
    files: dict[MediaId, DownloadedMedia | Exception] = field(default_factory=dict)
    sent: list[OutboundMessage] = field(default_factory=list)
    received: list[MessageReceived] = field(default_factory=list)
    most_listed: int = 1_000
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    fault: Exception | None = None
    callbacks: Mapping[str, str] = field(default_factory=lambda: dict(CALLBACKS))

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        if request.headers.get("signature") not in credentials.secrets.get("auth_token", ()):
            raise InvalidSignature("Not signed.")

    def endpoint_address(self, text: str) -> str:
        return text

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        try:
            raw = json.loads(request.body)
        except ValueError as error:
            raise UnreadableWebhook("This is not JSON.") from error
        if raw == "bug":
            raise ZeroDivisionError
        return Parsed.model_validate({"events": raw})

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        return WebhookAnswer(body="thanks")

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        if self.fault:
            raise self.fault
        self.sent.append(message)
        return Receipt(provider_message_id=f"out-{len(self.sent)}")

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        found = self.files.get(item.media_id, MediaUnavailable("Not now."))
        if isinstance(found, Exception):
            raise found
        return found

    async def received_between(
        self, credentials: Credentials, address: str, since: datetime, until: datetime
    ) -> Slice:
        """A message without a time was sent whenever somebody asks."""
        self.asked.append((address, since, until))
        if self.fault:
            raise self.fault
        times = {each.provider_message_id: each.sent_at or since for each in self.received}
        there = [
            ListedMessage(
                provider_message_id=each.provider_message_id,
                facts={"message": each.model_dump_json()},
                sent_at=times[each.provider_message_id],
            )
            for each in sorted(self.received, key=lambda each: times[each.provider_message_id])
            if each.endpoint_address == address and since <= times[each.provider_message_id] <= until
        ]
        if len(there) > self.most_listed:
            until = times[there[self.most_listed - 1].provider_message_id]
        return Slice(messages=tuple(there[: self.most_listed]), until=until)

    async def recover(self, credentials: Credentials, listed: ListedMessage) -> MessageReceived:
        self.recovered.append(listed.provider_message_id)
        return MessageReceived.model_validate_json(listed.facts["message"])

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:
        if code == "63016":
            return Explanation(
                error_class=OutsideServiceWindow,
                advice="Send a template.",
                mail=MailKind.WINDOW_REFUSED,
            )
        return Explanation(error_class=ContentRejected, advice="Say it differently.")

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        return []

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        return []

    async def close(self) -> None:
        pass
