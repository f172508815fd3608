"""Google's Business Messages. Google ended the service in 2024; the documented contract is kept."""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote
from uuid import UUID

from channels.base import Explanation
from channels.exchange import Exchange
from channels.extras import Parties
from channels.google import bodies, errors, signature
from channels.google.api import GoogleApi
from channels.google.business_inbound import AGENT, CONVERSATION, STORAGE, BusinessReader
from channels.google.business_sending import AVATAR, IMAGE_TYPES, NAME, message_body, representative
from channels.google.channel import GoogleChannel, missing_secrets
from channels.google.outbound import TEXT_LIMIT
from channels.google.rich_cards import CARDS, suggestion_rule
from channels.google.tokens import AccessTokens
from channels.media_fetch import MediaFetcher, MediaSource
from channels.webhooks import Parsed, WebhookRequest
from domain.channels import Capabilities, ChannelName, MediaRule
from domain.configuration import Credentials
from domain.errors import InvalidInput, RecipientUnreachable
from domain.ids import new_id
from domain.messages import AuthorKind, DeliveryStatus, OutboundMessage, Receipt

API_URL: Final = "https://businessmessages.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/businessmessages"
# https://developers.google.com/business-communications/business-messages/support/sunset
DEPRECATED_ON: Final = date(2024, 7, 31)
# Customers can send pictures only; Google names no size.
_FROM_CUSTOMERS: Final = MediaRule(types=("image/*",), max_bytes=100 * 1024 * 1024)
CAPABILITIES: Final = Capabilities(
    text_limit=TEXT_LIMIT,
    service_window=timedelta(days=30),
    inbound_media=(_FROM_CUSTOMERS,),
    outbound_media=(MediaRule(types=IMAGE_TYPES, max_bytes=5 * 1024 * 1024),),
    suggestions=suggestion_rule(most=13),
    cards=CARDS,
    delivery_receipts=True,
    read_receipts=True,
    idempotent_send=True,
    deprecated_on=DEPRECATED_ON,
    replaced_by=(ChannelName.LIVE_CHAT, ChannelName.RCS),
    data_goes_to="Google",
)
CALLBACKS: Final[Mapping[str, str]] = {"messages": "/webhooks/google-business-messages/{account_id}"}
PARTNER_KEY: Final = "partner_key"
_SHORT: Final = re.compile(r"(?!brands/)(\w[\w.-]{0,99})/(\w[\w.-]{0,99})", re.ASCII)
_LONGEST_NAME: Final = 100


class BusinessMessagesChannel(GoogleChannel):
    """The adapter. It keeps connections and access tokens, and nothing else."""

    def __init__(
        self, exchange: Exchange, tokens: AccessTokens, media: MediaFetcher, *, api_url: str = API_URL
    ) -> None:
        self._base = f"{api_url.rstrip('/')}/v1/"
        api = GoogleApi(exchange, tokens, scope=SCOPE, table=errors.BUSINESS_MESSAGES)
        self._reader = BusinessReader(api_url)
        super().__init__(exchange, api, media, MediaSource(home=api_url, hosts=(STORAGE,)))

    @property
    def name(self) -> ChannelName:
        """The medium."""
        return ChannelName.GOOGLE_BUSINESS_MESSAGES

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""
        return CAPABILITIES

    @property
    def callbacks(self) -> Mapping[str, str]:
        """Where Google calls us. Receipts come the same way as messages."""
        return CALLBACKS

    def endpoint_address(self, text: str) -> str:
        """An agent of a brand, as Google names it; BRAND/AGENT will do."""
        short = _SHORT.fullmatch(text.strip())
        address = f"brands/{short[1]}/agents/{short[2]}" if short else text.strip()
        if not AGENT.fullmatch(address):
            raise InvalidInput(
                "Write the agent as brands/BRAND_ID/agents/AGENT_ID, or BRAND_ID/AGENT_ID.",
                field="address",
            )
        return address

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise InvalidSignature unless Google signed this body, or it is a genuine handshake."""
        if signature.handshake_secret(request, credentials) is None:
            tokens = signature.client_tokens(credentials)
            keys = (*tokens, *credentials.secrets.get(PARTNER_KEY, ()))
            signature.require_signed(request, request.body, keys)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        """One event, or several receipts. A handshake has none."""
        if signature.handshake_secret(request, credentials) is not None:
            return Parsed()
        return self._reader.read(bodies.read(request.body))

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """Create one message under its own id. A repetition is the same message."""
        url = self._conversation(message.recipient) + "/messages"
        await self._api.create(credentials, url, {}, message_body(message))
        return Receipt(provider_message_id=str(message.message_id), status=DeliveryStatus.SENT)

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:  # noqa: ARG002
        """Say what one of Google's error codes means."""
        return errors.explain(code, errors.BUSINESS_MESSAGES)

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """What keeps this account from working."""
        problems = (
            [] if settings.get("partner_id") else ["Set partner_id to your partner ID at Google."]
        )
        return problems + missing_secrets(secrets)

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        """How the representative is shown."""
        problems = []
        if len(settings.get(NAME, "")) > _LONGEST_NAME:
            problems.append(f"Shorten {NAME} to {_LONGEST_NAME} characters.")
        if not settings.get(AVATAR, "https://").startswith("https://"):
            problems.append(f"Set {AVATAR} to an https address of an image of at most 50 KB.")
        return problems

    async def show_typing(self, parties: Parties, credentials: Credentials) -> None:
        """Show that somebody is writing, until the next message or for about twenty seconds."""
        await self._tell("TYPING_STARTED", parties, credentials, new_id())

    async def joined(self, parties: Parties, credentials: Credentials, *, event_id: UUID) -> None:
        """Show that a person has come."""
        await self._tell("REPRESENTATIVE_JOINED", parties, credentials, event_id)

    async def left(self, parties: Parties, credentials: Credentials, *, event_id: UUID) -> None:
        """Show that the person has gone, and that a machine may answer again."""
        await self._tell("REPRESENTATIVE_LEFT", parties, credentials, event_id)

    async def mark_read(
        self, parties: Parties, provider_message_id: str, credentials: Credentials
    ) -> None:
        """Show a customer that their message was read."""
        messages = f"{self._conversation(parties.recipient)}/messages"
        url = f"{messages}/{quote(provider_message_id, safe='')}/receipt"
        await self._api.ask(credentials, "PATCH", url, {}, {"receiptType": "READ"})

    async def _tell(
        self, event_type: str, parties: Parties, credentials: Credentials, event_id: UUID
    ) -> None:
        url = self._conversation(parties.recipient) + "/events"
        who = representative(AuthorKind.AGENT, parties.agent_name, parties.endpoint_settings)
        event = {"eventType": event_type, "representative": who}
        await self._api.create(credentials, url, {"eventId": str(event_id)}, event)

    def _conversation(self, recipient: str) -> str:
        if not CONVERSATION.fullmatch(recipient):
            raise RecipientUnreachable("This is no conversation of Google's Business Messages.")
        return f"{self._base}conversations/{quote(recipient, safe='')}"
