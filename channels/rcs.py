"""RCS for Business, Google's successor of Business Messages: it writes to phone numbers."""

from collections.abc import Collection, Mapping
from typing import Final

import httpx2

from channels.base import Explanation
from channels.exchange import Exchange
from channels.extras import Parties
from channels.google import errors, rcs_envelope, rcs_inbound, signature
from channels.google.api import GoogleApi
from channels.google.channel import GoogleChannel, missing_secrets
from channels.google.outbound import TEXT_LIMIT, Json
from channels.google.rcs_features import SUGGESTIONS, as_shown
from channels.google.rcs_inbound import PHONE
from channels.google.rcs_sending import REGION, endpoint_problems, message_body, region_problems
from channels.google.reachability import Reachability
from channels.google.rich_cards import CARDS
from channels.google.tokens import AccessTokens
from channels.media_fetch import MediaFetcher, MediaSource
from channels.webhooks import Parsed, WebhookRequest
from domain.channels import ANY_FILE, Capabilities, ChannelName, MediaRule
from domain.configuration import Credentials
from domain.errors import (
    AccountRejected,
    InvalidInput,
    RecipientUnreachable,
    UnreadableWebhook,
)
from domain.ids import new_id
from domain.messages import DeliveryStatus, OutboundMessage, Receipt

API_URL: Final = "https://rcsbusinessmessaging.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/rcsbusinessmessaging"
# https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send
_FILES: Final = MediaRule(
    types=(
        *("image/jpeg", "image/png", "image/gif", "application/pdf"),
        *("video/mp4", "video/mpeg", "video/webm", "video/x-m4v"),
        *("audio/aac", "audio/mpeg", "audio/mp4", "audio/3gpp"),
    ),
    max_bytes=100 * 1024 * 1024,
)
# Phones send whatever they have; networks carry this much.
_FROM_CUSTOMERS: Final = MediaRule(types=(ANY_FILE,), max_bytes=100 * 1024 * 1024)
CAPABILITIES: Final = Capabilities(
    text_limit=TEXT_LIMIT,
    inbound_media=(_FROM_CUSTOMERS,),
    outbound_media=(_FILES,),
    suggestions=SUGGESTIONS,
    cards=CARDS,
    delivery_receipts=True,
    read_receipts=True,
    idempotent_send=True,
    data_goes_to="Google",
)
CALLBACKS: Final[Mapping[str, str]] = {"messages": "/webhooks/rcs/{account_id}"}
# Where customers' files lie: Google names no single host.
_FILE_HOSTS: Final = (".googleapis.com", ".googleusercontent.com")


class RcsChannel(GoogleChannel):
    """The adapter. It keeps connections, access tokens and who can be reached, and nothing else."""

    def __init__(
        self, exchange: Exchange, tokens: AccessTokens, media: MediaFetcher, *, api_url: str = API_URL
    ) -> None:
        self._api_url = httpx2.URL(api_url.rstrip("/"))
        api = GoogleApi(exchange, tokens, scope=SCOPE, table=errors.RCS)
        self._reachability = Reachability(api)
        super().__init__(exchange, api, media, MediaSource(home=api_url, hosts=_FILE_HOSTS))

    @property
    def name(self) -> ChannelName:
        """The medium."""
        return ChannelName.RCS

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""
        return CAPABILITIES

    @property
    def callbacks(self) -> Mapping[str, str]:
        """Where Google calls us. Receipts come the same way as messages."""
        return CALLBACKS

    def endpoint_address(self, text: str) -> str:
        """An agent's id, as Google's console shows it."""
        agent = rcs_inbound.agent_id(text)
        if not agent:
            raise InvalidInput("Write the agent's ID as Google's console shows it.", field="address")
        return agent

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise InvalidSignature unless Google signed the data, or it is a genuine handshake."""
        if signature.handshake_secret(request, credentials) is not None:
            return
        try:
            signed = rcs_envelope.data(request.body)
        except UnreadableWebhook:
            signature.refuse()
        signature.require_signed(request, signed, signature.client_tokens(credentials))

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        """One event. A handshake has none."""
        if signature.handshake_secret(request, credentials) is not None:
            return Parsed()
        return rcs_inbound.read(rcs_envelope.contents(request.body))

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """Create one message under its own id, for a phone that can be reached at all."""
        agent, phone = message.endpoint_address, message.recipient
        url = self._phone_url(phone, {**credentials.settings, **message.endpoint_settings})
        features = await self._reachability.features(agent, phone, url, credentials)
        query = {"messageId": str(message.message_id), "agentId": agent}
        try:
            body = message_body(as_shown(message, CAPABILITIES, features), features)
            await self._api.create(credentials, f"{url}/agentMessages", query, body)
        except RecipientUnreachable:
            self._reachability.forget(agent, phone, credentials)
            raise
        return Receipt(provider_message_id=str(message.message_id), status=DeliveryStatus.SENT)

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:  # noqa: ARG002
        """Say what one of Google's error codes means."""
        return errors.explain(code, errors.RCS)

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """What keeps this account from working."""
        return region_problems(settings) + missing_secrets(secrets)

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:
        """What Google would refuse with every message."""
        return endpoint_problems(settings)

    async def show_typing(self, parties: Parties, credentials: Credentials) -> None:
        """Show that somebody is writing, for about twenty seconds."""
        await self._tell(parties, {"eventType": "IS_TYPING"}, credentials)

    async def mark_read(
        self, parties: Parties, provider_message_id: str, credentials: Credentials
    ) -> None:
        """Show a customer that their message was read."""
        event: Json = {"eventType": "READ", "messageId": provider_message_id}
        await self._tell(parties, event, credentials)

    async def _tell(self, parties: Parties, event: Json, credentials: Credentials) -> None:
        settings = {**credentials.settings, **parties.endpoint_settings}
        url = self._phone_url(parties.recipient, settings) + "/agentEvents"
        query = {"eventId": str(new_id()), "agentId": parties.endpoint_address}
        await self._api.create(credentials, url, query, event)

    def _phone_url(self, phone: str, settings: Mapping[str, str]) -> str:
        """The phone at the server of the agent's region. A simulator has no regions."""
        if not PHONE.fullmatch(phone):
            raise RecipientUnreachable("This is no phone number with country code.")
        problems = region_problems(settings)
        if problems:
            raise AccountRejected(" ".join(problems))
        base, region = self._api_url, settings.get(REGION)
        if region and base == httpx2.URL(API_URL):
            base = base.copy_with(host=f"{region}-{base.host}")
        return f"{base}/v1/phones/{phone}"
