"""Stand-ins for Temporal and for a provider: they remember, refuse, or are down, as they are told."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from channels.base import Explanation, WebhookAnswer, WebhookRequest
from domain.channels import Capabilities, ChannelName, MediaRule
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
    InboundEvent,
    MediaItem,
    MessageReceived,
    OutboundMessage,
    Receipt,
    StatusReported,
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
    outbound_media=(MediaRule(types=("image/png", "application/pdf"), max_bytes=1_000),),
    sends_can_be_looked_up=True,
)


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
    known_when_asked: list[frozenset[str]] = field(default_factory=list)
    received: list[MessageReceived] = field(default_factory=list)
    asked_since: list[datetime] = field(default_factory=list)
    fault: Exception | None = None

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        if request.headers.get("signature") not in credentials.secrets.get("auth_token", ()):
            raise InvalidSignature("Not signed.")

    def parse(self, request: WebhookRequest, credentials: Credentials) -> list[InboundEvent]:
        try:
            raw = json.loads(request.body)
        except ValueError as error:
            raise UnreadableWebhook("This is not JSON.") from error
        if raw == "bug":
            raise ZeroDivisionError
        return [
            MessageReceived.model_validate(each)
            if each["type"] == "message_received"
            else StatusReported.model_validate(each)
            for each in raw
        ]

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:
        return WebhookAnswer(body="thanks")

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        if self.fault:
            raise self.fault
        self.sent.append(message)
        return Receipt(provider_message_id=f"out-{len(self.sent)}")

    async def find_sent(
        self,
        message: OutboundMessage,
        credentials: Credentials,
        since: datetime,
        *,
        already_known: frozenset[str],
    ) -> Receipt | None:
        self.known_when_asked.append(already_known)
        return None

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        found = self.files.get(item.media_id, MediaUnavailable("Not now."))
        if isinstance(found, Exception):
            raise found
        return found

    async def received_since(
        self, credentials: Credentials, addresses: Sequence[str], since: datetime
    ) -> list[MessageReceived]:
        self.asked_since.append(since)
        if self.fault:
            raise self.fault
        return [each for each in self.received if each.endpoint_address in addresses]

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

    async def close(self) -> None:
        pass
