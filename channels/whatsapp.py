"""WhatsApp through Twilio."""

import base64
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from channels.addresses import e164
from channels.base import Explanation
from channels.extras import ProviderTemplate
from channels.history import ListedMessage, Slice
from channels.media_fetch import MediaFetcher, MediaSource
from channels.twilio import (
    account,
    content,
    errors,
    history,
    inbound,
    lookup,
    sending,
    signature,
    status,
)
from channels.twilio.client import TwilioClients, reading
from channels.twilio.form import is_form, parameters
from channels.twilio.inbound import MESSAGE_SID
from channels.webhooks import Parsed, WebhookAnswer, WebhookRequest
from domain.channels import ANY_FILE, Capabilities, ChannelName, MediaRule, TextUnit
from domain.configuration import Approval, Credentials
from domain.errors import ChannelError, MediaUnavailable, OutcomeUnknown, UnreadableWebhook
from domain.messages import (
    DownloadedMedia,
    MediaItem,
    MessageReceived,
    OutboundMessage,
    Receipt,
)

_MEGABYTE: Final = 1024 * 1024
_OOXML: Final = "application/vnd.openxmlformats-officedocument."
# https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages
_IMAGES: Final = MediaRule(types=("image/jpeg", "image/png", "image/webp"), max_bytes=5 * _MEGABYTE)
_OTHER_FILES: Final = MediaRule(
    types=(
        *("audio/ogg", "audio/amr", "audio/3gpp", "audio/aac", "audio/mpeg", "audio/mp4"),
        *("video/mp4", "video/3gpp", "application/pdf", "application/msword", "text/vcard"),
        f"{_OOXML}wordprocessingml.document",
        f"{_OOXML}spreadsheetml.sheet",
        f"{_OOXML}presentationml.presentation",
    ),
    max_bytes=16 * _MEGABYTE,
)
# WhatsApp takes any document of this size; Twilio says only what it lets out.
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
_FROM_CUSTOMERS: Final = MediaRule(types=(ANY_FILE,), max_bytes=100 * _MEGABYTE)
CAPABILITIES: Final = Capabilities(
    text_limit=1600,
    # Twilio says characters. Counted as UTF-16 units a text is never longer than Twilio thinks.
    text_unit=TextUnit.UTF16_UNITS,
    service_window=timedelta(hours=24),
    templates=True,
    inbound_media=(_FROM_CUSTOMERS,),
    outbound_media=(_IMAGES, _OTHER_FILES),
    media_per_message=1,
    delivery_receipts=True,
    read_receipts=True,
    idempotent_send=False,
    data_goes_to="Twilio and Meta",
)
# https://www.twilio.com/docs/whatsapp/api#using-phone-numbers-with-whatsapp
PREFIX: Final = "whatsapp:"
CALLBACKS: Final[Mapping[str, str]] = {
    "messages": "/webhooks/twilio/{account_id}/messages",
    "status": "/webhooks/twilio/{account_id}/status",
}
# Files move to Twilio's CDN, or to S3 for accounts that do not enforce authentication on media
# (https://help.twilio.com/articles/223183748).
_MEDIA_HOSTS: Final = (".twiliocdn.com", "s3-external-1.amazonaws.com")
# Any other type is an error at Twilio (12300), or its text is sent to the customer.
_EMPTY_TWIML: Final = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class WhatsAppChannel:
    """The adapter. It keeps connections, which `close` ends, and nothing else."""

    def __init__(self, clients: TwilioClients, media: MediaFetcher) -> None:
        self._clients = clients
        self._media = media

    @property
    def name(self) -> ChannelName:
        """The medium."""
        return ChannelName.WHATSAPP

    @property
    def capabilities(self) -> Capabilities:
        """What it can carry."""
        return CAPABILITIES

    @property
    def callbacks(self) -> Mapping[str, str]:
        """Where Twilio calls us."""
        return CALLBACKS

    def endpoint_address(self, text: str) -> str:
        """A phone number, as Twilio names it."""
        return PREFIX + e164(text)

    def verify(self, request: WebhookRequest, credentials: Credentials) -> None:
        """Raise InvalidSignature unless Twilio signed exactly this request for this account."""
        signature.verify(request, credentials)

    def parse(self, request: WebhookRequest, credentials: Credentials) -> Parsed:
        """One message or one status, told apart by their parameters, whichever path they came by."""
        if not is_form(request):
            raise UnreadableWebhook("Twilio sends forms for messages; this is something else.")
        try:
            form = parameters(request)
        except ValueError as error:
            raise UnreadableWebhook("This form has too many parameters.") from error
        if status.is_status(form):
            return Parsed(events=tuple(status.report(request, form, credentials)))
        return Parsed(events=(inbound.message(form),))

    def answer(self, request: WebhookRequest, credentials: Credentials) -> WebhookAnswer:  # noqa: ARG002
        """Empty TwiML: received, nothing to say."""
        return WebhookAnswer(content_type="text/xml", body=_EMPTY_TWIML)

    async def send(self, message: OutboundMessage, credentials: Credentials) -> Receipt:
        """Create one message with one POST."""
        arguments = sending.parameters(message, credentials)
        messages = self._clients.messages(credentials, message.endpoint_address)
        with reading():
            created = await messages.create_async(**arguments)
        if not MESSAGE_SID.fullmatch(created.sid or ""):
            raise OutcomeUnknown("Twilio's answer names no message. Holdfast finds out.")
        return lookup.receipt(created)

    async def find_sent(
        self,
        message: OutboundMessage,
        credentials: Credentials,
        since: datetime,
        *,
        already_known: frozenset[str],
    ) -> Receipt | None:
        """Look the message up among those Twilio lists for its sender and recipient."""
        try:
            messages = self._clients.messages(credentials, message.endpoint_address)
            with reading():
                return await lookup.find_sent(messages, message, since, already_known)
        except ChannelError as error:
            error.outcome_known = False  # a failed question leaves the doubt as it was
            raise

    async def download(self, item: MediaItem, credentials: Credentials) -> DownloadedMedia:
        """Fetch a file with the account's credentials, which stay with Twilio's API host."""
        try:
            user, password = account.rest_auth(credentials)
        except ChannelError as error:
            raise MediaUnavailable(str(error)) from error
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {token}"}
        source = MediaSource(home=self._clients.api_url, headers=headers, hosts=_MEDIA_HOSTS)
        return await self._media.fetch(item, source)

    async def received_between(
        self, credentials: Credentials, address: str, since: datetime, until: datetime
    ) -> Slice:
        """What Twilio lists as received: webhooks that failed are not repeated."""
        messages = self._clients.messages(credentials, address)
        with reading():
            return await history.received_between(messages, address, since, until)

    async def recover(self, credentials: Credentials, listed: ListedMessage) -> MessageReceived:
        """Read on what the list only counts."""
        messages = self._clients.messages(credentials, listed.facts["to"])
        with reading():
            return await history.recover(messages, listed, self._clients.api_url)

    def explain(self, code: str, settings: Mapping[str, str]) -> Explanation:
        """Say what a Twilio error code means."""
        return errors.explain(code, settings)

    def check_settings(self, settings: Mapping[str, str], secrets: Collection[str]) -> list[str]:
        """What keeps this account from working."""
        return account.missing(settings, secrets)

    def check_endpoint(self, settings: Mapping[str, str]) -> list[str]:  # noqa: ARG002
        """A number needs none."""
        return []

    async def templates(self, credentials: Credentials) -> list[ProviderTemplate]:
        """All templates of the account with their approval."""
        with reading():
            return await content.templates(self._clients.for_account(credentials))

    async def approval(self, content_sid: str, credentials: Credentials) -> tuple[Approval, str | None]:
        """Where one template stands now, and why it was rejected."""
        with reading():
            return await content.approval(self._clients.for_account(credentials), content_sid)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._clients.close()
        await self._media.close()
